package mockserver_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// output is what a condition looks at.
func output(s *mockserver.StepCall) (n number) {
	if s.Input(&n) != nil {
		panic("no number")
	}
	return n
}

func TestStage_OfEveryKindGivesItsResult(t *testing.T) {
	below := func(limit int) func(*mockserver.StepCall) bool {
		return func(s *mockserver.StepCall) bool { return output(s).N < limit }
	}
	workflow := func() *mockserver.Workflow { return mockserver.NewWorkflow[number, any]("w") }
	tests := map[string]struct {
		workflow *mockserver.Workflow
		result   float64
	}{
		"while":                   {workflow().DoWhile("below 5", add("a", 2), below(5)), 5},
		"until":                   {workflow().DoUntil("below 100", add("a", 2), below(100)), 3},
		"a number of times":       {workflow().DoUntil("thrice", add("a", 2), func(s *mockserver.StepCall) bool { return s.Iteration == 3 }), 7},
		"a workflow in a loop":    {workflow().DoWhile("below 5", mockserver.NewWorkflow[number, number]("in").Then(add("a", 1)).Then(add("b", 2)), below(5)), 7},
		"a sleep":                 {workflow().Sleep(time.Millisecond).Then(add("a", 1)), 2},
		"a sleep by the input":    {workflow().SleepFunc("", func(s *mockserver.StepCall) time.Duration { return time.Duration(output(s).N) }).Then(add("a", 1)), 2},
		"until a time long past":  {workflow().SleepUntil(time.Unix(0, 0)).Then(add("a", 1)), 2},
		"until a time of the run": {workflow().SleepUntilFunc("", func(*mockserver.StepCall) time.Time { return time.Now() }).Then(add("a", 1)), 2},
		"a mapping": {workflow().Then(add("a", 1)).Map("add", func(s *mockserver.StepCall) (any, error) {
			var init, a number
			if err := s.InitData(&init); err != nil || !s.StepResult("a", &a) || s.StepResult("b", &a) {
				return nil, fmt.Errorf("the run is not as it should be: %w", err)
			}
			return number{10*init.N + a.N}, nil
		}).Then(add("b", 100)), 112},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, run := flow(t, test.workflow)
			answer := run(number{1})
			assert.Equal(t, "success", answer["status"], answer)
			assert.Equal(t, test.result, at(answer, "result", "n"))
		})
	}
}

func TestStage_HasAnID(t *testing.T) {
	_, c, _ := flow(t, mockserver.NewWorkflow[number, any]("w").As("nothing").
		Sleep(time.Second).Sleep(time.Second).As("nap").
		Map("f", nil).Map("g", nil).As("named").Map("h", nil).
		Parallel(add("a", 1)).As("block").
		Then(add("b", 1)).As("nothing"))
	_, body := c.get("/api/workflows/w")
	graph := decode(t, body)["stepGraph"].([]any)
	var ids []any
	for _, e := range graph {
		ids = append(ids, at(e, "id"))
	}
	assert.Equal(t, []any{"nap", "mapping_w_0", "named", "mapping_w_2", "block"}, ids[1:6])
	assert.Regexp(t, "^sleep_", ids[0])
	assert.Equal(t, "b", at(graph[6], "step", "id"))
}

func TestStage_FunctionThatPanicsBreaksTheRun(t *testing.T) {
	boom := func(*mockserver.StepCall) bool { panic("boom") }
	for name, w := range map[string]*mockserver.Workflow{
		"a condition": mockserver.NewWorkflow[number, any]("w").DoWhile("boom", add("a", 1), boom),
		"a sleep":     mockserver.NewWorkflow[number, any]("w").SleepFunc("boom", func(*mockserver.StepCall) time.Duration { panic("boom") }),
	} {
		t.Run(name, func(t *testing.T) {
			_, c, _ := flow(t, w)
			status, body := c.post("/api/workflows/w/start-async?runId=r", `{"inputData":{"n":1}}`)
			assert.Equal(t, 500, status)
			assert.JSONEq(t, `{"error":"boom"}`, body)
			list := c.stream("/api/workflows/w/stream?runId=s", `{"inputData":{"n":1}}`)
			assert.Equal(t, "boom", at(list[len(list)-1], "payload", "metadata", "errorMessage"))
		})
	}
}

