package mockserver_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// plan is what the demo world's router reads its decisions from.
func plan(id, kind, prompt, done string) map[string]any {
	return map[string]any{"memory": map[string]any{"thread": "t", "resource": "r"}, "messages": `json:{"primitiveId":"` + id + `","primitiveType":"` + kind +
		`","prompt":"` + prompt + `","selectionReason":"so","isComplete":` + done + `,"completionReason":"said","finalResult":"over"}`}
}

const router = "/api/agents/router/"

func TestNetwork_HandsOverAndJudges(t *testing.T) {
	_, c := start(t)
	list := c.stream(router+"network", plan("plain", "agent", "say hi", "true"))
	var kinds []string
	var said string
	for _, chunk := range list {
		kind := chunk["type"].(string)
		if kind == "routing-agent-text-delta" { // as many as the model has pieces
			said += at(chunk, "payload", "text").(string)
		} else if !strings.HasPrefix(kind, "agent-execution-event-") {
			kinds = append(kinds, kind)
		}
	}
	assert.Equal(t, "over", said)
	assert.Equal(t, []string{"routing-agent-start", "routing-agent-end", "agent-execution-start", "agent-execution-end", "network-validation-start",
		"routing-agent-text-start", "network-validation-end", "network-execution-event-finish"}, kinds)
	assert.Equal(t, "You said: say hi", at(find(t, list, "agent-execution-end"), "payload", "result"))
	end := list[len(list)-1]
	assert.Equal(t, "over", at(end, "payload", "result"))
	assert.Equal(t, 36.0, at(end, "payload", "usage", "totalTokens"))
	_, text := c.get("/api/memory/threads/t/messages?agentId=router")
	assert.Len(t, decode(t, text)["messages"], 4, "the task, the step, the answer and the verdict")
}

func TestNetwork_ThatIsNotDoneTriesOnceMore(t *testing.T) {
	_, c := start(t)
	list := c.stream(router+"network", plan("plain", "agent", "say hi", "false"))
	end := list[len(list)-1]
	assert.Equal(t, "Max iterations reached: 1", at(end, "payload", "completionReason"))
	assert.Equal(t, false, at(end, "payload", "isComplete"))
	assert.Equal(t, 1.0, at(end, "payload", "iteration"))
}

func TestNetwork_ThatLeadsNowhereEndsThere(t *testing.T) {
	_, c := start(t)
	assert.Equal(t, []string{"routing-agent-start", "routing-agent-end"}, types(c.stream(router+"network", plan("nobody", "agent", "x", "true"))))
	assert.Equal(t, []string{"routing-agent-start", "routing-agent-end"}, types(c.stream(router+"network", plan("", "none", "", "true"))))
	assert.Equal(t, []string{"routing-agent-start"}, types(c.stream(router+"network", `{"messages":"fail-model"}`)))
	list := c.stream(router+"network", plan("none", "none", "", "true"))
	assert.Equal(t, "so", at(find(t, list, "network-execution-event-step-finish"), "payload", "result"))

	status, _ := c.post("/api/agents/plain/network", `{"messages":"x"}`)
	assert.Equal(t, 400, status, "it needs a memory")
	assert.Empty(t, c.stream(router+"decline-network-tool-call", `{"runId":"unknown"}`))
	status, _ = c.get("/api/memory/threads/unknown?agentId=router")
	assert.Equal(t, 200, status, "the decision has made a thread")
}

func TestNetwork_OfOnesOwnCallsItsTool(t *testing.T) {
	type number struct{ N int }
	double := mockserver.NewTool("double", "Doubles", func(_ *mockserver.ToolCall, in number) (number, error) { return number{2 * in.N}, nil })
	c := mine(t, mockserver.Agent{Memory: &mockserver.Memory{}, Tools: []mockserver.Tool{double}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if strings.Contains(call.LastUserText(), "Original task") {
			return call.Object(map[string]any{"isComplete": true, "completionReason": "counted", "finalResult": "42"})
		}
		return call.Object(map[string]any{"primitiveId": "double", "primitiveType": "tool", "prompt": `{"N":21}`, "selectionReason": "it counts"})
	}})
	list := c.stream("/api/agents/mine/network", `{"messages":"double 21"}`)
	require.NotEmpty(t, list)
	assert.Equal(t, 42.0, at(find(t, list, "tool-execution-end"), "payload", "result", "N"))
	assert.Equal(t, "42", at(list[len(list)-1], "payload", "result"))
}

