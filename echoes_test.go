package mastra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// echo is one way in which a server, or what stands before it, gives back what it was
// sent: its handler answers with word, and ask makes the calls.
type echo struct {
	name    string
	handler func(w http.ResponseWriter, r *http.Request, word string)
	between func(req *http.Request, word string) (*http.Response, error) // in place of the handler
	ask     func(context.Context, *mastra.Client) []error
}

func js(text string) string {
	out, _ := json.Marshal(text)
	return string(out)
}

func eventsOf(chunks ...string) string {
	return "data: " + strings.Join(append(chunks, "[DONE]"), "\n\ndata: ") + "\n\n"
}

// tell answers with a body of a type.
func tell(status int, kind string, body func(word string) string) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, r *http.Request, word string) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("X-Request-Id", word)
		w.WriteHeader(status)
		io.WriteString(w, body(word))
	}
}

func hijack(line string) func(http.ResponseWriter, *http.Request, string) {
	return func(w http.ResponseWriter, _ *http.Request, word string) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(conn, strings.ReplaceAll(line, "WORD", word))
			conn.Close()
		}
	}
}

func every(ctx context.Context, c *mastra.Client) []error {
	_, err := c.Agent("a").Stream(ctx, ask())
	_, observed := c.Workflow("w").Run("r").Observe(ctx, mastra.ObserveRequest{})
	return []error{list(ctx, c), generate(ctx, c), err, observed, c.Do(ctx, "GET", "/x", nil, new(struct{ A int }))}
}

// consumed reads a stream in each way in which it tells its end.
func consumed(ctx context.Context, c *mastra.Client) []error {
	s, err := c.Agent("a").Stream(ctx, ask())
	if err != nil {
		return []error{err}
	}
	errs := []error{}
	for _, err := range s.Chunks() {
		errs = append(errs, err)
	}
	res, err := s.Result()
	errs = append(errs, err, res.Err())
	for _, r := range res.ToolResults {
		errs = append(errs, errors.New(r.Err))
	}
	for _, err := range s.Text() {
		errs = append(errs, err)
	}
	raw, err := c.OpenStream(ctx, "POST", "/agents/a/stream", nil)
	if err == nil {
		errs = append(errs, stream.Forward(httptest.NewRecorder(), raw))
	}
	return append(errs, err)
}

func stateErrors(s *mastra.RunState) []error {
	if s == nil {
		return nil
	}
	errs := []error{s.Err()}
	_, err := mastra.ResultAs[int](s)
	for _, step := range s.Steps {
		if step.Failure != nil {
			errs = append(errs, step.Failure)
		}
		if step.Tripwire != nil {
			errs = append(errs, step.Tripwire.Err())
		}
	}
	return append(errs, err)
}

func ran(ctx context.Context, c *mastra.Client) []error {
	run := c.Workflow("w").Run("r")
	state, err := run.Start(ctx, mastra.StartRequest{})
	errs := append(stateErrors(state), err)
	s, err := run.Stream(ctx, mastra.StartRequest{})
	if err == nil {
		var state *mastra.RunState
		state, err = s.Result()
		errs = append(errs, stateErrors(state)...)
	}
	return append(errs, err)
}

func read(ctx context.Context, c *mastra.Client) []error {
	state, err := c.Workflow("w").Run("r").Get(ctx)
	errs := append(stateErrors(state), err)
	page, err := c.Workflow("w").ListRuns(ctx, mastra.ListRunsRequest{})
	if page != nil {
		for i := range page.Runs {
			errs = append(errs, stateErrors(&page.Runs[i])...)
		}
	}
	return append(errs, err)
}

