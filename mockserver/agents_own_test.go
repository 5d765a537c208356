package mockserver_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// mine serves one agent of one's own.
func mine(t *testing.T, agent mockserver.Agent) *caller {
	agent.ID = "mine"
	_, c := start(t, mockserver.WithAgent(agent))
	return c
}

func says(text ...string) mockserver.Model {
	return func(_ context.Context, call *mockserver.ModelCall) error {
		call.Text(text...)
		return nil
	}
}

func TestModel_AnswersInTheOrderOfItsParts(t *testing.T) {
	c := mine(t, mockserver.Agent{Model: func(_ context.Context, call *mockserver.ModelCall) error {
		call.Reasoning("hm", "m")
		call.Source("https://go.dev", "Go")
		call.Text("a", "b")
		call.File([]byte("pdf"), "application/pdf")
		call.Text("c")
		call.SetUsage(mockserver.Usage{InputTokens: 3, OutputTokens: 4, ReasoningTokens: 1})
		return nil
	}})
	list := c.stream("/api/agents/mine/stream", `{"messages":"hi"}`)
	assert.Equal(t, []string{"start", "step-start", "reasoning-start", "reasoning-delta", "reasoning-delta", "reasoning-end", "source",
		"text-start", "text-delta", "text-delta", "text-end", "file", "text-start", "text-delta", "text-end", "step-finish", "finish"}, types(list))
	usage := at(list[len(list)-1], "payload", "output", "usage")
	assert.Equal(t, 7.0, at(usage, "totalTokens"))
	assert.Equal(t, 1.0, at(usage, "reasoningTokens"))

	result := c.object("/api/agents/mine/generate", `{"messages":"hi"}`)
	assert.Equal(t, "abc", result["text"])
	assert.Equal(t, "hmm", result["reasoningText"])
	assert.Len(t, result["sources"], 1)
	assert.Len(t, result["files"], 1)
}

func TestModel_SeesThePrompt(t *testing.T) {
	var seen mockserver.ModelCall
	c := mine(t, mockserver.Agent{Instructions: "Be kind", ModelID: "m-1", Tools: []mockserver.Tool{
		mockserver.NewTool("noop", "", func(*mockserver.ToolCall, struct{}) (string, error) { return "", nil }),
	}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		seen = *call
		call.Text("ok")
		return nil
	}})
	c.object("/api/agents/mine/generate", `{"messages":[{"role":"user","content":[{"type":"text","text":"one"},{"type":"text","text":"two"}]},
		{"role":"assistant","content":"so"},{"role":"user","content":"three"}],"system":"Rule"}`)
	assert.Equal(t, "mine", seen.AgentID)
	assert.Equal(t, "m-1", seen.ModelID)
	assert.Equal(t, []string{"noop"}, seen.Tools)
	assert.Equal(t, "three", seen.LastUserText())
	var prompt []string
	for _, m := range seen.Prompt {
		prompt = append(prompt, string(m.Role)+": "+m.Text)
	}
	assert.Equal(t, []string{"system: Be kind", "system: Rule", "user: one two", "assistant: so", "user: three"}, prompt)
}

func TestModel_FailureIsToldWhereverItHappens(t *testing.T) {
	early := errors.New("no key")
	late := errors.New("cut off")
	tests := map[string]struct {
		model  mockserver.Model
		answer string
		chunks []string
	}{
		"before the first part": {
			func(context.Context, *mockserver.ModelCall) error { return early }, `{"error":"no key"}`,
			[]string{"start", "step-start", "error", "step-finish", "finish"},
		},
		"in the middle": {
			func(_ context.Context, call *mockserver.ModelCall) error { call.Text("a"); return late }, `{"error":"cut off"}`,
			[]string{"start", "step-start", "text-start", "text-delta", "error", "step-finish", "finish"},
		},
		"with a panic": {
			func(context.Context, *mockserver.ModelCall) error { panic("oh") }, `{"error":"oh"}`,
			[]string{"start", "step-start", "error", "step-finish", "finish"},
		},
		"for want of one": {nil, `{"error":"agent mine has no model"}`, []string{"start", "step-start", "error", "step-finish", "finish"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c := mine(t, mockserver.Agent{Model: test.model})
			status, answer := c.post("/api/agents/mine/generate", `{"messages":"hi"}`)
			assert.Equal(t, 500, status)
			assert.Equal(t, test.answer, answer)
			assert.Equal(t, test.chunks, types(c.stream("/api/agents/mine/stream", `{"messages":"hi"}`)))
		})
	}
}