func TestCancel_CutsASleepShort(t *testing.T) {
	_, c, _ := flow(t, mockserver.NewWorkflow[number, any]("w").Sleep(time.Hour).As("nap").Then(add("a", 1)))
	ended := make(chan []map[string]any)
	go func() { ended <- c.stream("/api/workflows/w/stream?runId=r", `{"inputData":{"n":1}}`) }()
	waiting := func() bool {
		_, body := c.get("/api/workflows/w/runs/r")
		return strings.Contains(body, `"status":"waiting","payload":{"n":1},"startedAt"`)
	}
	require.Eventually(t, waiting, 5*time.Second, time.Millisecond)
	c.object("/api/workflows/w/runs/r/cancel", nil)
	assert.Equal(t, []string{"workflow-start", "workflow-step-waiting", "workflow-canceled", "workflow-finish"}, types(<-ended))
}

func TestStage_LoopIsSuspendedAndResumedWhereItWas(t *testing.T) {
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in number) (number, error) {
		var answer number
		if in.N == 3 && !s.Resumed(&answer) {
			return in, s.Suspend(in)
		}
		return number{in.N + 1 + answer.N}, nil
	}).Suspends(number{}).Resumes(number{})
	_, c, run := flow(t, mockserver.NewWorkflow[number, any]("w").DoUntil("five times", step, func(s *mockserver.StepCall) bool { return s.Iteration == 5 }))
	answer := run(number{1})
	assert.Equal(t, "suspended", answer["status"])
	assert.Equal(t, 3.0, at(answer, "steps", "s", "metadata", "iterationCount"))
	answer = c.object("/api/workflows/w/resume-async?runId="+answer["runId"].(string), `{"resumeData":{"n":100}}`)
	assert.Equal(t, 106.0, at(answer, "result", "n"), "of the five iterations the third one was suspended")
}

func TestStep_SeesItsRunAndEndsIt(t *testing.T) {
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in number) (any, error) {
		switch in.N {
		case 1:
			return nil, s.Bail(map[string]string{"bailed": s.WorkflowID + " " + s.RunID})
		case 2:
			s.Abort()
			return nil, nil
		case 3:
			return nil, errors.Join(s.Write("half"), s.WriteChunk(map[string]any{"type": "data-x", "data": 1}), s.Bail(make(chan int)))
		}
		var told map[string]int
		if s.SuspendData(&told) && s.Resumed(&struct{}{}) {
			return told, nil
		}
		return nil, s.Suspend(map[string]json.RawMessage{"tenant": s.RequestContext("tenant")}, "one", "two")
	})
	_, c, run := flow(t, mockserver.NewWorkflow[number, any]("w").Then(step).Then(add("never", 1)))
	answer := run(number{1})
	assert.Equal(t, "success", answer["status"])
	assert.Equal(t, map[string]any{"bailed": "w " + answer["runId"].(string)}, answer["result"])
	assert.Equal(t, "canceled", run(number{2})["status"])
	list := c.stream("/api/workflows/w/stream?runId=r3", `{"inputData":{"n":3}}`)
	assert.Equal(t, "half", at(find(t, list, "workflow-step-output"), "payload", "output"))
	assert.Equal(t, 1.0, at(find(t, list, "data-x"), "data"))
	assert.Equal(t, "failed", at(list[len(list)-1], "payload", "workflowStatus"), "what cannot be JSON fails the step")

	answer = c.object("/api/workflows/w/start-async?runId=r4", `{"inputData":{"n":4},"requestContext":{"tenant":7}}`)
	assert.Equal(t, map[string]any{"tenant": 7.0}, at(answer, "suspendPayload", "s"))
	_, body := c.get("/api/workflows/w/runs/r4")
	assert.Equal(t, map[string]any{"one": map[string]any{"stepId": "s"}, "two": map[string]any{"stepId": "s"}}, decode(t, body)["resumeLabels"])
	answer = c.object("/api/workflows/w/resume-async?runId=r4", `{"resumeData":{}}`)
	assert.Equal(t, map[string]any{"tenant": 7.0}, at(answer, "steps", "s", "output"))
}

