package mockserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// framing is a form of answer; faults do the same to each.
type framing struct {
	path, body string
	end        string // of an event; "" where the whole body is one
}

func framings() map[string]framing {
	return map[string]framing{
		"events":  {plainStream, `{"messages":"é"}`, "\n\n"},
		"records": {"/api/workflows/doubler/stream?runId=r", `{"inputData":{"n":1}}`, "\x1e"},
		"JSON":    {plainGenerate, `{"messages":"é"}`, ""},
	}
}

// split takes a body apart into its events.
func (f framing) split(body string) []string {
	if f.end == "" {
		return []string{body}
	}
	events := strings.SplitAfter(body, f.end)
	return events[:len(events)-1]
}

// wire records what a handler writes, and how.
type wire struct {
	*httptest.ResponseRecorder
	pieces  []string
	dropped bool
}

func (w *wire) Write(data []byte) (int, error) {
	w.pieces = append(w.pieces, string(data))
	return w.ResponseRecorder.Write(data)
}

// played sends a request that meets the fault, if one is given, to a server
// without a network.
func (f framing) played(t *testing.T, faults ...mockserver.Fault) (w *wire) {
	t.Helper()
	mock := mockserver.New()
	defer mock.Close()
	for _, fault := range faults {
		mock.Inject(fault)
	}
	w = &wire{ResponseRecorder: httptest.NewRecorder()}
	r := httptest.NewRequestWithContext(t.Context(), "POST", f.path, strings.NewReader(f.body))
	r.Header.Set("Content-Type", "application/json")
	defer func() {
		if p := recover(); p != nil {
			require.Equal(t, http.ErrAbortHandler, p)
			w.dropped = true
		}
	}()
	mock.ServeHTTP(w, r)
	return w
}

// shape is a body without what differs from run to run.
func shape(events []string) []string {
	var out []string
	for _, event := range events {
		var chunk struct{ Type string }
		text := strings.TrimPrefix(strings.TrimRight(event, "\n\x1e"), "data: ")
		if json.Unmarshal([]byte(text), &chunk) == nil {
			text = chunk.Type
		}
		out = append(out, text)
	}
	return out
}

func TestFault_CutsEveryFramingOff(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			whole := f.played(t)
			assert.False(t, whole.dropped)
			events := f.split(whole.Body.String())
			for count := 1; count <= len(events); count++ {
				w := f.played(t, mockserver.Fault{CutAtEvent: count})
				assert.True(t, w.dropped, count)
				assert.Equal(t, shape(events[:count]), shape(f.split(w.Body.String())), count)
				w = f.played(t, mockserver.Fault{CutAtEvent: count, CutClean: true})
				assert.False(t, w.dropped, count)
				assert.Equal(t, shape(events[:count]), shape(f.split(w.Body.String())), count)
			}
			for _, bytes := range []int{1, 7, whole.Body.Len() - 1} {
				w := f.played(t, mockserver.Fault{CutAtByte: bytes})
				assert.True(t, w.dropped, bytes)
				assert.Equal(t, bytes, w.Body.Len())
			}
			for _, fault := range []mockserver.Fault{{CutAtByte: -1}, {CutAtEvent: -1}} {
				w := f.played(t, fault)
				assert.True(t, w.dropped)
				assert.Equal(t, 200, w.Code)
				assert.Empty(t, w.Body.String(), "only the headers came")
			}
			w := f.played(t, mockserver.Fault{CutAtEvent: 100}, mockserver.Fault{})
			assert.False(t, w.dropped, "there are not so many")
		})
	}
}

func TestFault_KeepsWhatIsNoWholeEventOfACustomRoute(t *testing.T) {
	mock, c := start(t, mockserver.WithRoute("GET", "/text", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		_, _ = io.WriteString(w, "one\x1etw")
		_, _ = io.WriteString(w, "o")
	}))
	mock.Inject(mockserver.Fault{Split: 1})
	_, text := c.get("/text")
	assert.Equal(t, "one\x1etwo", text)
}

