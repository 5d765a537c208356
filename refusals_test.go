package mastra_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra"
)

// Each text says what to do next; none may get lost. The golden file of the requests
// has those that a request without anything meets.
func TestRefusal_SaysWhatIsWrong(t *testing.T) {
	prompt := mastra.Prompt("hi")
	tool := mastra.NewClientTool("add", "", func(context.Context, struct{}) (string, error) { return "", nil })
	with := func(tools ...mastra.ClientTool) mastra.AgentRequest {
		return mastra.AgentRequest{Messages: prompt, ClientTools: tools}
	}
	waitsFor := func(kind mastra.PendingKind) *mastra.Pending {
		return &mastra.Pending{Kind: kind, RunID: "r", ToolCallID: "c"}
	}
	generate := func(req mastra.AgentRequest) func(context.Context, *mastra.Client) error {
		return func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Generate(ctx, req)
			return err
		}
	}
	for _, tt := range []struct {
		want string
		do   func(context.Context, *mastra.Client) error
	}{
		{"no tool call is named: give the Pending, or RunID and ToolCallID", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Approve(ctx, mastra.ApproveRequest{RunID: "r"})
			return err
		}},
		{"no tool call is named: give the Pending, or RunID and ToolCallID", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").DeclineStream(ctx, mastra.DeclineRequest{RunID: "r"})
			return err
		}},
		{"no run is named: give the Pending, or RunID and ToolCallID", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ResumeStream(ctx, mastra.ResumeAgentRequest{ToolCallID: "c", Data: 1})
			return err
		}},
		{"that Pending waits for an answer, not for an approval; use Resume", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ApproveStream(ctx, mastra.ApproveRequest{Pending: waitsFor(mastra.PendingSuspended)})
			return err
		}},
		{"that Pending waits for an answer, not for an approval; use Resume", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").DeclineNetworkStream(ctx, mastra.DeclineRequest{Pending: waitsFor(mastra.PendingSuspended)})
			return err
		}},
		{"that Pending waits for a client tool; send its result as a ToolMessage", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Resume(ctx, mastra.ResumeAgentRequest{Pending: waitsFor(mastra.PendingClientTool), Data: 1})
			return err
		}},
		{"the request names another call than its Pending does", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Decline(ctx, mastra.DeclineRequest{Pending: waitsFor(mastra.PendingApproval), ToolCallID: "other"})
			return err
		}},
		{"the request names another call than its Pending does", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ApproveNetworkStream(ctx, mastra.ApproveRequest{Pending: waitsFor(mastra.PendingApproval), RunID: "other"})
			return err
		}},
		{"ResumeAgentRequest.Data is nil; the tool would suspend again", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Resume(ctx, mastra.ResumeAgentRequest{RunID: "r"})
			return err
		}},
		{"a thread needs its ResourceID too", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").SendMessage(ctx, mastra.SendMessageRequest{ThreadID: "t"})
			return err
		}},
		{`the model is "gpt"; it must be provider/model`, func(ctx context.Context, c *mastra.Client) error {
			return c.Agent("a").SetModel(ctx, "gpt")
		}},
		{"a network does not run ClientTools", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Network(ctx, with(tool))
			return err
		}},
		{"a network does not run ClientTools", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ApproveNetworkStream(ctx, mastra.ApproveRequest{RunID: "r", ClientTools: []mastra.ClientTool{tool}})
			return err
		}},
		{"a network does not run ClientTools", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").DeclineNetworkStream(ctx, mastra.DeclineRequest{RunID: "r", ClientTools: []mastra.ClientTool{tool}})
			return err
		}},
		{"AgentRequest.Memory.ThreadID is empty", generate(mastra.AgentRequest{Messages: prompt, Memory: &mastra.MemoryRef{ResourceID: "u"}})},
		{"MaxSteps is negative", generate(mastra.AgentRequest{Messages: prompt, MaxSteps: -1})},
		{"UntilIdle.MaxIdle is negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").Stream(ctx, mastra.AgentRequest{Messages: prompt, UntilIdle: &mastra.UntilIdle{MaxIdle: -1}})
			return err
		}},
		{"ToolApprovalRequest needs a thread, a resource and a tool call", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").SendToolApproval(ctx, mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "u"})
			return err
		}},
		{"a client tool has no name", generate(with(mastra.NewClientTool("", "", func(context.Context, struct{}) (string, error) { return "", nil })))},
		{`client tool "x": the function is nil`, generate(with(mastra.NewClientTool[struct{}, string]("x", "", nil)))},
		{"a client tool was not made by NewClientTool or DeclareClientTool", generate(with(mastra.ClientTool{}))},
		{`two client tools have the name "add"`, generate(with(tool, tool))},
		{`Extra names "clientTools", which the request has a field for`, generate(mastra.AgentRequest{Messages: prompt, ClientTools: []mastra.ClientTool{tool}, Extra: map[string]any{"clientTools": 1}})},
		{"AgentRequest.MaxToolRounds is negative", generate(mastra.AgentRequest{Messages: prompt, ClientTools: []mastra.ClientTool{tool}, MaxToolRounds: -1})},
		{"the answer cannot be decoded into a struct {}; give a pointer", func(ctx context.Context, c *mastra.Client) error {
			return c.Do(ctx, "GET", "/x", nil, struct{}{})
		}},
		{"Memory: the agent id is empty, and this call needs one", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("").Thread("t").Clone(ctx, mastra.CloneThreadRequest{})
			return err
		}},
		{`Memory: the request names resource "other", the handle is for "u"`, func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ForResource("u").ListThreads(ctx, mastra.ListThreadsRequest{ResourceID: "other"})
			return err
		}},
		{"CreateThreadRequest.ResourceID is empty; set it, or use Memory.ForResource", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").CreateThread(ctx, mastra.CreateThreadRequest{})
			return err
		}},
		{"message 1 has no thread or no resource", func(ctx context.Context, c *mastra.Client) error {
			of := func(thread, resource string) mastra.StoredMessage {
				m := mastra.NewStoredMessage(mastra.RoleUser, "hi")
				m.ThreadID, m.ResourceID = thread, resource
				return m
			}
			_, err := c.Memory("a").SaveMessages(ctx, []mastra.StoredMessage{of("t", "u"), of("t", "")})
			return err
		}},
		{"DeleteMessages: a message id is empty", func(ctx context.Context, c *mastra.Client) error {
			return c.Memory("a").DeleteMessages(ctx, []string{"m", ""})
		}},
		{"SearchRequest.ResourceID is empty; set it, or use Memory.ForResource", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Search(ctx, mastra.SearchRequest{Query: "q"})
			return err
		}},
		{"SearchRequest.Limit is negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Search(ctx, mastra.SearchRequest{Query: "q", ResourceID: "u", Limit: -1})
			return err
		}},
		{"ListObservationsRequest: Offset and Limit must not be negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ListObservations(ctx, mastra.ListObservationsRequest{Offset: -1})
			return err
		}},
		{"ListThreadsRequest: Page and PerPage must not be negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").ListThreads(ctx, mastra.ListThreadsRequest{Page: -1})
			return err
		}},
		{"ListMessagesRequest: Page and PerPage must not be negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Thread("t").ListMessages(ctx, mastra.ListMessagesRequest{PerPage: -1})
			return err
		}},
		{"CloneOptions.Last is negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Memory("a").Thread("t").Clone(ctx, mastra.CloneThreadRequest{Options: &mastra.CloneOptions{Last: -1}})
			return err
		}},
		{"ListRunsRequest: Page and PerPage must not be negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Workflow("w").ListRuns(ctx, mastra.ListRunsRequest{Page: -1})
			return err
		}},
		{"ListSuspendedRunsRequest: Page needs PerPage", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Agent("a").ListSuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{Page: 1})
			return err
		}},
		{"UpsertRequest has 1 vectors and 2 ids", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Vector("v").Upsert(ctx, mastra.UpsertRequest{Index: "i", Vectors: [][]float32{{1}}, IDs: []string{"a", "b"}})
			return err
		}},
		{"UpsertRequest has 1 vectors and 2 metadata", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Vector("v").Upsert(ctx, mastra.UpsertRequest{Index: "i", Vectors: [][]float32{{1}}, Metadata: []map[string]any{{}, {}}})
			return err
		}},
		{"QueryRequest.TopK is negative", func(ctx context.Context, c *mastra.Client) error {
			_, err := c.Vector("v").Query(ctx, mastra.QueryRequest{Index: "i", Vector: []float32{1}, TopK: -1})
			return err
		}},
	} {
		t.Run(tt.want, func(t *testing.T) {
			rt := play(answer(200, `{}`))
			err := tt.do(t.Context(), inMemory(t, rt))
			assert.EqualError(t, err, "mastra: "+tt.want)
			assert.ErrorIs(t, err, mastra.ErrInvalidInput)
			assert.Zero(t, rt.attempts())
		})
	}
}

