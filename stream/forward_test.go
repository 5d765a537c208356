package stream_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestForward_PassesEveryByteOn(t *testing.T) {
	for _, name := range recordings(t, ".sse", ".rs") {
		for _, step := range []int{1 << 20, 100, 1} {
			full := recording(t, name)
			raw := httptest.NewRecorder()
			rawErr := stream.ForwardRaw(raw, stream.New(context.Background(), cutUp(string(full), step), optionsFor(name)))
			require.Equal(t, string(full), raw.Body.String(), name)

			if bytes.Contains(full, []byte(`"stack":`)) {
				continue
			}
			rec := httptest.NewRecorder()
			err := stream.Forward(rec, stream.New(context.Background(), cutUp(string(full), step), optionsFor(name)))
			require.Equal(t, rawErr, err)
			if bytes.Contains(full, []byte(`"type":"error"`)) || bytes.Contains(full, []byte(`"type":"tool-error"`)) {
				continue // see below
			}
			require.Equal(t, string(full), rec.Body.String(), name)
		}
	}
}

func TestForward_KeepsOddFraming(t *testing.T) {
	input := "\xEF\xBB\xBF: hello\r\n\r\nevent: x\rid: 7\rdata:{\"type\":\"start\",\r: in between\rdata: \"runId\":\"a\"}\r\r\n\n: ping\n\ndata: [DONE]\r\n\r\n"
	for step := 1; step < len(input); step++ {
		rec := httptest.NewRecorder()
		require.NoError(t, stream.Forward(rec, stream.New(context.Background(), cutUp(input, step), stream.Options{})))
		require.Equal(t, input, rec.Body.String())
	}
}

// TestForward_DropsWhatMustNotLeave compares, event by event, what came with what
// went out: only errors differ, and they hold a name and a message.
func TestForward_DropsWhatMustNotLeave(t *testing.T) {
	tests := []struct {
		name string
		want map[string]string // by chunk type; the others are unchanged
	}{
		{"answer-error.sse", map[string]string{
			"error": `{"type":"error","runId":"cdbbf717-fc8a-46de-8750-98b07b000d68","from":"AGENT","payload":{"error":{"name":"Error","message":"stream error part"}}}`,
		}},
		{"answer-upstream-error.sse", map[string]string{
			"error": `{"type":"error","runId":"5a60c4ac-0fde-4393-9bfa-410c037acde4","from":"AGENT","payload":{"error":{"name":"AI_APICallError","message":"upstream status 503"}}}`,
		}},
		{"answer-structured-invalid.sse", map[string]string{
			"error": `{"type":"error","runId":"8666e01f-df4a-4f0d-99bf-b8f789673afa","from":"AGENT","payload":{"error":{"message":"Structured output validation failed: - a: must be number"}}}`,
		}},
		{"answer-tool-error.sse", map[string]string{
			"tool-error": `{"type":"tool-error","runId":"03c15770-29ac-4e67-be43-87f0368c8b5d","from":"AGENT","payload":{"error":{"name":"Error","message":"no such city"},"args":{"city":"Nowhere"},"toolCallId":"call_24","toolName":"weather"}}`,
		}},
		{"until-idle-task-failed.sse", map[string]string{
			"background-task-failed": `{"type":"background-task-failed","payload":{"taskId":"030e02ab-2321-4ee8-ad0d-1a377ad9a2d7","toolName":"bg","toolCallId":"call_43","agentId":"bgagent","runId":"db507e1b-c3ec-4b07-aad4-33c97f069bee","completedAt":"2026-11-21T16:47:55.599Z","error":{"message":"bg broke"}}}`,
		}},
		{"workflow-error-props.rs", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			full := recording(t, test.name)
			came, cameErr := collect(open(full, optionsFor(test.name)))
			rec := httptest.NewRecorder()
			err := stream.Forward(rec, open(full, optionsFor(test.name)))
			assert.True(t, sameError(cameErr, err), "%v", err)

			out := rec.Body.String()
			for _, secret := range []string{"stack", "mastra.mjs", "requestBodyValues", "responseHeaders", "responseBody"} {
				assert.NotContains(t, out, secret)
			}
			went, _ := collect(open([]byte(out), optionsFor(test.name)))
			require.Len(t, went, len(came))
			changed := 0
			for i := range came {
				want, ok := test.want[came[i].Type]
				if !ok {
					want = string(came[i].Raw())
				} else {
					changed++
				}
				assert.Equal(t, want, string(went[i].Raw()))
			}
			assert.Len(t, test.want, changed)
			assert.Equal(t, strings.HasSuffix(string(full), "data: [DONE]\n\n"), strings.HasSuffix(out, "data: [DONE]\n\n"))
		})
	}
}