func TestFault_CutStopsTheRunAsAClientThatLeavesDoes(t *testing.T) {
	f := framing{plainStream, `{"messages":"slow:1000000"}`, "\n\n"}
	w := f.played(t, mockserver.Fault{CutAtEvent: 5})
	assert.Len(t, f.split(w.Body.String()), 5)
}

func TestFault_SplitsEveryFraming(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			whole := f.split(f.played(t).Body.String())
			for _, size := range []int{1, 3} {
				w := f.played(t, mockserver.Fault{Split: size})
				for _, piece := range w.pieces {
					assert.LessOrEqual(t, len(piece), size)
				}
				assert.Equal(t, shape(whole), shape(f.split(strings.Join(w.pieces, ""))))
				assert.True(t, w.Flushed, "each piece is sent")
				assert.False(t, w.dropped)
			}
		})
	}
	w := framings()["events"].played(t, mockserver.Fault{Split: 1})
	assert.Contains(t, w.pieces, "\xc3", "half a character")
	assert.Contains(t, w.Body.String(), "é")
}

func TestFault_PutsOtherThingsIntoEveryFraming(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			whole := shape(f.split(f.played(t).Body.String()))
			for at := range whole {
				with := func(other string) []string {
					if f.end == "" {
						return []string{other + whole[0]}
					}
					return append(append(append([]string{}, whole[:at]...), other), whole[at:]...)
				}
				w := f.played(t, mockserver.Fault{Garbage: "{no", At: at})
				got := shape(f.split(w.Body.String()))
				giant := f.split(f.played(t, mockserver.Fault{Giant: 1 << 16, At: at}).Body.String())
				if f.end == "" {
					assert.True(t, strings.HasPrefix(got[0], "{no{"), got[0])
					assert.Greater(t, len(giant[0]), 1<<16)
					continue
				}
				assert.Equal(t, with("{no"), got)
				assert.Equal(t, map[string]string{"events": "data: {no\n\n", "records": "{no\x1e"}[name], f.split(w.Body.String())[at], "as an event")
				assert.Equal(t, with("data-giant"), shape(giant), "it is valid")
				assert.Greater(t, len(giant[at]), 1<<16)
			}
		})
	}
}

// waits sends a request that is not answered to its end, leaves when that much of
// the body has come, and gives what has come.
func (f framing) waits(t *testing.T, fault mockserver.Fault, events int) string {
	t.Helper()
	mock, c := start(t)
	mock.Inject(fault)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	if events == 0 {
		time.AfterFunc(50*time.Millisecond, leave) // long enough for an answer that does not wait
	}
	res, err := c.try(ctx, "POST", f.path, f.body)
	if err != nil { // not even the headers
		require.ErrorIs(t, err, context.Canceled)
		return ""
	}
	defer res.Body.Close()
	var text strings.Builder
	for buf := make([]byte, 1); ; {
		n, err := res.Body.Read(buf)
		text.Write(buf[:n])
		if err != nil {
			require.ErrorIs(t, err, context.Canceled)
			break
		}
		if events > 0 && strings.Count(text.String(), f.end) == events {
			time.AfterFunc(50*time.Millisecond, leave)
			events = -1
		}
	}
	require.Eventually(t, func() bool { return mock.Requests()[0].ClientLeft }, 10*time.Second, time.Millisecond)
	return text.String()
}