func TestRefusal_OfAnOptionSaysWhatIsWrong(t *testing.T) {
	for _, tt := range []struct {
		want string
		opt  mastra.ClientOption
	}{
		{"a nil ClientOption", nil},
		{"WithHeader: the name is not a header name", mastra.WithHeader("X A", "v")},
		{"WithHeader: the value of X-A holds characters that no header can carry", mastra.WithHeader("X-A", "\n")},
		{"WithHeader: Host is set by the client", mastra.WithHeader("Host", "v")},
		{"WithRetries(-1): must not be negative", mastra.WithRetries(-1)},
		{"WithRetryPolicy(nil)", mastra.WithRetryPolicy(nil)},
		{"WithBackoff(-1ns): must not be negative", mastra.WithBackoff(-1)},
		{"WithMaxBackoff(-1ns): must not be negative", mastra.WithMaxBackoff(-1)},
		{"WithAttemptTimeout(-1ns): must not be negative", mastra.WithAttemptTimeout(-1)},
		{"WithIdleTimeout(-1ns): must not be negative", mastra.WithIdleTimeout(-1)},
		{"WithMaxEventSize(0): must be positive", mastra.WithMaxEventSize(0)},
		{"WithMaxResponseSize(0): must be positive", mastra.WithMaxResponseSize(0)},
		{"WithAPIPrefix: must be a plain path, escaped and without query, empty or dot segments", mastra.WithAPIPrefix("/a?b")},
		{"WithQuery: the name is empty", mastra.WithQuery("", "v")},
		{"WithResponse belongs to a call, not to a client", mastra.WithResponse(new(mastra.Response))},
		{"WithHTTPClient(nil)", mastra.WithHTTPClient(nil)},
		{"WithMiddleware(nil)", mastra.WithMiddleware(nil)},
		{`WithUserAgent(" "): not a header value`, mastra.WithUserAgent(" ")},
	} {
		t.Run(tt.want, func(t *testing.T) {
			_, err := mastra.New("http://mastra.test", tt.opt)
			assert.EqualError(t, err, "mastra: "+tt.want)
			assert.ErrorIs(t, err, mastra.ErrInvalidInput)
			_, err = inMemory(t, play(answer(200, "{}"))).With(tt.opt)
			assert.ErrorIs(t, err, mastra.ErrInvalidInput)
		})
	}
}