func TestForward_FindsErrorsWhereverTheyStand(t *testing.T) {
	const leak = `{"name":"E","message":"m","stack":"SECRET","cause":{"message":"c","stack":"SECRET"},"url":"SECRET","responseBody":"SECRET"}`
	errorChunk := `{"type":"error","runId":"r","payload":{"error":` + leak + `,"more":"SECRET"},"stack":"SECRET"}`
	const clean = `{"type":"error","runId":"r","payload":{"error":{"name":"E","message":"m"}}}`
	tests := []struct{ name, in, want string }{
		{"no payload", `{"error":` + leak + `,"type":"error","from":"AGENT"}`, `{"type":"error","from":"AGENT","error":{"name":"E","message":"m"}}`},
		{"only text", `{"type":"error","error":"broke"}`, `{"type":"error","error":{"message":"broke"}}`},
		{"nothing", `{"type":"error"}`, `{"type":"error","payload":{"error":{"message":"unknown error"}}}`},
		{"payload is text", `{"type":"error","payload":"broke"}`, `{"type":"error","payload":{"error":{"message":"broke"}}}`},
		{"payload twice", `{"type":"error","payload":{"error":` + leak + `},"payload":{"error":{"message":"m"}}}`, `{"type":"error","payload":{"error":{"message":"m"}}}`},
		{"a run id that is none", `{"type":"error","runId":{"stack":"SECRET"},"error":"broke"}`, `{"type":"error","error":{"message":"broke"}}`},
		{"escaped names", `{"\u0074ype":"\u0065rror","payload":{"\u0065rror":` + leak + `}}`, `{"type":"error","payload":{"error":{"name":"E","message":"m"}}}`},
		{"no message but a cause", `{"type":"tool-error","payload":{"error":{"name":"E","cause":{"message":"c"},"stack":"SECRET"}}}`, `{"type":"tool-error","payload":{"error":{"name":"E","message":"c"}}}`},
		{"blanks between tokens", `{ "type" : "tool-error" , "payload" : { "args" : { } , "error" : "x" } }`, `{ "type" : "tool-error" , "payload" : { "args" : { } , "error" : {"message":"x"} } }`},
		{"written by a tool", `{"type":"tool-output","payload":{"output":` + errorChunk + `,"toolCallId":"c"}}`, `{"type":"tool-output","payload":{"output":` + clean + `,"toolCallId":"c"}}`},
		{"of a tool within a tool", `{"type":"tool-output","payload":{"output":{"type":"tool-output","payload":{"output":` + errorChunk + `}}}}`, `{"type":"tool-output","payload":{"output":{"type":"tool-output","payload":{"output":` + clean + `}}}}`},
		{"written by a workflow step", `{"type":"workflow-step-output","payload":{"output":` + errorChunk + `}}`, `{"type":"workflow-step-output","payload":{"output":` + clean + `}}`},
		{"written by a background task", `{"type":"background-task-output","payload":{"payload":{"type":"tool-output","payload":{"output":` + errorChunk + `}}}}`, `{"type":"background-task-output","payload":{"payload":{"type":"tool-output","payload":{"output":` + clean + `}}}}`},
		{"of an agent in a network", `{"type":"agent-execution-event-error","payload":` + errorChunk + `,"runId":"n"}`, `{"type":"agent-execution-event-error","payload":` + clean + `,"runId":"n"}`},
		{"of an observed run", `{"type":"chunk","data":` + errorChunk + `,"index":1}`, `{"type":"chunk","data":` + clean + `,"index":1}`},
		{"of a workflow step", `{"type":"workflow-step-result","payload":{"error":` + leak + `,"id":"s"}}`, `{"type":"workflow-step-result","payload":{"error":{"name":"E","message":"m","cause":{"message":"c"}},"id":"s"}}`},
		{"of a workflow step, in a list", `{"type":"workflow-step-result","payload":{"error":{"errors":[1,{"stack":"SECRET","code":1.50}]}}}`, `{"type":"workflow-step-result","payload":{"error":{"errors":[1,{"code":1.50}]}}}`},
		{"of a workflow", `{"type":"workflow-finish","payload":{"metadata":{"error":` + leak + `,"errorMessage":"m"}}}`, `{"type":"workflow-finish","payload":{"metadata":{"error":{"name":"E","message":"m","cause":{"message":"c"}},"errorMessage":"m"}}}`},
		{"without a type, written by a tool", `{"type":"tool-output","payload":{"output":{"error":` + leak + `}}}`, `{"type":"tool-output","payload":{"output":{"error":{"name":"E","message":"m"}}}}`},
		{"itself written by a tool", `{"type":"tool-output","payload":{"output":` + leak + `}}`, `{"type":"tool-output","payload":{"output":{"name":"E","message":"m"}}}`},
		{"without a type, of an agent in a network", `{"type":"agent-execution-event-error","payload":{"error":` + leak + `},"runId":"n"}`, `{"type":"agent-execution-event-error","payload":{"error":{"name":"E","message":"m"}},"runId":"n"}`},
		{"without a type, of an observed run", `{"type":"chunk","data":{"error":` + leak + `},"index":1}`, `{"type":"chunk","data":{"error":{"name":"E","message":"m"}},"index":1}`},
		{"what a tool writes that is no error", `{"type":"tool-output","payload":{"output":{"message":"m", "url":"https://a.test","data":[1]}}}`, `{"type":"tool-output","payload":{"output":{"message":"m", "url":"https://a.test","data":[1]}}}`},
		{"a step without one", `{"type":"workflow-step-result","payload":{"error": {"message":"m"} ,"output":{"stack":"of cards"}}}`, `{"type":"workflow-step-result","payload":{"error": {"message":"m"} ,"output":{"stack":"of cards"}}}`},
		{"a tool's own stack", `{"type":"tool-result","payload":{"result":{"stack":"of cards"}}}`, `{"type":"tool-result","payload":{"result":{"stack":"of cards"}}}`},
	}
	deep, deepWant := errorChunk, "null"
	for range 20 {
		deep = `{"type":"tool-output","payload":{"output":` + deep + `}}`
	}
	for range 17 {
		deepWant = `{"type":"tool-output","payload":{"output":` + deepWant + `}}`
	}
	tests = append(tests, struct{ name, in, want string }{"deeper than is followed", deep, deepWant})
	pit, pitWant := `{"stack":"SECRET"}`, "null"
	for range 20 {
		pit = `{"cause":` + pit + `}`
	}
	for range 17 {
		pitWant = `{"cause":` + pitWant + `}`
	}
	tests = append(tests, struct{ name, in, want string }{
		"causes deeper than are followed",
		`{"type":"workflow-step-result","payload":{"error":` + pit + `}}`, `{"type":"workflow-step-result","payload":{"error":` + pitWant + `}}`,
	}, struct{ name, in, want string }{"nested in what is no chunk", `{"type":"tool-output","payload":{"output":[{"type":"error"}]}}`, `{"type":"tool-output","payload":{"output":[{"type":"error"}]}}`},
		struct{ name, in, want string }{"no object at all", `{"type":"tool-error","payload":"x"}`, `{"type":"tool-error","payload":"x"}`})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			_ = stream.Forward(rec, open([]byte(sse(test.in, done)), stream.Options{}))
			assert.Equal(t, sse(test.want, done), rec.Body.String())
			assert.NotContains(t, rec.Body.String(), "SECRET")

			rec = httptest.NewRecorder()
			_ = stream.Forward(rec, open([]byte(test.in+"\x1e"), stream.Options{Framing: stream.Records}))
			assert.Equal(t, test.want+"\x1e", rec.Body.String())
		})
	}
	t.Run("an event of several lines keeps its other lines", func(t *testing.T) {
		in := ": a\nid: 1\r\ndata: {\"type\":\ndata:\"error\", \"error\":{\ndata: \"stack\":\"SECRET\"}}\r\nretry: 5\n\n"
		rec := httptest.NewRecorder()
		_ = stream.Forward(rec, open([]byte(in), stream.Options{}))
		assert.Equal(t, ": a\nid: 1\r\ndata: {\"type\":\"error\",\"error\":{\"message\":\"unknown error\"}}\r\nretry: 5\n\n", rec.Body.String())
	})
	t.Run("line ends between tokens do not break the line", func(t *testing.T) {
		in := "data: {\"type\":\"tool-error\",\ndata: \"payload\":{\"args\":{\ndata: },\"error\":\"x\"}}\n\n"
		rec := httptest.NewRecorder()
		_ = stream.Forward(rec, open([]byte(in), stream.Options{}))
		assert.Equal(t, "data: {\"type\":\"tool-error\",\"payload\":{\"args\":{},\"error\":{\"message\":\"x\"}}}\n\n", rec.Body.String())
	})
}

