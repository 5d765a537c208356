package mastra_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// crowd answers each POST after a second and notes how many it had at once.
type crowd struct {
	mu               sync.Mutex
	now, most, posts int
	contentType      string
	first, rest      string // of the body: the rest follows after an hour
}

func (c *crowd) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return suspendedIn(flatGraph, "")(req)
	}
	c.mu.Lock()
	c.posts++
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	time.Sleep(time.Second)
	if err := req.Context().Err(); err != nil {
		c.leave()
		return nil, err
	}
	if c.rest == "" {
		c.leave()
		return answer(200, c.first, "Content-Type", c.contentType)(req)
	}
	first, rest := strings.NewReader(c.first), io.Reader(strings.NewReader(c.rest))
	again := false
	body := io.MultiReader(first, reading(func(p []byte) (int, error) {
		if !again {
			again = true
			c.leave()
			time.Sleep(time.Hour)
		}
		return rest.Read(p)
	}))
	return response(req, 200, io.NopCloser(body), "Content-Type", c.contentType), nil
}

func (c *crowd) leave() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now--
}

func (c *crowd) seen() (s struct{ most, posts int }) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s.most, s.posts = c.most, c.posts
	return s
}

type reading func([]byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// An answer is one of the calls that answer what waits. A stream is read to its end.
type answering struct {
	name string
	do   func(context.Context, *mastra.Client, string) error
}

func answerings() []answering {
	read := func(s interface{ Close() error }, next func() error, err error) error {
		if err != nil {
			return err
		}
		defer s.Close()
		return next()
	}
	agent := func(s *mastra.AgentStream, err error) error {
		return read(s, func() error { _, err := s.Result(); return err }, err)
	}
	network := func(s *mastra.NetworkStream, err error) error {
		return read(s, func() error { _, err := s.Result(); return err }, err)
	}
	run := func(s *mastra.RunStream, err error) error {
		return read(s, func() error { _, err := s.Next(); return err }, err)
	}
	approve := func(id string) mastra.ApproveRequest { return mastra.ApproveRequest{RunID: "r", ToolCallID: id} }
	decline := func(id string) mastra.DeclineRequest { return mastra.DeclineRequest{RunID: "r", ToolCallID: id} }
	resume := func(id string) mastra.ResumeAgentRequest {
		return mastra.ResumeAgentRequest{RunID: "r", ToolCallID: id, Data: 1}
	}
	return []answering{
		{"Approve", func(ctx context.Context, c *mastra.Client, id string) error {
			_, err := c.Agent("a").Approve(ctx, approve(id))
			return err
		}},
		{"ApproveStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return agent(c.Agent("a").ApproveStream(ctx, approve(id)))
		}},
		{"Decline", func(ctx context.Context, c *mastra.Client, id string) error {
			_, err := c.Agent("a").Decline(ctx, decline(id))
			return err
		}},
		{"DeclineStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return agent(c.Agent("a").DeclineStream(ctx, decline(id)))
		}},
		{"Agent.Resume", func(ctx context.Context, c *mastra.Client, id string) error {
			_, err := c.Agent("a").Resume(ctx, resume(id))
			return err
		}},
		{"Agent.ResumeStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return agent(c.Agent("a").ResumeStream(ctx, resume(id), mastra.WithHeader("X-A", "b")))
		}},
		{"ApproveNetworkStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return network(c.Agent("a").ApproveNetworkStream(ctx, approve(id)))
		}},
		{"DeclineNetworkStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return network(c.Agent("a").DeclineNetworkStream(ctx, decline(id)))
		}},
		{"Run.Resume", func(ctx context.Context, c *mastra.Client, id string) error {
			_, err := c.Workflow("w").Run(id).Resume(ctx, mastra.ResumeRequest{Data: 1})
			return err
		}},
		{"Run.ResumeStream", func(ctx context.Context, c *mastra.Client, id string) error {
			return run(c.Workflow("w").Run(id).ResumeStream(ctx, mastra.ResumeRequest{Data: 1}))
		}},
		{"Run.ResumeDetached", func(ctx context.Context, c *mastra.Client, id string) error {
			return c.Workflow("w").Run(id).ResumeDetached(ctx, mastra.ResumeRequest{Data: 1})
		}},
	}
}

func crowdFor(name string) *crowd {
	switch {
	case strings.HasPrefix(name, "Run.ResumeDetached"):
		return &crowd{contentType: "application/json", first: `{"message":"ok"}`}
	case strings.HasPrefix(name, "Run."):
		return &crowd{contentType: "text/plain", first: notWaiting}
	case name == "Approve", name == "Decline":
		return &crowd{contentType: "application/json", first: `{"text":"hi"}`}
	}
	return &crowd{contentType: "text/event-stream", first: "data: {\"type\":\"start\",\"runId\":\"r\"}\n\n", rest: "data: [DONE]\n\n"}
}

// Two answers to the same go one after the other, whichever client of a family they
// come from; answers to different things go together.
func TestAnswers_ToTheSameGoOneAfterTheOther(t *testing.T) {
	for _, a := range answerings() {
		for name, tt := range map[string]struct {
			ids  [2]string
			most int
		}{"the same": {[2]string{"1", "1"}, 1}, "others": {[2]string{"1", "2"}, 2}} {
			t.Run(a.name+", "+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					server := crowdFor(a.name)
					client := inMemory(t, server)
					other, err := client.With(mastra.WithHeader("X-Tenant", "b"))
					require.NoError(t, err)
					var both sync.WaitGroup
					both.Go(func() { _ = a.do(t.Context(), client, tt.ids[0]) })
					both.Go(func() { _ = a.do(t.Context(), other, tt.ids[1]) })
					both.Wait()
					assert.Equal(t, tt.most, server.seen().most)
					assert.Equal(t, 2, server.seen().posts)
				})
			})
		}
	}
}