var echoes = []echo{
	{name: "a JSON error", ask: every, handler: tell(400, "application/json", func(word string) string {
		return `{"error":` + js("no, "+word) + `,"message":` + js(word) + `,"code":` + js(word) + `,"issues":[{"field":` + js(word) + `,"message":` + js("saw "+word) + `}]}`
	})},
	{name: "a long one, cut within", ask: every, handler: tell(400, "application/json", func(word string) string {
		return `{"error":` + js(strings.Repeat("x", 500-len("no, ")-len(word)/2)+word) + `}`
	})},
	{name: "one that is repeated", ask: every, handler: tell(503, "text/plain", func(word string) string { return "busy, " + word })},
	{name: "a page", ask: every, handler: tell(200, "text/html", func(word string) string { return "<html>" + word + "</html>" })},
	{name: "a page of an error", ask: every, handler: tell(502, "text/html", func(word string) string { return "<html>" + word + "</html>" })},
	{name: "another type", ask: every, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		tell(200, "text/"+word, func(word string) string { return word })(w, r, word)
	}},
	{name: "another coding", ask: every, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		w.Header().Set("Content-Encoding", strings.Repeat("x", 95)+word)
		w.WriteHeader(200)
		io.WriteString(w, word)
	}},
	{name: "a redirect", ask: every, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		w.Header().Set("Location", "http://user:"+word+"@elsewhere.test/"+word+"?key="+word)
		w.WriteHeader(307)
	}},
	{name: "a redirect to a host of that name", ask: every, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		w.Header().Set("Location", "http://"+strings.Repeat("x", 190)+word+".test/")
		w.WriteHeader(307)
	}},
	{name: "another shape", ask: every, handler: tell(200, "application/json", func(word string) string { return `{` + js(word) + `:[` + js(word) + `],"a":` + js(word) + `}` })},
	{name: "broken JSON", ask: every, handler: tell(200, "application/json", func(word string) string { return `{"a":` + js(word) + ` ` + word })},
	{name: "a malformed status line", ask: every, handler: hijack("WORD\r\n\r\n")},
	{name: "a malformed status", ask: every, handler: hijack("HTTP/1.1 WORD no\r\n\r\n")},
	{name: "a malformed header", ask: every, handler: hijack("HTTP/1.1 200 OK\r\nX Y WORD\r\n\r\n")},
	{name: "a malformed chunk length", ask: consumed, handler: hijack("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nWORD\r\n")},
	{name: "an error chunk", ask: consumed, handler: tell(200, "text/event-stream", func(word string) string {
		return eventsOf(`{"type":"error","runId":"r","payload":{"error":{"name":` + js(word) + `,"message":` + js("no, "+word) + `,"code":` + js(word) + `}}}`)
	})},
	{name: "a bare error", ask: consumed, handler: tell(200, "text/event-stream", func(word string) string { return eventsOf(`{"error":` + js(word) + `}`) })},
	{name: "a tool-error chunk", ask: consumed, handler: tell(200, "text/event-stream", func(word string) string {
		return eventsOf(`{"type":"tool-error","runId":"r","payload":{"toolCallId":"c","toolName":"t","error":{"message":`+js(word)+`}}}`, `{"type":"finish","payload":{"stepResult":{"reason":"stop"}}}`)
	})},
	{name: "a tripwire and an error", ask: consumed, handler: tell(200, "text/event-stream", func(word string) string {
		return eventsOf(`{"type":"error","runId":"r","payload":{"error":`+js(word)+`}}`, `{"type":"tripwire","payload":{"reason":`+js("saw "+word)+`,"processorId":`+js(word)+`}}`)
	})},
	{name: "a network's error", ask: networks, handler: tell(200, "text/event-stream", func(word string) string {
		return eventsOf(`{"type":"error","runId":"r","payload":{"error":` + js(word) + `}}`)
	})},
	{name: "a network without a result", ask: networks, handler: tell(200, "text/event-stream", func(word string) string {
		return eventsOf(`{"type":"routing-agent-start","runId":"r","payload":{}}`, `{"type":"network-object","runId":"r","payload":{}}`, `{"type":"network-execution-event-finish","runId":"r","payload":{"result":`+js(word)+`,"isComplete":false,"completionReason":`+js(word)+`}}`)
	})},
	{name: "a chunk that is not JSON", ask: consumed, handler: tell(200, "text/event-stream", func(word string) string { return eventsOf(`{"type":` + word + `"error}`) })},
	{name: "a tripwire in an answer", ask: generated, handler: tell(200, "application/json", func(word string) string {
		return `{"text":"","finishReason":"other","tripwire":{"reason":` + js(word) + `}}`
	})},
	{name: "an error in an answer", ask: generated, handler: tell(200, "application/json", func(word string) string {
		return `{"text":"","finishReason":"error","error":{"name":"E","message":` + js(word) + `}}`
	})},
	{name: "a workflow's step", ask: ran, handler: tell(200, "text/plain", func(word string) string {
		return strings.Join([]string{`{"type":"workflow-start","runId":"r"}`,
			`{"type":"workflow-step-result","payload":{"id":"s","status":"failed","error":{"name":"E","message":` + js(word) + `,"cause":{"message":` + js("deep "+word) + `}}}}`,
			`{"type":"workflow-step-result","payload":{"id":"t","status":"failed","tripwire":{"reason":` + js(word) + `}}}`,
			`{"type":"workflow-finish","payload":{"workflowStatus":"failed","metadata":{"errorMessage":` + js(word) + `}}}`, ""}, "\x1e")
	})},
	{name: "a workflow that refuses", ask: ran, handler: tell(200, "text/plain", func(word string) string {
		return `{"type":"workflow-start","runId":"r"}` + "\x1e" + `{"type":"workflow-finish","payload":{"workflowStatus":"failed","metadata":{"errorMessage":` + js("Invalid input data: "+word) + `}}}` + "\x1e"
	})},
	{name: "a run's record", ask: read, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		record := `{"runId":"r","workflowName":"w","status":"failed","error":{"name":"E","message":` + js(word) + `,"code":` + js(word) + `,"cause":` + js(word) + `},"steps":{"s":{"status":"failed","error":` + js(word) + `},"t":{"status":"failed","tripwire":{"reason":` + js(word) + `}}}}`
		if strings.HasSuffix(r.URL.Path, "/runs") {
			record = `{"runs":[` + record + `],"total":1}`
		}
		say(w, 200, record)
	}},
	{name: "a tool's validation", handler: tell(200, "application/json", func(word string) string {
		return `{"error":true,"message":` + js("Tool input validation failed: "+word) + `,"validationErrors":{}}`
	}), ask: func(ctx context.Context, c *mastra.Client) []error {
		_, err := c.Tool("t").Execute(ctx, nil)
		return []error{err}
	}},
	{name: "what became of a run", handler: func(w http.ResponseWriter, r *http.Request, word string) {
		if r.Method == http.MethodPost {
			hijack("")(w, r, word)
			return
		}
		say(w, 403, `{"error":`+js(word)+`}`)
	}, ask: ran},
	{name: "the transport", ask: every, between: func(req *http.Request, word string) (*http.Response, error) {
		return nil, fmt.Errorf("proxy: %s: %w", word, errors.Join(errors.New("first "+word), &net.OpError{Op: "read", Err: errors.New(word)}))
	}},
	{name: "the transport with the URL", ask: every, between: func(req *http.Request, word string) (*http.Response, error) {
		bad := &url.Error{Op: "Get", URL: "http://user:" + word + "@proxy.test/x?" + req.URL.RawQuery, Err: errors.New(word)}
		return nil, errors.Join(io.EOF, fmt.Errorf("proxy %v: %w", bad, bad))
	}},
	{name: "a body that breaks", ask: consumed, between: func(req *http.Request, word string) (*http.Response, error) {
		bad := &url.Error{Op: "Get", URL: "http://proxy.test/x?key=" + word, Err: timeoutError{word}}
		return response(req, 200, io.NopCloser(failingReader{fmt.Errorf("tunnel %s: %w", word, bad)}), "Content-Type", "text/event-stream"), nil
	}},
	{name: "a whole answer that breaks", ask: every, between: func(req *http.Request, word string) (*http.Response, error) {
		return response(req, 200, io.NopCloser(failingReader{fmt.Errorf("tunnel: %w", timeoutError{word})})), nil
	}},
	{name: "a subscription that breaks", ask: func(ctx context.Context, c *mastra.Client) []error {
		s, err := c.Agent("a").SubscribeThread(ctx, mastra.SubscribeThreadRequest{ThreadID: "t"})
		if err != nil {
			return []error{err}
		}
		_, err = s.Result()
		return []error{err}
	}, between: func(req *http.Request, word string) (*http.Response, error) {
		return response(req, 200, io.NopCloser(failingReader{fmt.Errorf("tunnel %s", word)}), "Content-Type", "text/event-stream"), nil
	}},
	{name: "a client tool that panics", ask: streamedTool, handler: func(w http.ResponseWriter, r *http.Request, word string) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("Content-Type", "text/event-stream")
		if bytes.Contains(body, []byte("tool-result")) {
			io.WriteString(w, eventsOf(`{"type":"error","payload":{"error":`+js(word)+`}}`))
			return
		}
		io.WriteString(w, eventsOf(`{"type":"tool-call","runId":"r","payload":{"toolCallId":"c","toolName":"boom","args":{"word":`+js(word)+`}}}`, `{"type":"finish","payload":{"stepResult":{"reason":"tool-calls"}}}`))
	}},
}

func networks(ctx context.Context, c *mastra.Client) []error {
	res, err := c.Agent("a").Network(ctx, ask())
	if res == nil {
		return []error{err}
	}
	return []error{err, res.Err()}
}

func generated(ctx context.Context, c *mastra.Client) []error {
	res, err := c.Agent("a").Generate(ctx, ask())
	return []error{err, res.Err()}
}

func streamedTool(ctx context.Context, c *mastra.Client) []error {
	req := ask()
	req.ClientTools = []mastra.ClientTool{mastra.NewClientTool("boom", "", func(_ context.Context, in struct {
		Word string `json:"word"`
	}) (string, error) {
		panic("saw " + in.Word)
	})}
	s, err := c.Agent("a").Stream(ctx, req)
	if err != nil {
		return []error{err}
	}
	res, err := s.Result()
	return []error{err, res.Err()}
}

type timeoutError struct{ text string }

func (e timeoutError) Error() string { return e.text }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }
