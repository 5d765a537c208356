package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

type number struct {
	N int `json:"n"`
}

func add(id string, n int) *mockserver.Step {
	return mockserver.NewStep(id, func(_ *mockserver.StepCall, in number) (number, error) { return number{in.N + n}, nil })
}

// flow serves one workflow and returns a function that runs it on an input.
func flow(t *testing.T, w *mockserver.Workflow) (*mockserver.Running, *caller, func(input any) map[string]any) {
	mock, c := start(t, mockserver.WithWorkflow(w))
	return mock, c, func(input any) map[string]any {
		return c.object("/api/workflows/"+w.ID()+"/start-async", map[string]any{"inputData": input})
	}
}

func TestStep_RunsInEveryArrangement(t *testing.T) {
	inner := mockserver.NewWorkflow[number, number]("inner").Then(add("plus1", 1)).Then(add("plus2", 2))
	sum := mockserver.NewStep("sum", func(_ *mockserver.StepCall, in map[string]number) (number, error) {
		total := 0
		for _, v := range in {
			total += v.N
		}
		return number{total}, nil
	})
	list := mockserver.NewStep("list", func(_ *mockserver.StepCall, in number) ([]number, error) {
		return []number{{in.N}, {in.N * 10}}, nil
	})
	tests := map[string]struct {
		workflow *mockserver.Workflow
		result   any
	}{
		"one after the other": {mockserver.NewWorkflow[number, number]("w").Then(add("a", 1)).Then(add("b", 2)), map[string]any{"n": 4.0}},
		"nested":              {mockserver.NewWorkflow[number, number]("w").Then(inner).Then(add("b", 10)), map[string]any{"n": 14.0}},
		"side by side":        {mockserver.NewWorkflow[number, number]("w").Parallel(add("a", 1), add("b", 2)).Then(sum), map[string]any{"n": 5.0}},
		"by condition": {mockserver.NewWorkflow[number, any]("w").Branch(
			mockserver.When("small", func(in number) bool { return in.N < 5 }, add("small", 100)),
			mockserver.When("large", func(in number) bool { return in.N >= 5 }, add("large", 200)),
			mockserver.When("broken", func(number) bool { panic("no") }, add("broken", 300)),
		), map[string]any{"small": map[string]any{"n": 101.0}}},
		"for each element": {mockserver.NewWorkflow[number, any]("w").Then(list).ForEach(add("plus", 1), 2),
			[]any{map[string]any{"n": 2.0}, map[string]any{"n": 11.0}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, run := flow(t, test.workflow)
			answer := run(number{1})
			assert.Equal(t, "success", answer["status"])
			assert.Equal(t, test.result, answer["result"])
		})
	}
}

func TestStep_FailsAfterItsRetries(t *testing.T) {
	var attempts atomic.Int32
	broken := func(s *mockserver.StepCall, in number) (number, error) {
		attempts.Add(1)
		if s.Attempt < in.N {
			return in, fmt.Errorf("attempt %d", s.Attempt)
		}
		return in, nil
	}
	_, _, run := flow(t, mockserver.NewWorkflow[number, number]("w").Then(mockserver.NewStep("s", broken).Retries(2)))
	assert.Equal(t, "success", run(number{2})["status"])
	assert.Equal(t, int32(3), attempts.Load())
	answer := run(number{3})
	assert.Equal(t, "failed", answer["status"])
	assert.Equal(t, "attempt 2", at(answer, "error", "message"))

	_, _, run = flow(t, mockserver.NewWorkflow[number, number]("w").Then(mockserver.NewStep("s", func(*mockserver.StepCall, number) (number, error) { panic("boom") })))
	assert.Equal(t, "boom", at(run(number{1}), "error", "message"))
}

