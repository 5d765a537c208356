package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// site is where the wrong uses of docs/troubleshooting.md are tried.
type site struct {
	t    *testing.T
	ctx  context.Context
	c    *mastra.Client // of the demo world
	mock *mockserver.Running
}

// at is a client of a server that always answers like this.
func (s site) at(h http.HandlerFunc, opts ...mastra.ClientOption) *mastra.Client {
	return dial(s.t, listenHTTP(s.t, h).URL+base, append([]mastra.ClientOption{mastra.WithRetries(0)}, opts...)...)
}

func (s site) generate(req mastra.AgentRequest) error {
	_, err := s.c.Agent("assistant").Generate(s.ctx, req)
	return err
}

func (s site) says(c *mastra.Client) error { return generate(s.ctx, c) }

// suspended is a run that waits.
func (s site) suspended(workflow string, input any) *mastra.RunState {
	state, err := s.c.Workflow(workflow).Start(s.ctx, mastra.StartRequest{Input: input})
	require.NoError(s.t, err)
	require.NotEmpty(s.t, state.Suspensions())
	return state
}

func (s site) pending(text string) *mastra.AgentResult {
	res, err := s.c.Agent("assistant").Generate(s.ctx, asking(text))
	require.NoError(s.t, err)
	require.NotEmpty(s.t, res.Pending())
	return res
}

func feeds(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, text)
	}
}

func (s site) result(c *mastra.Client, req mastra.AgentRequest, opts ...mastra.Option) error {
	stream, err := c.Agent("assistant").Stream(s.ctx, req, opts...)
	require.NoError(s.t, err)
	defer stream.Close()
	_, err = stream.Result()
	return err
}

const someChunks = "data: {\"type\":\"start\",\"runId\":\"r\"}\n\ndata: {\"type\":\"text-delta\",\"runId\":\"r\",\"payload\":{\"id\":\"t\",\"text\":\"hello\"}}\n\n"
const allChunks = someChunks + "data: {\"type\":\"finish\",\"runId\":\"r\",\"payload\":{\"stepResult\":{\"reason\":\"stop\"}}}\n\n"