// A call that waits for its turn ends with its context, and has sent nothing.
func TestAnswers_WaitNoLongerThanTheirContext(t *testing.T) {
	for _, a := range answerings() {
		t.Run(a.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := crowdFor(a.name)
				client := inMemory(t, server)
				var first sync.WaitGroup
				first.Go(func() { _ = a.do(t.Context(), client, "1") })
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
				defer cancel()
				err := a.do(ctx, client, "1")
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				first.Wait()
				assert.Equal(t, 1, server.seen().posts)
				require.NotErrorIs(t, a.do(t.Context(), client, "1"), context.DeadlineExceeded)
				assert.Equal(t, 2, server.seen().posts, "the gate is open again")
			})
		})
	}
}

// A stream lets the next answer through with its first chunk, or when it is given up.
func TestAnswerStreams_LetTheNextThroughBeforeTheirEnd(t *testing.T) {
	for name, giveUp := range map[string]func(*mastra.AgentStream, context.CancelFunc){
		"the first chunk": func(s *mastra.AgentStream, _ context.CancelFunc) { _, _ = s.Next() },
		"Close":           func(s *mastra.AgentStream, _ context.CancelFunc) { s.Close() },
		"the context":     func(_ *mastra.AgentStream, cancel context.CancelFunc) { cancel() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server := crowdFor("ApproveStream")
				agent := inMemory(t, server).Agent("a")
				req := mastra.ApproveRequest{RunID: "r", ToolCallID: "1"}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s, err := agent.ApproveStream(ctx, req)
				require.NoError(t, err)
				defer s.Close()
				second := make(chan error, 1)
				go func() {
					s, err := agent.ApproveStream(t.Context(), req)
					if err == nil {
						s.Close()
					}
					second <- err
				}()
				synctest.Wait()
				assert.Equal(t, 1, server.seen().posts)
				giveUp(s, cancel)
				assert.NoError(t, <-second)
			})
		})
	}
}

// A refused answer lets the next one through, whether the run could be read or not.
func TestAnswers_LetTheNextThroughAfterAnError(t *testing.T) {
	no := answer(400, `{"error":"no"}`)
	for _, a := range answerings() {
		for name, read := range map[string]step{"read": suspendedIn(flatGraph, ""), "not read": no} {
			t.Run(a.name+", "+name, func(t *testing.T) {
				client := inMemory(t, transport(func(req *http.Request) (*http.Response, error) {
					if req.Method == http.MethodGet {
						return read(req)
					}
					return no(req)
				}), mastra.WithRetries(0))
				for range 2 {
					assert.ErrorIs(t, a.do(t.Context(), client, "1"), mastra.ErrBadRequest)
				}
			})
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) { return t(req) }

// An answer that was given up may be carried out all the same, and while its tool runs
// the server would run it for the next one too.
func TestAnswers_OneThatWasGivenUpHoldsTheNextBack(t *testing.T) {
	for name, tt := range map[string]struct {
		first step
		held  time.Duration
	}{
		"its context has ended":       {hangs, 10 * time.Second},
		"it was lost":                 {fails(errReset), 10 * time.Second},
		"a proxy has answered":        {answer(504, ""), 10 * time.Second},
		"its stream was cut at once":  {answer(200, "", "Content-Type", "text/event-stream"), 10 * time.Second},
		"it was refused":              {answer(404, `{"error":"no"}`), 0},
		"its stream has told of it":   {answer(200, "data: {\"type\":\"start\",\"runId\":\"r\"}\n\n", "Content-Type", "text/event-stream"), 0},
		"its stream has nothing more": {answer(200, "data: [DONE]\n\n", "Content-Type", "text/event-stream"), 0},
	} {
		for way, approve := range map[string]func(context.Context, *mastra.Agent) error{
			"whole": func(ctx context.Context, a *mastra.Agent) error {
				return second(a.Approve(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c"}))
			},
			"streamed": func(ctx context.Context, a *mastra.Agent) error {
				s, err := a.ApproveStream(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
				if err != nil {
					return err
				}
				_, err = s.Result()
				return err
			},
		} {
			if way == "whole" && tt.held == 0 && name != "it was refused" {
				continue // a stream is no answer there
			}
			t.Run(name+", "+way, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					rt := play(tt.first, answer(404, `{"error":"no"}`))
					agent := inMemory(t, rt).Agent("a")
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					_ = approve(ctx, agent)
					begun := time.Now()
					if tt.held > 0 {
						short, cancel := context.WithTimeout(t.Context(), time.Second)
						defer cancel()
						require.ErrorIs(t, approve(short, agent), context.DeadlineExceeded)
						assert.Equal(t, 1, rt.attempts(), "it was not sent")
					}
					_ = approve(t.Context(), agent)
					assert.Equal(t, 2, rt.attempts())
					assert.InDelta(t, tt.held.Seconds(), time.Since(begun).Seconds(), 0.01)
				})
			})
		}
	}
}

func TestAnswers_OneWhosePolicyPanicsLetsTheNextThrough(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		agent := inMemory(t, play(answer(500, `{"error":"no"}`))).Agent("a")
		approve := func(opts ...mastra.Option) error {
			return second(agent.Approve(t.Context(), mastra.ApproveRequest{RunID: "r", ToolCallID: "c"}, opts...))
		}
		assert.Panics(t, func() { _ = approve(mastra.WithRetryPolicy(func(mastra.Attempt) bool { panic("no") })) })
		require.ErrorIs(t, approve(), mastra.ErrServer)
	})
}