func TestFault_DelaysEveryFraming(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, f.waits(t, mockserver.Fault{Delay: time.Hour}, 0), "before the headers")
			assert.Empty(t, f.waits(t, mockserver.Fault{EventDelay: time.Hour}, 0), "before the first event")
			assert.Empty(t, f.waits(t, mockserver.Fault{Silence: time.Hour}, 0), "before it too")
			assert.Empty(t, f.waits(t, mockserver.Fault{Silence: -1}, 0), "for ever")
			if f.end == "" {
				return
			}
			for _, silence := range []time.Duration{time.Hour, -1} {
				text := f.waits(t, mockserver.Fault{Silence: silence, At: 2}, 2)
				assert.Len(t, f.split(text), 2, "in the middle")
			}
			w := f.played(t, mockserver.Fault{EventDelay: time.Millisecond, Delay: time.Millisecond, Silence: time.Millisecond, At: 1})
			assert.Equal(t, shape(f.split(f.played(t).Body.String())), shape(f.split(w.Body.String())), "a time that passes changes nothing")
		})
	}
}

func TestFault_AnswersOtherwiseForEveryFraming(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			w := f.played(t, mockserver.Fault{Status: 429})
			assert.Equal(t, 429, w.Code)
			assert.NotContains(t, w.Header(), "Retry-After")
			assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
			assert.JSONEq(t, `{"error":"Too Many Requests"}`, w.Body.String())
			w = f.played(t, mockserver.Fault{Status: 503, RetryAfter: "Wed, 21 Oct 2026 07:28:00 GMT", Body: []int{1}})
			assert.Equal(t, 503, w.Code)
			assert.Equal(t, "Wed, 21 Oct 2026 07:28:00 GMT", w.Header().Get("Retry-After"))
			assert.JSONEq(t, `[1]`, w.Body.String())
			for _, status := range []int{0, 502} {
				w = f.played(t, mockserver.Fault{HTML: true, Status: status, RetryAfter: "1"})
				assert.Equal(t, max(200, status), w.Code)
				assert.Equal(t, "text/html", w.Header().Get("Content-Type"))
				assert.Equal(t, "1", w.Header().Get("Retry-After"))
				assert.Contains(t, w.Body.String(), "<!doctype html>")
			}
		})
	}
}

func TestFault_DropsEveryFraming(t *testing.T) {
	for name, f := range framings() {
		for when, fault := range map[string]mockserver.Fault{
			"unread": {DropUnread: true}, "before": {DropBefore: true}, "after": {DropAfter: true},
		} {
			t.Run(name+" "+when, func(t *testing.T) {
				mock := mockserver.New()
				defer mock.Close()
				mock.Inject(fault)
				body := &readCounter{Reader: strings.NewReader(f.body)}
				r := httptest.NewRequestWithContext(t.Context(), "POST", f.path, body)
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				assert.PanicsWithValue(t, http.ErrAbortHandler, func() { mock.ServeHTTP(w, r) })
				assert.Empty(t, w.Body.String())
				assert.Equal(t, when != "unread", body.done, "the body was read")
				done := 0
				if when == "after" && name == "records" {
					done = 1
				}
				assert.Equal(t, done, mock.Executions("r"))
			})
		}
	}
}

// readCounter tells whether it was read to its end.
type readCounter struct {
	io.Reader
	done bool
}

func (r *readCounter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.done = r.done || errors.Is(err, io.EOF)
	return n, err
}

func TestFault_SilenceCutShortByTheServersEndIsNoGoodEnd(t *testing.T) {
	for name, f := range framings() {
		t.Run(name, func(t *testing.T) {
			mock := mockserver.New()
			mock.Inject(mockserver.Fault{Silence: -1})
			r := httptest.NewRequestWithContext(t.Context(), "POST", f.path, strings.NewReader(f.body))
			r.Header.Set("Content-Type", "application/json")
			dropped := make(chan any, 1)
			go func() {
				defer func() { dropped <- recover() }()
				mock.ServeHTTP(httptest.NewRecorder(), r)
			}()
			require.Eventually(t, func() bool { return len(mock.Requests()) == 1 }, 10*time.Second, time.Millisecond)
			mock.Close()
			assert.Equal(t, http.ErrAbortHandler, <-dropped)
		})
	}
}