func TestStep_IsRetriedAsItsWorkflowSays(t *testing.T) {
	var attempts atomic.Int32
	fails := func(id string) *mockserver.Step {
		return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (number, error) {
			attempts.Add(1)
			return in, fmt.Errorf("attempt %d", s.Attempt)
		})
	}
	_, _, run := flow(t, mockserver.NewWorkflow[number, any]("w").Then(fails("s")).Retries(2, time.Millisecond))
	assert.Equal(t, "attempt 2", at(run(number{1}), "error", "message"))
	assert.Equal(t, int32(3), attempts.Load())
	_, _, run = flow(t, mockserver.NewWorkflow[number, any]("w").Then(fails("s").Retries(0)).Retries(2, time.Millisecond))
	assert.Equal(t, "attempt 0", at(run(number{1}), "error", "message"), "the step has its own say")
}

func TestRun_GoesOneStepAtATime(t *testing.T) {
	_, c, _ := flow(t, mockserver.NewWorkflow[number, any]("w").Then(add("a", 1)).Then(add("b", 2)))
	answer := c.object("/api/workflows/w/start-async?runId=r", `{"inputData":{"n":1},"perStep":true}`)
	assert.Equal(t, "paused", answer["status"])
	assert.NotContains(t, answer["steps"], "b")
	answer = c.object("/api/workflows/w/time-travel-async?runId=r", `{"step":"b"}`)
	assert.Equal(t, 4.0, at(answer, "result", "n"))
}

type shared struct {
	Seen []int  `json:"seen,omitempty"`
	Last string `json:"last,omitempty"`
}

// seeing is a step that adds its input to the shared state.
func seeing(id string) *mockserver.Step {
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in number) (number, error) {
		var state, after shared
		if err := s.State(&state); err != nil {
			return in, err
		}
		if err := s.SetState(shared{Seen: append(state.Seen, in.N), Last: id}); err != nil {
			return in, err
		}
		if err := s.State(&after); err != nil || after.Last != state.Last {
			return in, fmt.Errorf("the step sees what it has set: %w", err)
		}
		if in.N == 0 {
			return in, errors.New("zero")
		}
		if in.N < 0 && !s.Resumed(&in) {
			return in, s.Suspend(in, "negative")
		}
		return number{in.N + 1}, nil
	}).State(shared{}).Resumes(number{})
}

func TestStep_SharesTheStateOfItsRun(t *testing.T) {
	_, c, _ := flow(t, mockserver.NewWorkflow[number, any]("w").State(shared{}).
		Then(seeing("a")).Then(mockserver.NewWorkflow[number, number]("in").Then(seeing("b"))))
	state := func(runID, body string) any {
		c.object("/api/workflows/w/start-async?runId="+runID, body)
		_, record := c.get("/api/workflows/w/runs/" + runID)
		return decode(t, record)["initialState"]
	}
	assert.Equal(t, map[string]any{"seen": []any{9.0, 1.0, 2.0}, "last": "b"}, state("r1", `{"inputData":{"n":1},"initialState":{"seen":[9],"other":1}}`))
	assert.Nil(t, state("r2", `{"inputData":{"n":0}}`), "a step that fails sets nothing")
	assert.Equal(t, map[string]any{"seen": []any{-5.0}, "last": "a"}, state("r3", `{"inputData":{"n":-5}}`), "one that suspends does")
	status, body := c.post("/api/workflows/w/start-async", `{"inputData":{"n":1},"initialState":{"seen":"x"}}`)
	assert.Equal(t, 400, status)
	assert.Contains(t, body, "Invalid initial data: \\n- seen: Invalid input: expected array, received string")
}

func TestStep_FailsWithAStateThatDoesNotFit(t *testing.T) {
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in any) (any, error) { return in, s.SetState(map[string]any{"seen": in}) }).State(shared{})
	_, _, run := flow(t, mockserver.NewWorkflow[any, any]("w").Then(step))
	assert.Equal(t, "Step state data validation failed: \n- seen: Invalid input: expected array, received number", at(run(3), "error", "message"))
	assert.Equal(t, "success", run([]int{3})["status"])
}