func TestModel_NextOfTheListIsAskedAfterAFailure(t *testing.T) {
	c := mine(t, mockserver.Agent{Models: []mockserver.ModelEntry{
		{ID: "a", Model: func(context.Context, *mockserver.ModelCall) error { return errors.New("down") }},
		{ID: "b", Model: says("from b")},
	}})
	assert.Equal(t, "from b", c.object("/api/agents/mine/generate", `{"messages":"hi"}`)["text"])
}

func TestTool_OfOnesOwnIsCalledByTheModel(t *testing.T) {
	type in struct {
		N    int  `json:"n"`
		Fail bool `json:"fail,omitempty"`
	}
	half := mockserver.NewTool("half", "Halves", func(call *mockserver.ToolCall, in in) (float64, error) {
		if in.Fail {
			return 0, fmt.Errorf("cannot halve for %s", call.RequestContext("who"))
		}
		return float64(in.N) / 2, nil
	})
	model := func(_ context.Context, call *mockserver.ModelCall) error {
		outputs := call.ToolOutputs()
		if outputs == nil {
			call.Call("half", in{N: 3})
			call.Call("half", in{N: 3, Fail: true})
			call.Call("half", map[string]any{"n": "x"})
			call.Call("other", nil)
			return nil
		}
		for _, output := range outputs {
			call.Text(string(output) + "\n")
		}
		return nil
	}
	c := mine(t, mockserver.Agent{Tools: []mockserver.Tool{half}, Model: model})
	list := c.stream("/api/agents/mine/stream", `{"messages":"go","requestContext":{"who":"ann"}}`)
	assert.Equal(t, 1.5, at(find(t, list, "tool-result"), "payload", "result"))
	assert.Contains(t, types(list), "tool-error")
	result := c.object("/api/agents/mine/generate", `{"messages":"go","requestContext":{"who":"ann"}}`)
	text := result["text"].(string)
	assert.Contains(t, text, `{"type":"json","value":1.5}`)
	assert.Contains(t, text, `cannot halve for \"ann\"`)
	assert.Contains(t, text, "Tool input validation failed for half")
	assert.Contains(t, text, `Tool \"other\" not found. Available tools: half.`)

	_, listed := c.get("/api/tools/half")
	assert.Contains(t, listed, `"id":"half"`, "an agent's tools are served too")
}

func TestTool_ThatSuspendsIsCalledAgain(t *testing.T) {
	type question struct {
		Q string `json:"q"`
	}
	type reply struct {
		A string `json:"a"`
	}
	ask := mockserver.NewTool("ask", "Asks", func(call *mockserver.ToolCall, in question) (string, error) {
		var r reply
		if !call.Resumed(&r) {
			return "", call.Suspend(in)
		}
		return in.Q + " " + r.A, nil
	}).Suspends(question{}).Resumes(reply{})
	c := mine(t, mockserver.Agent{Tools: []mockserver.Tool{ask}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if outputs := call.ToolOutputs(); outputs != nil {
			call.Text(string(outputs[0]))
			return nil
		}
		call.Call("ask", question{"why?"})
		return nil
	}})
	list := c.stream("/api/agents/mine/stream", `{"messages":"x","runId":"r1"}`)
	suspended := find(t, list, "tool-call-suspended")
	assert.Equal(t, "why?", at(suspended, "payload", "suspendPayload", "q"))
	_, runs := c.get("/api/agents/mine/suspended-runs")
	assert.Contains(t, runs, `"runId":"r1"`)

	list = c.stream("/api/agents/mine/resume-stream", `{"runId":"r1","resumeData":{"a":"so"}}`)
	assert.Equal(t, "why? so", at(find(t, list, "tool-result"), "payload", "result"))
	assert.Equal(t, `{"type":"text","value":"why? so"}`, at(find(t, list, "text-delta"), "payload", "text"))
	status, _ := c.post("/api/agents/mine/resume-stream", `{"runId":"r1","resumeData":{"a":"so"}}`)
	assert.Equal(t, 500, status, "a run is resumed once")
}

func TestProcessor_BlocksRuns(t *testing.T) {
	block := func(reason, word string) *mockserver.Processor {
		return &mockserver.Processor{ID: "p", Check: func(_ context.Context, text string) *mockserver.Tripwire {
			if text == word {
				return &mockserver.Tripwire{Reason: reason, Metadata: map[string]int{"level": 2}}
			}
			if text == "panic" {
				panic("processor broke")
			}
			return nil
		}}
	}
	c := mine(t, mockserver.Agent{Guard: block("in", "bad"), Gate: block("out", "a b"), Model: says("a", " b", " c")})

	list := c.stream("/api/agents/mine/stream", `{"messages":"bad"}`)
	require.Equal(t, []string{"tripwire"}, types(list))
	assert.Equal(t, map[string]any{"reason": "in", "metadata": map[string]any{"level": 2.0}, "processorId": "p"}, list[0]["payload"])

	list = c.stream("/api/agents/mine/stream", `{"messages":"good"}`)
	assert.Equal(t, []string{"start", "step-start", "text-start", "text-delta", "tripwire"}, types(list))

	assert.Equal(t, "processor broke", at(c.object("/api/agents/mine/generate", `{"messages":"panic"}`), "tripwire", "reason"))
}

