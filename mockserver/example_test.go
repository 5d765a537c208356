package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// The demo world answers without a model: the last user message steers it.
func Example() {
	mock := mockserver.Listen()
	defer mock.Close()

	res, err := http.Post(mock.URL+"/api/agents/plain/stream", "application/json",
		strings.NewReader(`{"messages":"chunks:2","runId":"run-1"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	stream, _ := io.ReadAll(res.Body)
	for _, line := range strings.Split(string(stream), "\n") {
		if strings.Contains(line, "text-delta") {
			fmt.Println(line)
		}
	}
	// Output:
	// data: {"type":"text-delta","runId":"run-1","from":"AGENT","payload":{"id":"txt-1","text":"chunk-0 "}}
	// data: {"type":"text-delta","runId":"run-1","from":"AGENT","payload":{"id":"txt-1","text":"chunk-1 "}}
}

// An agent of one's own is a Go function that answers model calls.
func ExampleWithAgent() {
	type city struct {
		Name string `json:"name"`
	}
	population := mockserver.NewTool("population", "How many people live in a city",
		func(t *mockserver.ToolCall, in city) (int, error) {
			if in.Name != "Oslo" {
				return 0, errors.New("unknown city")
			}
			return 717710, nil
		})
	mock := mockserver.Listen(mockserver.WithAgent(mockserver.Agent{
		ID:           "geographer",
		Instructions: "Count people.",
		Tools:        []mockserver.Tool{population},
		Model: func(ctx context.Context, call *mockserver.ModelCall) error {
			if outputs := call.ToolOutputs(); outputs != nil {
				call.Words("The tool says " + string(outputs[0]))
				return nil
			}
			call.Call("population", city{call.LastUserText()})
			return nil
		},
	}))
	defer mock.Close()

	res, err := http.Post(mock.URL+"/api/agents/geographer/generate", "application/json", strings.NewReader(`{"messages":"Oslo"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	text, _, _ := strings.Cut(string(answer), `,"usage"`)
	fmt.Println(res.Status)
	fmt.Println(text)
	fmt.Println(mock.Requests()[0].Operation)
	// Output:
	// 200 OK
	// {"text":"The tool says {\"type\":\"json\",\"value\":717710}"
	// AgentGenerate
}

// Steps of workflows are typed Go functions too.
func ExampleWithWorkflow() {
	type order struct {
		Item string `json:"item"`
		Paid bool   `json:"paid"`
	}
	pay := mockserver.NewStep("pay", func(s *mockserver.StepCall, in order) (order, error) {
		var decision struct {
			OK bool `json:"ok"`
		}
		if !s.Resumed(&decision) {
			return in, s.Suspend(map[string]string{"ask": "pay for " + in.Item + "?"})
		}
		in.Paid = decision.OK
		return in, nil
	})
	mock := mockserver.Listen(mockserver.WithWorkflow(mockserver.NewWorkflow[order, order]("shop").Then(pay)))
	defer mock.Close()

	post := func(path, body string) {
		res, err := http.Post(mock.URL+"/api/workflows/shop/"+path, "application/json", strings.NewReader(body))
		if err != nil {
			fmt.Println(err)
			return
		}
		defer res.Body.Close()
		answer, _ := io.ReadAll(res.Body)
		status, _, _ := strings.Cut(string(answer), ",")
		fmt.Println(status)
		if _, result, ok := strings.Cut(string(answer), `"result":`); ok {
			fmt.Println(result[:strings.Index(result, "}")+1])
		}
	}
	post("start-async?runId=run-1", `{"inputData":{"item":"tea","paid":false}}`)
	post("resume-async?runId=run-1", `{"step":"pay","resumeData":{"ok":true}}`)
	fmt.Println(mock.Executions("run-1"), "execution")
	// Output:
	// {"status":"suspended"
	// {"status":"success"
	// {"item":"tea","paid":true}
	// 1 execution
}

// The steps of a workflow share a state, and stages repeat, wait and reshape.
func ExampleWorkflow() {
	type guess struct {
		Low  int `json:"low"`
		High int `json:"high"`
	}
	type tally struct {
		Guesses int `json:"guesses"`
	}
	halve := mockserver.NewStep("halve", func(s *mockserver.StepCall, in guess) (guess, error) {
		var state tally
		if err := s.State(&state); err != nil {
			return in, err
		}
		if middle := (in.Low + in.High) / 2; middle < 42 {
			in.Low = middle + 1
		} else {
			in.High = middle
		}
		return in, s.SetState(tally{state.Guesses + 1})
	})
	search := mockserver.NewWorkflow[guess, string]("search").State(tally{}).
		DoWhile("low < high", halve, func(s *mockserver.StepCall) bool {
			var in guess
			return s.Input(&in) == nil && in.Low < in.High
		}).
		Sleep(time.Millisecond).
		Map("tell", func(s *mockserver.StepCall) (any, error) {
			var in guess
			var state tally
			err := errors.Join(s.Input(&in), s.State(&state))
			return fmt.Sprintf("%d after %d guesses", in.Low, state.Guesses), err
		})
	mock := mockserver.Listen(mockserver.WithWorkflow(search))
	defer mock.Close()

	res, err := http.Post(mock.URL+"/api/workflows/search/start-async", "application/json",
		strings.NewReader(`{"inputData":{"low":0,"high":100},"initialState":{"guesses":0}}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	_, result, _ := strings.Cut(string(answer), `"result":`)
	result, _, _ = strings.Cut(result, ",")
	fmt.Println(result)
	// Output:
	// "42 after 7 guesses"
}