func TestForward_MakesNothingUpBehindACut(t *testing.T) {
	full := recording(t, "answer-error.sse")
	_, whole := collect(open(full, stream.Options{}))
	require.ErrorAs(t, whole, new(*stream.RunError))
	for cut := range len(full) {
		rec, raw := httptest.NewRecorder(), httptest.NewRecorder()
		_, want := collect(open(full[:cut], stream.Options{}))
		err := stream.Forward(rec, open(full[:cut], stream.Options{}))
		if !sameError(want, err) {
			require.Equal(t, want, err)
		}
		out := rec.Body.String()
		if errors.Is(err, stream.ErrTruncated) && strings.Contains(out, "DONE") || strings.Contains(out, "stack") {
			require.Fail(t, "made up or leaked", "cut at %d: %s", cut, out)
		}
		if out != "" && !strings.HasSuffix(out, "\n") {
			require.Fail(t, "half an event", "cut at %d: %s", cut, out)
		}
		err = stream.ForwardRaw(raw, open(full[:cut], stream.Options{}))
		if !sameError(want, err) || raw.Body.String() != string(full[:cut]) {
			require.Equal(t, want, err)
			require.Equal(t, string(full[:cut]), raw.Body.String())
		}
	}
}

func TestForward_PassesNothingOnBehindTheEnd(t *testing.T) {
	input := sse(startA, done) + "\n" + sse(errorA, startB)
	for step := 1; step < len(input); step++ {
		rec := httptest.NewRecorder()
		require.NoError(t, stream.Forward(rec, stream.New(context.Background(), cutUp(input, step), stream.Options{})))
		require.Equal(t, sse(startA, done)+"\n", rec.Body.String())
		raw := httptest.NewRecorder()
		require.NoError(t, stream.ForwardRaw(raw, stream.New(context.Background(), cutUp(input, step), stream.Options{})))
		require.Equal(t, input, raw.Body.String())
	}
}