func TestRefusal_OfABaseURLSaysWhatIsWrong(t *testing.T) {
	for url, want := range map[string]string{
		"http://a b":             "does not parse",
		"http://user:pw@host":    "holds a user name or password; use WithToken or WithHeader",
		"ftp://host":             "must begin with http:// or https://",
		"localhost:4111":         "must begin with http:// or https://",
		"http://":                "has no host",
		"http://:80":             "has no host",
		"http://host?a=b":        "has a query or fragment; use WithQuery",
		"http://host?":           "has a query or fragment; use WithQuery",
		"http://host#a":          "has a query or fragment; use WithQuery",
		"http://host/a//b":       "has a path with empty or dot segments",
		"http://host/a/../b":     "has a path with empty or dot segments",
		"https://host/%2e%2e/ok": "has a path with empty or dot segments",
	} {
		_, err := mastra.New(url)
		assert.ErrorContains(t, err, "mastra: the base URL "+want, url)
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, url)
	}
}

// anyRoute: the method is told an HTTP method, which cannot be made up.
func anyRoute(m method) bool {
	return strings.HasPrefix(m.name, "Client.") && m.name != "Client.Health"
}

func TestOption_ThatIsWrongIsAnErrorOfEveryMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := &catcher{t: t}
		for _, m := range methods(inMemory(t, rt), agentID, otherID) {
			if !m.call.Type().IsVariadic() || anyRoute(m) {
				continue
			}
			err := m.invoke(t.Context(), full, mastra.WithRetries(-1))
			assert.EqualError(t, err, "mastra: WithRetries(-1): must not be negative", m.name)
		}
		assert.Empty(t, rt.seen)
	})
}

func TestError_OfTheServerIsThatOfEveryMethod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(403, `{"error":"not yours"}`))
		met := 0
		for _, m := range methods(inMemory(t, rt, mastra.WithRetries(0)), agentID, otherID) {
			if anyRoute(m) {
				continue
			}
			err := m.invoke(t.Context(), full)
			if assert.ErrorIs(t, err, mastra.ErrForbidden, m.name) {
				assert.ErrorContains(t, err, "not yours", m.name)
				met++
			}
		}
		assert.Greater(t, met, 90)
	})
}

// What cannot be written into a query is refused before it is sent.
func TestRefusal_OfAFilterThatDoesNotEncode(t *testing.T) {
	rt := play(answer(200, `{}`))
	c := inMemory(t, rt)
	for name, do := range map[string]func() error{
		"metadata of threads": func() error {
			_, err := c.Memory("a").ListThreads(t.Context(), mastra.ListThreadsRequest{Metadata: map[string]any{"n": math.NaN()}})
			return err
		},
		"the config of a search": func() error {
			_, err := c.Memory("a").Search(t.Context(), mastra.SearchRequest{Query: "q", ResourceID: "u", Config: map[string]any{"n": math.Inf(1)}})
			return err
		},
		"the time of messages": func() error {
			_, err := c.Memory("a").Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{Since: time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC)})
			return err
		},
	} {
		err := do()
		assert.ErrorContains(t, err, "does not encode", name)
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, name)
	}
	assert.Zero(t, rt.attempts())
}