func TestStep_IsSuspendedAndResumed(t *testing.T) {
	type decision struct {
		OK bool `json:"ok"`
	}
	gate := mockserver.NewStep("gate", func(s *mockserver.StepCall, in number) (number, error) {
		var d decision
		if !s.Resumed(&d) {
			return in, s.Suspend(map[string]int{"asked": in.N})
		}
		if !d.OK {
			return in, errors.New("declined")
		}
		return number{in.N + 1}, nil
	}).Suspends(map[string]int{}).Resumes(decision{})
	mock, c, run := flow(t, mockserver.NewWorkflow[number, number]("w").Then(gate).Then(add("after", 10)))

	answer := run(number{1})
	assert.Equal(t, "suspended", answer["status"])
	assert.Equal(t, 1.0, at(answer, "steps", "gate", "suspendPayload", "asked"))
	runID := answer["runId"].(string)
	status, refusal := c.post("/api/workflows/w/resume-async?runId="+runID, `{"step":"gate","resumeData":{"ok":"yes"}}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, refusal, "Invalid resume data")
	answer = c.object("/api/workflows/w/resume-async?runId="+runID, `{"step":"gate","resumeData":{"ok":true}}`)
	assert.Equal(t, map[string]any{"n": 12.0}, answer["result"])
	assert.Equal(t, 1, mock.Executions(runID))

	runID = run(number{1})["runId"].(string)
	answer = c.object("/api/workflows/w/resume-async?runId="+runID, `{"resumeData":{"ok":false}}`)
	assert.Equal(t, "declined", at(answer, "error", "message"))
}

// held is a workflow whose step waits until it is released or cancelled.
func held() (w *mockserver.Workflow, release func(), executions *atomic.Int32) {
	released := make(chan struct{})
	executions = &atomic.Int32{}
	step := mockserver.NewStep("wait", func(s *mockserver.StepCall, in number) (number, error) {
		executions.Add(1)
		select {
		case <-released:
			return in, nil
		case <-s.Done():
			return in, s.Err()
		}
	})
	return mockserver.NewWorkflow[number, number]("w").Then(step), sync.OnceFunc(func() { close(released) }), executions
}

func TestRun_StreamedTwiceIsExecutedOnce(t *testing.T) {
	w, release, executions := held()
	mock, c, _ := flow(t, w)
	const clients = 5
	var streams []io.Reader
	for range clients {
		res := c.open(t.Context(), "POST", "/api/workflows/w/stream?runId=r", `{"inputData":{"n":1}}`)
		require.Equal(t, 200, res.StatusCode)
		streams = append(streams, res.Body)
	}
	release()
	for _, stream := range streams {
		data, err := io.ReadAll(stream)
		require.NoError(t, err)
		list := chunks(t, string(data))
		assert.Equal(t, "workflow-finish", types(list)[len(list)-1])
	}
	assert.Equal(t, int32(1), executions.Load())
	assert.Equal(t, 1, mock.Executions("r"))
	status, _ := c.post("/api/workflows/w/stream?runId=r", `{"inputData":{"n":1}}`)
	assert.Equal(t, 409, status, "a finished run is not streamed anew")
}

func TestRun_OutlivesTheClientThatBeganIt(t *testing.T) {
	w, release, _ := held()
	_, c, _ := flow(t, w)
	ctx, leave := context.WithCancel(t.Context())
	res := c.open(ctx, "POST", "/api/workflows/w/stream?runId=r", `{"inputData":{"n":1}}`)
	_, err := res.Body.Read(make([]byte, 10))
	require.NoError(t, err)
	leave()
	time.AfterFunc(20*time.Millisecond, release)
	list := c.stream("/api/workflows/w/observe?runId=r", nil)
	assert.Equal(t, "success", at(list[len(list)-1], "payload", "workflowStatus"))
}

func TestCancel_EndsARun(t *testing.T) {
	w, _, executions := held()
	_, c, _ := flow(t, w)
	ended := make(chan []map[string]any)
	go func() { ended <- c.stream("/api/workflows/w/stream?runId=r", `{"inputData":{"n":1}}`) }()
	require.Eventually(t, func() bool { return executions.Load() == 1 }, 5*time.Second, time.Millisecond)
	assert.Equal(t, "Workflow run cancelled", c.object("/api/workflows/w/runs/r/cancel", nil)["message"])
	list := <-ended
	assert.Contains(t, types(list), "workflow-canceled")
	_, record := c.get("/api/workflows/w/runs/r")
	assert.Equal(t, "canceled", decode(t, record)["status"])
}

func TestDemoWorld_CountsExecutions(t *testing.T) {
	_, c := start(t)
	for range 3 {
		c.object("/api/workflows/counted/start-async", `{"inputData":{"key":"k","ms":0}}`)
	}
	_, answer := c.get("/counted/k")
	assert.Equal(t, `{"count":3}`, answer)
}

func TestResume_OfTwoAtOnceOneSeesTheRun(t *testing.T) {
	_, c := start(t)
	for range 10 {
		runID := c.object("/api/workflows/approval/start-async", `{"inputData":{"n":4}}`)["runId"].(string)
		answers := []bool{true, false}
		lists := make([][]map[string]any, len(answers))
		var wg sync.WaitGroup
		for i, yes := range answers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				lists[i] = c.stream("/api/workflows/approval/resume-stream?runId="+runID, map[string]any{"step": "approve", "resumeData": map[string]bool{"approved": yes}})
			}()
		}
		wg.Wait()
		winners := 0
		for i, list := range lists {
			if len(list) == 2 {
				assert.Equal(t, []string{"workflow-start", "workflow-finish"}, types(list))
				assert.Equal(t, "This workflow run was not suspended", at(list[1], "payload", "metadata", "errorMessage"))
				continue
			}
			winners++
			assert.Equal(t, answers[i], at(find(t, list, "workflow-step-result"), "payload", "output", "approved"))
		}
		assert.Equal(t, 1, winners)
	}
}

func TestRun_ManyWhoStreamItAtOnceShareIt(t *testing.T) {
	mock, c := start(t, mockserver.WithWorkflow(mockserver.NewWorkflow[number, number]("quick").Then(add("plus1", 1))))
	type answer struct {
		status int
		body   string
	}
	ask := func(answers chan<- answer, path string) {
		status, body := c.post("/api/workflows/quick/"+path, map[string]any{"inputData": number{1}})
		answers <- answer{status, body}
	}
	const rounds, callers = 80, 4
	for round := range rounds {
		runID := fmt.Sprint("run-", round)
		streams, observers := make(chan answer, callers), make(chan answer, callers)
		for range callers {
			go ask(streams, "stream?runId="+runID)
			go ask(observers, "observe?offset=1000000&runId="+runID)
		}
		for range callers {
			a := <-streams
			if a.status == 200 {
				assert.Contains(t, a.body, `"workflow-finish"`, "who joins sees the end, or is told that it was")
			} else {
				assert.Equal(t, 409, a.status, a.body)
			}
			a = <-observers
			if a.status != 404 && a.body != "" {
				assert.Contains(t, a.body, `"workflow-finish"`, "who observes sees the end, or nothing after it")
			}
		}
		assert.Equal(t, 1, mock.Executions(runID))
	}
}