func TestForward_SetsHeadersThatAreNotSet(t *testing.T) {
	rec := httptest.NewRecorder()
	require.NoError(t, stream.Forward(rec, open([]byte(sse(done)), stream.Options{})))
	assert.Equal(t, http.Header{"Content-Type": {"text/event-stream"}, "Cache-Control": {"no-cache"}, "X-Accel-Buffering": {"no"}}, rec.Header())
	assert.Equal(t, http.StatusOK, rec.Code)

	rec = httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/x-mine")
	rec.Header().Set("Cache-Control", "no-store")
	require.NoError(t, stream.ForwardRaw(rec, open(recording(t, "workflow.rs"), optionsFor("workflow.rs"))))
	assert.Equal(t, http.Header{"Content-Type": {"application/x-mine"}, "Cache-Control": {"no-store"}, "X-Accel-Buffering": {"no"}}, rec.Header())

	rec = httptest.NewRecorder()
	require.NoError(t, stream.Forward(rec, open(recording(t, "workflow.rs"), optionsFor("workflow.rs"))))
	assert.Equal(t, "text/plain; charset=utf-8", rec.Header().Get("Content-Type"))
}

// TestForward_FlushesBeforeItWaits holds the upstream still after each event: the
// event has to be at the client although nothing more comes.
func TestForward_FlushesBeforeItWaits(t *testing.T) {
	for name, forward := range map[string]func(http.ResponseWriter, *stream.Stream) error{"Forward": stream.Forward, "ForwardRaw": stream.ForwardRaw} {
		t.Run(name, func(t *testing.T) {
			p := newPipe()
			ended := make(chan error, 1)
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ended <- forward(w, stream.New(r.Context(), p, stream.Options{}))
			}))
			defer server.Close()
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()

			res, err := client.Get(server.URL) // returns once the headers were flushed
			require.NoError(t, err)
			defer res.Body.Close()
			lines := bufio.NewReader(res.Body)
			for _, c := range []string{startA, `{"type":"tool-error","payload":{"error":{"message":"m"}}}`, startB} {
				p.send(t, sse(c))
				line, err := lines.ReadString('\n')
				require.NoError(t, err)
				assert.Equal(t, "data: "+c+"\n", line)
				_, err = lines.ReadString('\n')
				require.NoError(t, err)
			}
			p.send(t, ": heartbeat\n")
			line, err := lines.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, ": heartbeat\n", line)
			p.send(t, sse(done))
			require.NoError(t, p.w.Close())
			rest, err := io.ReadAll(lines)
			require.NoError(t, err)
			assert.Equal(t, sse(done), string(rest))
			require.NoError(t, <-ended)
		})
	}
}