func TestSubAgent_IsATool(t *testing.T) {
	sub := &mockserver.Agent{ID: "sub", Model: func(_ context.Context, call *mockserver.ModelCall) error {
		call.Text("sub heard " + call.LastUserText())
		return nil
	}}
	c := mine(t, mockserver.Agent{Agents: []*mockserver.Agent{sub}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		if call.ToolOutputs() != nil {
			call.Text("done")
			return nil
		}
		call.Call("agent-sub", map[string]string{"prompt": "hello"})
		return nil
	}})
	list := c.stream("/api/agents/mine/stream", `{"messages":"x"}`)
	assert.Equal(t, "sub heard hello", at(find(t, list, "tool-result"), "payload", "result", "text"))
	assert.Equal(t, "start", at(find(t, list, "tool-output"), "payload", "output", "type"))
}

func TestMemory_GivesTheModelTheLastMessages(t *testing.T) {
	var prompts int
	c := mine(t, mockserver.Agent{Memory: &mockserver.Memory{LastMessages: 3}, Model: func(_ context.Context, call *mockserver.ModelCall) error {
		prompts = len(call.Prompt)
		call.Text("answer")
		return nil
	}})
	// Where an old answer would come first a user's message is put before it.
	for i, want := range []int{1, 3, 5, 5} {
		c.object("/api/agents/mine/generate", `{"messages":"q","memory":{"thread":"t","resource":"r"}}`)
		assert.Equal(t, want, prompts, "call %d sees at most three old messages", i)
	}
	_, messages := c.get("/api/memory/threads/t/messages?agentId=mine")
	require.Len(t, decode(t, messages)["messages"], 8, messages)
}

func TestClientTool_IsAnsweredInEitherFormat(t *testing.T) {
	_, c := start(t)
	for name, messages := range map[string]string{
		"model messages": `{"role":"assistant","content":[{"type":"tool-call","toolCallId":"c","toolName":"mine","input":{"a":1},"providerOptions":{"mastra":{"createdAt":5}}}]}`,
		"UI messages": `{"id":"m","role":"assistant","content":"","parts":[{"type":"step-start"},
			{"type":"tool-invocation","toolInvocation":{"state":"call","step":0,"toolCallId":"c","toolName":"mine","args":{"a":1}}}]}`,
	} {
		result := c.object("/api/agents/assistant/generate", `{"messages":[{"role":"user","content":"tool:mine {\"a\":1}"},`+messages+
			`,{"role":"tool","content":[{"type":"tool-result","toolCallId":"c","toolName":"mine","result":{"b":2}}]}]}`)
		assert.Equal(t, `Tool said: [{"type":"json","value":{"b":2}}]`, result["text"], name)
	}
}

func TestClientTool_ResultOfAStoredCallIsAMessageOfItsOwn(t *testing.T) {
	_, c := start(t)
	const memory = `"memory":{"thread":"t","resource":"r"}`
	first := c.object("/api/agents/assistant/generate", `{"messages":"tool:mine {\"a\":1}","clientTools":{"mine":{"id":"mine","description":"d","inputSchema":{"type":"object"}}},`+memory+`}`)
	id := at(first["toolCalls"].([]any)[0], "payload", "toolCallId").(string)
	second := c.object("/api/agents/assistant/generate",
		`{"messages":[{"role":"tool","content":[{"type":"tool-result","toolCallId":"`+id+`","toolName":"mine","input":{"a":1},"result":{"b":2}}]}],`+memory+`}`)
	assert.Equal(t, `Tool said: [{"type":"json","value":{"b":2}}]`, second["text"])
	_, text := c.get("/api/memory/threads/t/messages?agentId=assistant")
	stored := decode(t, text)["messages"].([]any)
	require.Len(t, stored, 3)
	assert.Equal(t, "call", at(at(stored[1], "content", "parts").([]any)[0], "toolInvocation", "state"))
	assert.Equal(t, "result", at(at(stored[2], "content", "parts").([]any)[0], "toolInvocation", "state"))
}
