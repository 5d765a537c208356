package extraworld

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver"
)

// agents answer with the parts that the user's message lists.
func agents() []mockserver.Option {
	one := obedient(mockserver.Agent{ID: "scripted", ModelID: "fake-9"})
	all := []mockserver.Agent{
		one,
		obedient(mockserver.Agent{ID: "recalling", ModelID: "fake-10", Memory: &mockserver.Memory{}}),
		obedient(mockserver.Agent{ID: "lasting", ModelID: "fake-11", Durable: true}),
		obedient(mockserver.Agent{ID: "watched", ModelID: "fake-12", Guard: blocking("guard", "forbidden", &mockserver.Tripwire{
			Reason: "Blocked input", Metadata: map[string]string{"word": "forbidden"},
		}), Gate: blocking("gate", "leak", &mockserver.Tripwire{Reason: "Blocked output"})}),
		obedient(mockserver.Agent{ID: "leading", ModelID: "fake-13", Agents: []*mockserver.Agent{&one}, Memory: &mockserver.Memory{}}),
	}
	// As the other server lists what a module exports.
	slices.SortFunc(all, func(a, b mockserver.Agent) int { return strings.Compare(a.ID, b.ID) })
	var options []mockserver.Option
	for _, a := range all {
		options = append(options, mockserver.WithAgent(a))
	}
	return options
}

func obedient(a mockserver.Agent) mockserver.Agent {
	a.Description, a.Instructions, a.Provider, a.Model, a.Tools = "Does as it is told", "Obey", "fake", scripted, tools()
	return a
}

func blocking(id, word string, t *mockserver.Tripwire) *mockserver.Processor {
	return &mockserver.Processor{ID: id, Check: func(_ context.Context, text string) *mockserver.Tripwire {
		if strings.Contains(text, word) {
			return t
		}
		return nil
	}}
}

// part is one part of an answer, or its end.
type part struct {
	Text, Reasoning []string
	Source, Title   string
	File            *string
	MediaType       string
	Call            string
	Args            []string
	Usage           *mockserver.Usage
	Finish, Fail    string
	// Status, Headers and Body are of a provider's answer.
	Status  int
	Headers map[string]string
	Body    string
}

// scripted reads the parts of its answers from the last user message: a list for
// the answer to the user, one for the answer to the first tool results, and so on.
func scripted(_ context.Context, call *mockserver.ModelCall) error {
	var answers [][]part
	if err := json.Unmarshal([]byte(call.LastUserText()), &answers); err != nil {
		return err
	}
	earlier := 0
	for _, m := range call.Prompt {
		switch m.Role {
		case "user":
			earlier = 0
		case "tool":
			earlier++
		}
	}
	for _, p := range answers[min(earlier, len(answers)-1)] {
		if err := p.play(call); err != nil {
			return err
		}
	}
	return nil
}

func (p part) play(call *mockserver.ModelCall) error {
	switch {
	case p.Text != nil:
		call.Text(p.Text...)
	case p.Reasoning != nil:
		call.Reasoning(p.Reasoning...)
	case p.Source != "":
		call.Source(p.Source, p.Title)
	case p.File != nil && p.MediaType != "":
		call.File([]byte(*p.File), p.MediaType)
	case p.File != nil:
		call.File([]byte(*p.File), "text/plain")
	case p.Call != "":
		call.CallInPieces(p.Call, p.Args...)
	case p.Usage != nil:
		call.SetUsage(*p.Usage)
	case p.Finish != "":
		call.SetFinishReason(p.Finish)
	case p.Fail != "" && p.Status != 0:
		return &mockserver.ModelError{Message: p.Fail, Status: p.Status, URL: "https://model.test/v1/answers", Header: p.Headers, Body: p.Body}
	case p.Fail != "":
		return errors.New(p.Fail)
	}
	return nil
}

// tools are those of the demo world, and one that gives back what it is given.
func tools() []mockserver.Tool {
	type city struct {
		City string `json:"city"`
	}
	type report struct {
		City  string `json:"city"`
		TempC int    `json:"tempC"`
	}
	weather := mockserver.NewTool("weather", "Weather for a city", func(_ *mockserver.ToolCall, in city) (report, error) {
		if in.City == "Nowhere" {
			return report{}, errors.New("no such city")
		}
		return report{in.City, len(in.City)}, nil
	})
	type task struct {
		What string `json:"what"`
	}
	type done struct {
		Done string `json:"done"`
	}
	delicate := mockserver.NewTool("delicate", "Needs approval", func(_ *mockserver.ToolCall, in task) (done, error) {
		return done{in.What}, nil
	}).RequireApproval()
	type question struct {
		Question string `json:"question"`
	}
	type answer struct {
		Answer string `json:"answer"`
	}
	askUser := mockserver.NewTool("ask-user", "Asks the user", func(t *mockserver.ToolCall, in question) (answer, error) {
		var given answer
		if t.Resumed(&given) {
			return given, nil
		}
		return answer{}, t.Suspend(in)
	}).Suspends(question{}).Resumes(answer{})
	type anything struct {
		Value any `json:"value"`
	}
	give := mockserver.NewTool("give", "Gives it back", func(_ *mockserver.ToolCall, in anything) (any, error) { return in.Value, nil })
	return []mockserver.Tool{weather, delicate, askUser, give}
}