func TestForward_ClosesTheStreamOfAClientThatIsGone(t *testing.T) {
	for name, forward := range map[string]func(http.ResponseWriter, *stream.Stream) error{"Forward": stream.Forward, "ForwardRaw": stream.ForwardRaw} {
		t.Run(name, func(t *testing.T) {
			gone := errors.New("broken pipe")
			b := whole(sse(startA), sse(startB), sse(done))
			called := false
			s := stream.NewWithHooks(context.Background(), b, stream.Options{}, hooks{OnEnd: func(err error) error { called = true; return err }})
			err := forward(&deaf{header: http.Header{}, err: gone}, s)
			require.ErrorIs(t, err, gone)
			assert.Equal(t, 1, b.closed)
			assert.False(t, called, "the stream did not end by itself")
			_, err = s.Next()
			require.ErrorIs(t, err, stream.ErrClosed)
		})
	}
}

// deaf is a client that cannot be written to, and that cannot flush.
type deaf struct {
	header http.Header
	err    error
}

func (d *deaf) Header() http.Header       { return d.header }
func (d *deaf) WriteHeader(int)           {}
func (d *deaf) Write([]byte) (int, error) { return 0, d.err }

func TestForward_FeedsOnChunk(t *testing.T) {
	for name, forward := range map[string]func(http.ResponseWriter, *stream.Stream) error{"Forward": stream.Forward, "ForwardRaw": stream.ForwardRaw} {
		t.Run(name, func(t *testing.T) {
			full := recording(t, "answer-error.sse")
			want, _ := collect(open(full, stream.Options{}))
			var got []stream.Chunk
			ends := 0
			s := stream.NewWithHooks(context.Background(), cutUp(string(full), 50), stream.Options{}, hooks{
				OnChunk: func(c *stream.Chunk) { got = append(got, *c) },
				OnEnd:   func(err error) error { ends++; return err },
			})
			require.ErrorAs(t, forward(httptest.NewRecorder(), s), new(*stream.RunError))
			assert.Equal(t, want, got, "owned, whole and not scrubbed")
			assert.Equal(t, 1, ends)
			assert.Equal(t, "cdbbf717-fc8a-46de-8750-98b07b000d68", s.RunID())
		})
	}
}

func TestForward_GoesOnWhereNextStopped(t *testing.T) {
	full := recording(t, "answer-text.sse")
	for name, forward := range map[string]func(http.ResponseWriter, *stream.Stream) error{"Forward": stream.Forward, "ForwardRaw": stream.ForwardRaw} {
		s := open(full, stream.Options{})
		c, err := s.Next()
		require.NoError(t, err)
		rec := httptest.NewRecorder()
		require.NoError(t, forward(rec, s), name)
		assert.Equal(t, string(full[len("data: \n\n")+len(c.Raw()):]), rec.Body.String(), name)
		require.NoError(t, forward(httptest.NewRecorder(), s), "a stream that has ended ends the same again")
	}
}

func TestForward_WritesErrorsAsValidJSON(t *testing.T) {
	rec := httptest.NewRecorder()
	_ = stream.Forward(rec, open([]byte(sse("{\"type\":\"error\",\"error\":{\"message\":\"a\\u2028\\n<b>\xff\"}}")), stream.Options{}))
	text := strings.TrimSuffix(strings.TrimPrefix(rec.Body.String(), "data: "), "\n\n")
	require.True(t, json.Valid([]byte(text)), text)
	c, err := stream.ParseChunk([]byte(text))
	require.NoError(t, err)
	assert.Equal(t, "a\u2028\n<b>\ufffd", c.Value().(*stream.ErrorChunk).Error.Message)
}