func TestStateFile_KeepsTheStateOfASuspendedRun(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	serve := func() (*mockserver.Running, *caller) {
		w := mockserver.NewWorkflow[number, any]("w").State(shared{}).Then(seeing("a")).Then(seeing("b"))
		mock, c := start(t, mockserver.WithWorkflow(w))
		require.NoError(t, mock.KeepState(file))
		return mock, c
	}
	mock, c := serve()
	c.object("/api/workflows/w/start-async?runId=r", `{"inputData":{"n":-1},"initialState":{"seen":[7]}}`)
	_, before := c.get("/api/workflows/w/runs")
	require.Contains(t, before, `"resumeLabels":{"negative":{"stepId":"a"}}`)
	require.Contains(t, before, `"tracingContext":{"traceId"`)
	mock.Close()
	_, c = serve()
	_, after := c.get("/api/workflows/w/runs")
	assert.JSONEq(t, before, after)
	assert.Equal(t, "success", c.object("/api/workflows/w/resume-async?runId=r", `{"resumeData":{"n":5}}`)["status"])
	_, record := c.get("/api/workflows/w/runs/r")
	assert.Equal(t, map[string]any{"seen": []any{7.0, -1.0, -1.0, 6.0}, "last": "b"}, decode(t, record)["initialState"])
}

func TestRestart_TakesUpARunInItsNestedSleep(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	var executions atomic.Int32
	serve := func(nap time.Duration) (*mockserver.Running, *caller) {
		count := mockserver.NewStep("count", func(_ *mockserver.StepCall, in number) (number, error) {
			executions.Add(1)
			return in, nil
		})
		inner := mockserver.NewWorkflow[number, number]("in").Then(count).Sleep(nap).As("nap")
		mock, c := start(t, mockserver.WithWorkflow(mockserver.NewWorkflow[number, number]("w").Then(inner)), mockserver.WithWorkflow(inner))
		require.NoError(t, mock.KeepState(file))
		return mock, c
	}
	mock, c := serve(time.Hour)
	c.object("/api/workflows/w/create-run?runId=r", `{}`)
	c.object("/api/workflows/w/start?runId=r", `{"inputData":{"n":3}}`)
	waiting := func() bool {
		_, body := c.get("/api/workflows/in/runs/r")
		return strings.Contains(body, `"status":"waiting"`)
	}
	require.Eventually(t, waiting, 5*time.Second, time.Millisecond)
	mock.Close()
	_, c = serve(0)
	answer := c.object("/api/workflows/w/restart-async?runId=r", `{}`)
	assert.Equal(t, map[string]any{"n": 3.0}, answer["result"])
	assert.Equal(t, int32(1), executions.Load(), "what had ended does not run again")
}

func TestRequestContext_IsOneForAllStepsOfARun(t *testing.T) {
	type tenant struct {
		Tenant string `json:"tenant"`
	}
	set := mockserver.NewStep("set", func(s *mockserver.StepCall, in number) (number, error) { return in, s.SetRequestContext("role", in.N) })
	read := mockserver.NewStep("read", func(s *mockserver.StepCall, _ number) (string, error) {
		return string(s.RequestContext("tenant")) + string(s.RequestContext("role")), nil
	})
	post := func(w *mockserver.Workflow, body string) (int, map[string]any) {
		_, c, _ := flow(t, w)
		status, answer := c.post("/api/workflows/w/start-async", body)
		return status, decode(t, answer)
	}
	with, without := `{"inputData":{"n":7},"requestContext":{"tenant":"a"}}`, `{"inputData":{"n":7}}`
	_, answer := post(mockserver.NewWorkflow[number, string]("w").Then(mockserver.NewWorkflow[number, number]("in").Then(set)).Then(read), with)
	assert.Equal(t, `"a"7`, answer["result"], "what a nested step sets is there afterwards")
	status, answer := post(mockserver.NewWorkflow[number, string]("w").RequestContext(tenant{}).Then(read), without)
	assert.Equal(t, 500, status)
	assert.Equal(t, "Request context validation failed for workflow 'w': \n- tenant: Invalid input: expected string, received undefined", answer["error"])
	_, answer = post(mockserver.NewWorkflow[number, string]("w").Then(read.RequestContext(tenant{})), without)
	assert.Equal(t, "WORKFLOW_STEP_REQUEST_CONTEXT_VALIDATION_FAILED", at(answer, "error", "code"))
}