// boss is a network whose agent has a tool that needs approval and one that asks.
func boss() mockserver.Option {
	type task struct {
		What string `json:"what"`
	}
	type answer struct {
		Approved bool `json:"approved"`
	}
	delicate := mockserver.NewTool("delicate", "Needs approval", func(_ *mockserver.ToolCall, in task) (task, error) { return in, nil }).RequireApproval()
	curious := mockserver.NewTool("curious", "Asks", func(call *mockserver.ToolCall, in task) (answer, error) {
		var given answer
		if call.Resumed(&given) {
			return given, nil
		}
		return given, call.Suspend(in)
	}).Suspends(task{}).Resumes(answer{})
	helper := &mockserver.Agent{ID: "helper", Tools: []mockserver.Tool{delicate, curious}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if outputs := call.ToolOutputs(); len(outputs) > 0 {
			call.Text(string(outputs[0]))
			return nil
		}
		call.Call(call.LastUserText(), map[string]string{"what": "vase"})
		return nil
	}}
	return mockserver.WithAgent(mockserver.Agent{ID: "boss", Memory: &mockserver.Memory{}, Agents: []*mockserver.Agent{helper},
		Model: func(_ context.Context, call *mockserver.ModelCall) error {
			if strings.Contains(call.LastUserText(), "Original task") {
				return call.Object(map[string]any{"isComplete": true, "completionReason": "said", "finalResult": "over"})
			}
			return call.Object(map[string]any{"primitiveId": "helper", "primitiveType": "agent", "prompt": call.LastUserText(), "selectionReason": "so"})
		}})
}

func TestNetwork_WaitsWithItsAgent(t *testing.T) {
	const approve, decline = "/api/agents/boss/approve-network-tool-call", "/api/agents/boss/decline-network-tool-call"
	for name, x := range map[string]struct {
		tool, waits, answer, body, result string
	}{
		"for an approval":        {"delicate", "approval", approve, `{"runId":"n"}`, `{"type":"json","value":{"what":"vase"}}`},
		"and is refused":         {"delicate", "approval", decline, `{"runId":"n","reason":"dear"}`, "{\"type\":\"text\",\"value\":\"dear\"}\n\ndear"},
		"for an answer":          {"curious", "suspended", approve, `{"runId":"n"}`, `{"type":"json","value":{"approved":true}}`},
		"and gets the other one": {"curious", "suspended", decline, `{"runId":"n"}`, `{"type":"json","value":{"approved":false}}`},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "state.json")
			mock, c := start(t, boss())
			require.NoError(t, mock.KeepState(file))
			list := c.stream("/api/agents/boss/network", map[string]any{"messages": x.tool, "runId": "n", "memory": map[string]any{"thread": "t", "resource": "r"}})
			last := list[len(list)-1]
			assert.Equal(t, "agent-execution-"+x.waits, last["type"])
			assert.Equal(t, "helper", at(last, "payload", "toolCallId"))
			_, kept := c.get("/api/memory/threads/t/messages?agentId=boss")
			assert.Contains(t, kept, `"runId":"n"`, "what waits is noted in the conversation")
			mock.Close()

			mock, c = start(t, boss())
			require.NoError(t, mock.KeepState(file))
			list = c.stream(x.answer, x.body)
			require.NotEmpty(t, list)
			assert.Equal(t, x.result, at(find(t, list, "agent-execution-end"), "payload", "result"))
			assert.Equal(t, "over", at(list[len(list)-1], "payload", "result"))
			assert.Equal(t, []string{"agent-execution-start"}, types(c.stream(x.answer, x.body)), "the agent does not wait any more")
		})
	}
}
