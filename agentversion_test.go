package mastra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// pinnedBody is what of a body says which version is meant.
type pinnedBody struct {
	Versions *struct {
		Agents        map[string]json.RawMessage `json:"agents"`
		DefaultStatus string                     `json:"defaultStatus"`
	} `json:"versions"`
	RequestContext map[string]any `json:"requestContext"`
	IfIdle         *struct {
		StreamOptions pinnedBody `json:"streamOptions"`
	} `json:"ifIdle"`
	StreamOptions *pinnedBody `json:"streamOptions"`
}

func (b pinnedBody) of(agent string) string {
	if b.Versions == nil {
		return ""
	}
	return string(b.Versions.Agents[agent])
}

// agentCalls run an agent, answer it, or copy it; each sends what it is told to.
var agentCalls = []struct {
	name string
	call func(ctx context.Context, a *mastra.Agent) error
	// versions, context: the server reads the version there.
	versions, context bool
}{
	{"Generate", func(ctx context.Context, a *mastra.Agent) error { return second(a.Generate(ctx, asking("hi"))) }, true, true},
	{"Stream", func(ctx context.Context, a *mastra.Agent) error { return closed(a.Stream(ctx, asking("hi"))) }, true, true},
	{"Stream until idle", func(ctx context.Context, a *mastra.Agent) error {
		req := asking("hi")
		req.UntilIdle = new(mastra.UntilIdle)
		return closed(a.Stream(ctx, req))
	}, true, true},
	{"ResumeStream", func(ctx context.Context, a *mastra.Agent) error {
		return closed(a.ResumeStream(ctx, mastra.ResumeAgentRequest{RunID: "r", Data: 1}))
	}, true, true},
	{"Approve with client tools", func(ctx context.Context, a *mastra.Agent) error {
		return second(a.Approve(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c", ClientTools: []mastra.ClientTool{lookupTool()}}))
	}, true, true},
	{"RecoverStream", func(ctx context.Context, a *mastra.Agent) error {
		return closed(a.RecoverStream(ctx, mastra.RecoverAgentRequest{RunID: "r"}))
	}, true, true},
	{"NetworkStream", func(ctx context.Context, a *mastra.Agent) error {
		s, err := a.NetworkStream(ctx, asking("hi"))
		if err == nil {
			s.Close()
		}
		return err
	}, true, true},
	{"Approve", func(ctx context.Context, a *mastra.Agent) error {
		return second(a.Approve(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c"}))
	}, false, true},
	{"DeclineStream", func(ctx context.Context, a *mastra.Agent) error {
		return closed(a.DeclineStream(ctx, mastra.DeclineRequest{RunID: "r", ToolCallID: "c"}))
	}, false, true},
	{"ApproveNetworkStream", func(ctx context.Context, a *mastra.Agent) error {
		s, err := a.ApproveNetworkStream(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
		if err == nil {
			s.Close()
		}
		return err
	}, false, true},
	{"SendToolApproval", func(ctx context.Context, a *mastra.Agent) error {
		return second(a.SendToolApproval(ctx, mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "r", ToolCallID: "c"}))
	}, false, true},
	{"Clone", func(ctx context.Context, a *mastra.Agent) error {
		return second(a.Clone(ctx, mastra.CloneAgentRequest{}))
	}, false, true},
}

func closed(s *mastra.AgentStream, err error) error {
	if err == nil {
		s.Close()
	}
	return err
}

// pinnedIn gives the body of the one request that the call sends.
func pinnedIn(t *testing.T, agent func(*mastra.Client) *mastra.Agent, call func(context.Context, *mastra.Agent) error) pinnedBody {
	t.Helper()
	rt := &catcher{t: t}
	_ = call(t.Context(), agent(inMemory(t, rt, mastra.WithRetries(0))))
	require.NotEmpty(t, rt.seen)
	return decode[pinnedBody](t, rt.seen[0].body)
}

func TestAgentVersion_OfAnIDIsSentWithEveryRun(t *testing.T) {
	agent := func(c *mastra.Client) *mastra.Agent {
		return c.Agent("chef").Version(mastra.AgentVersion{ID: "v-1", Status: mastra.VersionDraft})
	}
	for _, tt := range agentCalls {
		t.Run(tt.name, func(t *testing.T) {
			body := pinnedIn(t, agent, tt.call)
			assert.Equal(t, map[string]any{"agentVersionId": "v-1"}, body.RequestContext)
			if tt.versions {
				assert.JSONEq(t, `{"versionId":"v-1"}`, body.of("chef"))
			} else {
				assert.Nil(t, body.Versions, "the server reads none there")
			}
		})
	}
}

func TestAgentVersion_OfAStatusIsSentWhereTheServerReadsIt(t *testing.T) {
	agent := func(c *mastra.Client) *mastra.Agent {
		return c.Agent("chef").Version(mastra.AgentVersion{Status: mastra.VersionDraft})
	}
	for _, tt := range agentCalls {
		t.Run(tt.name, func(t *testing.T) {
			switch tt.name {
			case "NetworkStream", "ApproveNetworkStream", "Clone":
				rt := &catcher{t: t}
				err := tt.call(t.Context(), agent(inMemory(t, rt)))
				require.ErrorIs(t, err, mastra.ErrInvalidInput)
				assert.ErrorContains(t, err, "its ID only")
				assert.Empty(t, rt.seen)
				return
			}
			body := pinnedIn(t, agent, tt.call)
			assert.Empty(t, body.RequestContext)
			if tt.versions {
				assert.JSONEq(t, `{"status":"draft"}`, body.of("chef"))
			}
		})
	}
}

func TestAgentVersion_GoesToTheRunThatAMessageStarts(t *testing.T) {
	idle := &mastra.IfIdle{Behavior: mastra.IdleWake, StreamOptions: map[string]any{"maxSteps": 3}}
	for name, call := range map[string]func(ctx context.Context, a *mastra.Agent) error{
		"SendMessage": func(ctx context.Context, a *mastra.Agent) error {
			return second(a.SendMessage(ctx, mastra.SendMessageRequest{ThreadID: "t", ResourceID: "r", Message: "hi", IfIdle: idle}))
		},
		"QueueMessage": func(ctx context.Context, a *mastra.Agent) error {
			return second(a.QueueMessage(ctx, mastra.SendMessageRequest{ThreadID: "t", ResourceID: "r", Message: "hi"}))
		},
		"SendSignal": func(ctx context.Context, a *mastra.Agent) error {
			return second(a.SendSignal(ctx, mastra.SendSignalRequest{ThreadID: "t", ResourceID: "r", IfIdle: idle}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			body := pinnedIn(t, func(c *mastra.Client) *mastra.Agent { return c.Agent("chef").Version(mastra.AgentVersion{ID: "v-1"}) }, call)
			require.NotNil(t, body.IfIdle)
			assert.JSONEq(t, `{"versionId":"v-1"}`, body.IfIdle.StreamOptions.of("chef"))
			assert.Equal(t, map[string]any{"agentVersionId": "v-1"}, body.RequestContext)
		})
	}
	assert.Equal(t, map[string]any{"maxSteps": 3}, idle.StreamOptions, "the caller's own is not changed")

	body := pinnedIn(t, func(c *mastra.Client) *mastra.Agent {
		return c.Agent("chef").Version(mastra.AgentVersion{Status: mastra.VersionDraft})
	}, func(ctx context.Context, a *mastra.Agent) error {
		return second(a.SendToolApproval(ctx, mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "r", ToolCallID: "c"}))
	})
	require.NotNil(t, body.StreamOptions, "the run that an answer begins")
	assert.JSONEq(t, `{"status":"draft"}`, body.StreamOptions.of("chef"))
}

func TestAgentVersion_OfTheRequestComesBeforeThatOfTheHandle(t *testing.T) {
	given := mastra.VersionsOf(map[string]mastra.AgentVersion{"chef": {Status: mastra.VersionPublished}, "waiter": {ID: "w-2"}})
	given.DefaultStatus = new(mastra.PublishStatus)
	*given.DefaultStatus = mastra.VersionDraft
	body := pinnedIn(t, func(c *mastra.Client) *mastra.Agent { return c.Agent("chef").Version(mastra.AgentVersion{ID: "v-1"}) },
		func(ctx context.Context, a *mastra.Agent) error {
			return second(a.Generate(ctx, mastra.AgentRequest{Messages: mastra.Prompt("hi"), Versions: given, RequestContext: map[string]any{"agentVersionId": "v-3", "tenant": "acme"}}))
		})
	assert.JSONEq(t, `{"status":"published"}`, body.of("chef"))
	assert.JSONEq(t, `{"versionId":"w-2"}`, body.of("waiter"))
	assert.Equal(t, "draft", body.Versions.DefaultStatus)
	assert.Equal(t, map[string]any{"agentVersionId": "v-3", "tenant": "acme"}, body.RequestContext)
	assert.Len(t, given.Agents, 2, "the caller's own is not changed")

	body = pinnedIn(t, func(c *mastra.Client) *mastra.Agent { return c.Agent("chef").Version(mastra.AgentVersion{}) }, agentCalls[0].call)
	assert.Zero(t, body, "the zero version is the agent in use")
}

// What follows a round of client tools, and an answer, is asked of the same version.
func TestAgentVersion_IsKeptInWhatFollows(t *testing.T) {
	var p prompts
	client, mock := onMock(t, afterApproval(&p, nil))
	agent := client.Agent("a").Version(mastra.AgentVersion{ID: "v-1"})
	res, err := agent.Generate(t.Context(), asking("go"))
	require.NoError(t, err)
	require.Len(t, res.Pending(), 1)
	_, err = agent.Approve(t.Context(), mastra.ApproveRequest{Pending: &res.Pending()[0], ClientTools: []mastra.ClientTool{lookupTool()}}, mastra.WithHeader("X-A", "b"))
	require.NoError(t, err)
	following := mock.RequestsOf("AgentStream")
	require.NotEmpty(t, following)
	for _, r := range append(following, mock.RequestsOf("AgentResumeStream")...) {
		body := decode[pinnedBody](t, r.Body)
		assert.JSONEq(t, `{"versionId":"v-1"}`, body.of("a"))
		assert.Equal(t, map[string]any{"agentVersionId": "v-1"}, body.RequestContext)
	}
}

func TestAgentVersion_IsTheOneThatIsRead(t *testing.T) {
	rt := &catcher{t: t}
	agent := inMemory(t, rt).Agent("chef")
	for _, v := range []mastra.AgentVersion{{}, {ID: "v-1"}, {Status: mastra.VersionDraft}, {ID: "v-1", Status: mastra.VersionDraft}} {
		_, _ = agent.Version(v).Get(t.Context())
		_, _ = agent.Version(v).PlanFile(t.Context(), "p.md")
	}
	var got []string
	for _, req := range rt.seen {
		got = append(got, fmt.Sprint(req))
	}
	assert.Equal(t, []string{
		"GET /api/agents/chef", "GET /api/agents/chef/plans/file?path=p.md",
		"GET /api/agents/chef?versionId=v-1", "GET /api/agents/chef/plans/file?path=p.md&versionId=v-1",
		"GET /api/agents/chef?status=draft", "GET /api/agents/chef/plans/file?path=p.md&status=draft",
		"GET /api/agents/chef?versionId=v-1", "GET /api/agents/chef/plans/file?path=p.md&versionId=v-1",
	}, got)
}

func TestAgentVersion_IsRefusedWhereTheServerKnowsNone(t *testing.T) {
	rt := &catcher{t: t}
	agent := inMemory(t, rt).Agent("chef").Version(mastra.AgentVersion{Status: mastra.VersionPublished})
	voice, tool := agent.Voice(), agent.Tool("weather")
	for name, err := range map[string]error{
		"a tool":              second(tool.Get(t.Context())),
		"a tool's work":       second(tool.Execute(t.Context(), nil)),
		"a tool in a run":     second(tool.InRun("r").Execute(t.Context(), nil)),
		"a voice's speakers":  second(voice.Speakers(t.Context())),
		"whether it listens":  second(voice.CanListen(t.Context())),
		"a voice's speech":    second(voice.Speak(t.Context(), mastra.SpeakRequest{Text: "hi"})),
		"a skill":             second(agent.Skill(t.Context(), "s")),
		"a skill by its path": second(agent.SkillAt(t.Context(), "s", "p")),
	} {
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "the server knows no version", name)
	}
	assert.Empty(t, rt.seen)
}