func TestStage_ForEachMayTakeItsConcurrencyFromItsList(t *testing.T) {
	var running, most atomic.Int32
	all := make(chan struct{})
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in int) (int, error) {
		if most.Store(running.Add(1)); most.Load() == 3 {
			close(all)
		}
		select {
		case <-all:
		case <-s.Done():
		}
		return in, s.Err()
	})
	size := func(s *mockserver.StepCall) int {
		var list []int
		if s.Input(&list) != nil {
			panic("no list")
		}
		return len(list)
	}
	_, c, run := flow(t, mockserver.NewWorkflow[any, []int]("w").ForEachFunc(step, "all", size))
	assert.Equal(t, []any{1.0, 2.0, 3.0}, run([]int{1, 2, 3})["result"], "three run at a time")
	status, _ := c.post("/api/workflows/w/start-async", `{"inputData":"none"}`)
	assert.Equal(t, 500, status)
}

func TestStep_TokensThatItTellsOfAreCounted(t *testing.T) {
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in number) (number, error) {
		finish := func(payload any) error { return s.Write(map[string]any{"type": "finish", "payload": payload}) }
		return in, errors.Join(finish(map[string]any{"usage": map[string]int{"inputTokens": in.N, "totalTokens": 10}}),
			finish(map[string]any{"output": map[string]any{"usage": map[string]int{"promptTokens": 1, "completionTokens": 2}}}))
	})
	_, c, _ := flow(t, mockserver.NewWorkflow[number, number]("w").Then(step))
	list := c.stream("/api/workflows/w/stream?runId=r", `{"inputData":{"n":5}}`)
	usage := at(list[len(list)-1], "payload", "output", "usage")
	assert.Equal(t, []any{6.0, 2.0, 10.0}, []any{at(usage, "inputTokens"), at(usage, "outputTokens"), at(usage, "totalTokens")})
}

func TestStep_WritesToNobodyWithoutAStream(t *testing.T) {
	step := mockserver.NewStep("s", func(s *mockserver.StepCall, in number) (number, error) {
		return in, errors.Join(s.Write(in), s.WriteChunk("no object"))
	})
	_, _, run := flow(t, mockserver.NewWorkflow[number, number]("w").Then(step))
	assert.Equal(t, "success", run(number{1})["status"])
}

func TestCancel_ThatComesTooLateIsForgotten(t *testing.T) {
	var naps atomic.Int32
	released := make(chan struct{})
	w := mockserver.NewWorkflow[number, number]("w").
		SleepFunc("", func(*mockserver.StepCall) time.Duration {
			if naps.Add(1) == 1 {
				<-released
			}
			return 0
		}).As("nap").
		Then(add("a", 1))
	_, c, _ := flow(t, w)
	ended := make(chan map[string]any)
	go func() { ended <- c.object("/api/workflows/w/start-async?runId=r", `{"inputData":{"n":1}}`) }()
	require.Eventually(t, func() bool { return naps.Load() == 1 }, 5*time.Second, time.Millisecond)
	back := func() any {
		return c.object("/api/workflows/w/time-travel-async?runId=r", `{"step":"nap"}`)["status"]
	}
	assert.Equal(t, "success", back(), "what sleeps may be taken back")
	c.object("/api/workflows/w/runs/r/cancel", nil)
	assert.Equal(t, "canceled", back(), "the run that the cancellation made is cancelled")
	c.object("/api/workflows/w/runs/r/cancel", nil)
	close(released)
	assert.Equal(t, "success", (<-ended)["status"])
	assert.Equal(t, "success", back())
}