// wrongUses are the entries of docs/troubleshooting.md, by their headings.
var wrongUses = map[string]func(site) error{
	// Connecting
	"No server listens at the base URL": func(s site) error {
		c, err := mastra.New("http://127.0.0.1:1", mastra.WithRetries(0))
		require.NoError(s.t, err)
		return s.says(c)
	},
	"The base URL has no scheme": func(site) error { _, err := mastra.New("mastra.internal:4111"); return err },
	"https:// for a server that speaks plain HTTP": func(s site) error {
		return s.says(dial(s.t, strings.Replace(s.mock.URL, "http:", "https:", 1)))
	},
	"http:// for a server that speaks TLS": func(s site) error {
		srv := httptest.NewUnstartedServer(nil)
		srv.Config.ErrorLog = quiet()
		srv.StartTLS()
		s.t.Cleanup(srv.Close)
		return s.says(dial(s.t, strings.Replace(srv.URL, "https:", "http:", 1)))
	},
	"The server redirects to https://": func(s site) error {
		return s.says(s.at(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://mastra.example/api", http.StatusMovedPermanently)
		}))
	},
	"The certificate is signed by an authority of your own": func(s site) error {
		srv := httptest.NewUnstartedServer(nil)
		srv.Config.ErrorLog = quiet()
		srv.StartTLS()
		s.t.Cleanup(srv.Close)
		return s.says(dial(s.t, srv.URL))
	},
	"The base URL ends with /api": func(s site) error { return s.says(dial(s.t, s.mock.URL+"/api")) },
	"The server has another API prefix": func(s site) error {
		_, err := s.c.Agents().List(s.ctx, mastra.WithAPIPrefix("/v1"))
		return err
	},
	"The base URL is that of a web page": func(s site) error {
		return s.says(s.at(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, "<!doctype html><title>Welcome</title>")
		}))
	},
	"The base URL holds a password": func(site) error { _, err := mastra.New("https://me:secret@mastra.example"); return err },
	"An http.Client with a Timeout": func(site) error {
		_, err := mastra.New("http://localhost:4111", mastra.WithHTTPClient(&http.Client{Timeout: time.Minute}))
		return err
	},

	// Credentials
	"No token was sent": func(s site) error {
		mock := mockserver.Start(s.t, mockserver.WithDemoWorld(), mockserver.WithToken("right-token"))
		return s.says(dial(s.t, mock.URL))
	},
	"MASTRA_TOKEN is set, and the base URL stands in the code": func(s site) error {
		s.t.Setenv("MASTRA_TOKEN", "right-token")
		mock := mockserver.Start(s.t, mockserver.WithDemoWorld(), mockserver.WithToken("right-token"))
		return s.says(dial(s.t, mock.URL))
	},
	"The token is refused": func(s site) error {
		mock := mockserver.Start(s.t, mockserver.WithDemoWorld(), mockserver.WithToken("right-token"))
		return s.says(dial(s.t, mock.URL, mastra.WithToken("wrong-token")))
	},
	`The token begins with "Bearer "`: func(site) error {
		_, err := mastra.New("http://localhost:4111", mastra.WithToken("Bearer eyJhbGciOiJIUzI1NiJ9"))
		return err
	},
	"The token ends with a line break": func(site) error {
		_, err := mastra.New("http://localhost:4111", mastra.WithToken("eyJhbGciOiJIUzI1NiJ9\n"))
		return err
	},

	// Agents
	"The agent's id is wrong": func(s site) error { _, err := s.c.Agent("asistant").Generate(s.ctx, ask()); return err },
	"The agent's id is empty": func(s site) error { _, err := s.c.Agent("").Generate(s.ctx, ask()); return err },
	"No messages":             func(s site) error { return s.generate(mastra.AgentRequest{}) },
	"RawMessages of a plain text": func(s site) error {
		return s.generate(mastra.AgentRequest{Messages: mastra.RawMessages([]byte("What's the weather in Rome?"))})
	},
	"A thread without a resource": func(s site) error {
		req := ask()
		req.Memory = &mastra.MemoryRef{ThreadID: "t-1"}
		return s.generate(req)
	},
	"A thread of another resource": func(s site) error {
		req := ask()
		req.Memory = &mastra.MemoryRef{ThreadID: "t-9", ResourceID: "user-1"}
		require.NoError(s.t, s.generate(req))
		req.Memory.ResourceID = "user-2"
		return s.generate(req)
	},
	"Extra names a field of the request": func(s site) error {
		req := ask()
		req.Extra = map[string]any{"maxSteps": 3}
		return s.generate(req)
	},
	"A key of the request context that the server keeps for itself": func(s site) error {
		req := ask()
		req.RequestContext = map[string]any{"mastra__resourceId": "user-7"}
		return s.generate(req)
	},
	"The model of the server fails": func(s site) error { return s.generate(asking("fail-model")) },
	"A tool call is approved twice": func(s site) error {
		p := s.pending(`tool:delicate {"what":"a"}`).Pending()[0]
		_, err := s.c.Agent("assistant").Approve(s.ctx, mastra.ApproveRequest{Pending: &p})
		require.NoError(s.t, err)
		_, err = s.c.Agent("assistant").Approve(s.ctx, mastra.ApproveRequest{Pending: &p})
		return err
	},
	"Approve for a call that asks a question": func(s site) error {
		p := s.pending(`tool:ask-user {"question":"who?"}`).Pending()[0]
		_, err := s.c.Agent("assistant").Approve(s.ctx, mastra.ApproveRequest{Pending: &p})
		return err
	},
	"Resume without Data": func(s site) error {
		_, err := s.c.Agent("assistant").Resume(s.ctx, mastra.ResumeAgentRequest{RunID: "r-1", ToolCallID: "call_1"})
		return err
	},
	`A model without its provider`: func(s site) error { return s.c.Agent("assistant").SetModel(s.ctx, "gpt-5") },

	// Structured output
	"GenerateAs[string]": func(s site) error {
		_, err := mastra.GenerateAs[string](s.ctx, s.c.Agent("assistant"), ask())
		return err
	},
	"Tags of another schema library": func(s site) error {
		type city struct {
			Name string `json:"name" jsonschema:"required,description=The city's name"`
		}
		_, err := mastra.GenerateAs[city](s.ctx, s.c.Agent("assistant"), ask())
		return err
	},
	"A type that JSON cannot hold": func(s site) error {
		type job struct{ Done chan bool }
		_, err := mastra.GenerateAs[job](s.ctx, s.c.Agent("assistant"), ask())
		return err
	},
	"The answer does not fit the type": func(s site) error {
		type recipe struct {
			Name  string   `json:"name"`
			Steps []string `json:"steps"`
		}
		_, err := mastra.GenerateAs[recipe](s.ctx, s.c.Agent("plain"), asking(`json:{"name":"Risotto","steps":"stir"}`))
		return err
	},
	"GenerateAs for a run that waits": func(s site) error {
		_, err := mastra.GenerateAs[struct{ N int }](s.ctx, s.c.Agent("assistant"), asking(`tool:delicate {"what":"a"}`))
		return err
	},

	// Client tools
	"A client tool has no name": func(s site) error {
		req := ask()
		req.ClientTools = []mastra.ClientTool{mastra.NewClientTool("", "", func(context.Context, struct{}) (string, error) { return "", nil })}
		return s.generate(req)
	},
	"Two client tools of one name": func(s site) error {
		tool := mastra.NewClientTool("lookup", "", func(context.Context, struct{}) (string, error) { return "", nil })
		req := ask()
		req.ClientTools = []mastra.ClientTool{tool, tool}
		return s.generate(req)
	},
	"The model keeps calling a client tool": func(s site) error {
		c, _ := onMock(s.t, mockserver.WithAgent(mockserver.Agent{ID: "assistant", Model: func(_ context.Context, m *mockserver.ModelCall) error {
			m.Call("lookup", struct{}{})
			return nil
		}}))
		req := ask()
		req.MaxToolRounds = 3
		req.ClientTools = []mastra.ClientTool{mastra.NewClientTool("lookup", "", func(context.Context, struct{}) (string, error) { return "nothing", nil })}
		return s.result(c, req)
	},
	"Approve for the call of a client tool": func(s site) error {
		req := asking(`tool:lookup {"id":1}`)
		req.ClientTools = []mastra.ClientTool{mastra.DeclareClientTool("lookup", "Looks an order up", nil)}
		res, err := s.c.Agent("assistant").Generate(s.ctx, req)
		require.NoError(s.t, err)
		p := res.Pending()[0]
		_, err = s.c.Agent("assistant").Approve(s.ctx, mastra.ApproveRequest{Pending: &p})
		return err
	},

	// Streams
	"The stream is cut off": func(s site) error { return s.result(s.at(feeds(someChunks)), ask()) },
	"A server that never writes [DONE]": func(s site) error {
		req := ask()
		req.UntilIdle = &mastra.UntilIdle{}
		return s.result(s.at(feeds(allChunks)), req)
	},
	"The stream is read after Close": func(s site) error {
		stream, err := s.c.Agent("assistant").Stream(s.ctx, ask())
		require.NoError(s.t, err)
		require.NoError(s.t, stream.Close())
		_, err = stream.Result()
		return err
	},
	"Two goroutines read one stream": func(s site) error {
		body := newWaitingBody(someChunks, "")
		defer close(body.more)
		stream, err := body.on(s.t).Agent("assistant").Stream(s.ctx, ask())
		require.NoError(s.t, err)
		go func() {
			for range stream.Chunks() {
			}
		}()
		<-body.waits
		_, err = stream.Next()
		return err
	},
	"A stream is dropped without Close": func(s site) error {
		var out lockedBuffer
		c := s.at(func(w http.ResponseWriter, r *http.Request) {
			feeds(someChunks)(w, r)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, mastra.WithLogger(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn, ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		}}))))
		func() {
			stream, err := c.Agent("assistant").Stream(s.ctx, ask())
			require.NoError(s.t, err)
			_, err = stream.Next()
			require.NoError(s.t, err)
		}()
		require.Eventually(s.t, func() bool { runtime.GC(); return out.String() != "" }, 5*time.Second, time.Millisecond)
		return errorText(strings.TrimSpace(out.String()))
	},
	"Nothing comes for a while": func(s site) error {
		return s.result(s.at(func(w http.ResponseWriter, r *http.Request) {
			feeds(someChunks)(w, r)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, mastra.WithIdleTimeout(20*time.Millisecond)), ask())
	},
	"An event is larger than allowed": func(s site) error {
		return s.result(s.at(feeds(someChunks), mastra.WithMaxEventSize(50)), ask())
	},
	"The model fails in mid-stream": func(s site) error { return s.result(s.c, asking("fail-after:2")) },
	"A guard of the agent stops the answer": func(s site) error {
		res, err := s.c.Agent("guarded").Generate(s.ctx, asking("forbidden"))
		require.NoError(s.t, err)
		return res.Err()
	},

	// Workflows
	"The input does not fit the workflow": func(s site) error {
		_, err := s.c.Workflow("doubler").Start(s.ctx, mastra.StartRequest{Input: map[string]any{"n": "four"}})
		return err
	},
	"A []byte where JSON is meant": func(s site) error {
		input, _ := json.Marshal(map[string]any{"n": 4})
		_, err := s.c.Workflow("doubler").Start(s.ctx, mastra.StartRequest{Input: input})
		return err
	},
	"The run has failed": func(s site) error {
		state, err := s.c.Workflow("doubler").Start(s.ctx, mastra.StartRequest{Input: map[string]any{"n": -1}})
		require.NoError(s.t, err)
		return state.Err()
	},
	"There is no such workflow": func(s site) error {
		_, err := s.c.Workflow("dubler").Start(s.ctx, mastra.StartRequest{})
		return err
	},
	"There is no such run": func(s site) error { _, err := s.c.Workflow("doubler").Run("r-404").Get(s.ctx); return err },
	"The run is not suspended": func(s site) error {
		state, err := s.c.Workflow("doubler").Start(s.ctx, mastra.StartRequest{Input: map[string]any{"n": 1}})
		require.NoError(s.t, err)
		_, err = s.c.Workflow("doubler").Resume(s.ctx, state.RunID, mastra.ResumeRequest{Step: "double", Data: 1})
		return err
	},
	"Several steps wait, and none is named": func(s site) error {
		state := s.suspended("review", map[string]any{"n": 1})
		_, err := s.c.Workflow("review").Resume(s.ctx, state.RunID, mastra.ResumeRequest{Data: map[string]any{"approved": true}})
		return err
	},
	"The data of a resume does not fit": func(s site) error {
		state := s.suspended("approval", map[string]any{"n": 1})
		_, err := s.c.Workflow("approval").Resume(s.ctx, state.RunID, mastra.ResumeRequest{Step: "approve", Data: map[string]any{"ok": true}})
		return err
	},
	"A run is started twice": func(s site) error {
		state, err := s.c.Workflow("doubler").Start(s.ctx, mastra.StartRequest{Input: map[string]any{"n": 1}})
		require.NoError(s.t, err)
		_, err = s.c.Workflow("doubler").Run(state.RunID).Stream(s.ctx, mastra.StartRequest{Input: map[string]any{"n": 2}})
		return err
	},

	// Memory and vectors
	"ForResource with an empty id": func(s site) error {
		_, err := s.c.Memory("assistant").ForResource("").ListThreads(s.ctx, mastra.ListThreadsRequest{})
		return err
	},
	"There is no such index": func(s site) error {
		_, err := s.c.Vector("vec").Query(s.ctx, mastra.QueryRequest{Index: "nowhere", Vector: []float32{0, 1}})
		return err
	},
	"A vector has the wrong number of dimensions": func(s site) error {
		vec := s.c.Vector("vec")
		require.NoError(s.t, vec.CreateIndex(s.ctx, mastra.CreateIndexRequest{Index: "docs", Dimension: 2}))
		_, err := vec.Upsert(s.ctx, mastra.UpsertRequest{Index: "docs", Vectors: [][]float32{{1, 2, 3}}})
		return err
	},
	"A tool is given the wrong input": func(s site) error {
		_, err := mastra.ExecuteTool[map[string]any](s.ctx, s.c.Tool("weather"), map[string]any{"town": "Rome"})
		return err
	},

	// Options and time
	"The server asks for a longer pause than is allowed": func(s site) error {
		return s.says(s.at(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "60")
			say(w, 429, `{"error":"Too many requests"}`)
		}, mastra.WithRetries(3)))
	},
	"The context ends before the next attempt": func(s site) error {
		ctx, cancel := context.WithTimeout(s.ctx, 2*time.Second)
		defer cancel()
		return generate(ctx, s.at(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "4")
			say(w, 429, `{"error":"Too many requests"}`)
		}, mastra.WithRetries(3), mastra.WithMaxBackoff(5*time.Second)))
	},
	"The context's time is over while the agent works": func(s site) error {
		ctx, cancel := context.WithTimeout(s.ctx, 20*time.Millisecond)
		defer cancel()
		_, err := s.c.Agent("assistant").Generate(ctx, asking("slow:20"))
		return err
	},
	"The connection breaks while the agent works": func(s site) error {
		return s.says(s.at(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	},
	"A Client that New has not made": func(s site) error {
		var c mastra.Client
		_, err := c.Agent("assistant").Generate(s.ctx, ask())
		return err
	},
	"An option that is nil": func(s site) error {
		_, err := s.c.Agent("assistant").Generate(s.ctx, ask(), nil)
		return err
	},
	"An Idempotency-Key": func(s site) error {
		_, err := s.c.Agent("assistant").Generate(s.ctx, ask(), mastra.WithHeader("Idempotency-Key", "k-1"))
		return err
	},
	"WithResponse for a whole client": func(site) error {
		_, err := mastra.New("http://localhost:4111", mastra.WithResponse(new(mastra.Response)))
		return err
	},
	"A nil context": func(s site) error { _, err := s.c.Agents().List(none); return err },
	"Do with a value that is no pointer": func(s site) error {
		var answer struct{ Count int }
		return s.c.Do(s.ctx, "GET", "/counted/k", nil, answer)
	},
}

type errorText string

func (e errorText) Error() string { return string(e) }

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

var (
	addresses = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	textBlock = regexp.MustCompile("(?s)(### ([^\n]+)\n.*?```text\n)(.*?)(```)")
)

// The guide shows every error as it is: run with -update to paste the texts.
func TestTroubleshooting_ShowsTheErrorsThatAreMet(t *testing.T) {
	const file = "docs/troubleshooting.md"
	doc, err := os.ReadFile(file)
	require.NoError(t, err)
	c, mock := onMock(t)
	entries := textBlock.FindAllStringSubmatch(string(doc), -1)
	listed := map[string]bool{}
	texts := map[string]string{}
	for title, do := range wrongUses {
		t.Run(title, func(t *testing.T) {
			err := do(site{t, t.Context(), c, mock})
			require.Error(t, err)
			text := addresses.ReplaceAllString(err.Error(), "localhost:4111")
			text = strings.ReplaceAll(text, base, "")
			texts[title] = uuids.ReplaceAllString(text, "<run id>")
		})
	}
	if t.Failed() {
		return
	}
	if *update {
		next := textBlock.ReplaceAllStringFunc(string(doc), func(block string) string {
			m := textBlock.FindStringSubmatch(block)
			return m[1] + texts[m[2]] + "\n" + m[4]
		})
		require.NoError(t, os.WriteFile(file, []byte(next), 0o644))
		return
	}
	for _, m := range entries {
		listed[m[2]] = true
		assert.Equal(t, texts[m[2]]+"\n", m[3], m[2])
	}
	for title := range wrongUses {
		assert.True(t, listed[title], "%s has no entry", title)
	}
	assert.GreaterOrEqual(t, len(entries), 40)
}
