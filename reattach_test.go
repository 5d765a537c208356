package mastra_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// records are the chunks of recorded streams, one after the other.
func recordsOf(t testing.TB, files ...string) (out []string) {
	for _, file := range files {
		parts := strings.SplitAfter(string(testdata(t, "runs", file+".rs")), "\x1e")
		out = append(out, parts[:len(parts)-1]...)
	}
	return out
}

// recordsIn gives records as a stream that ends in good order.
func recordsIn(records ...string) step { return recordsText(strings.Join(records, "")) }

// breaking gives records and half of another one, and breaks.
func breaking(records ...string) step {
	return func(req *http.Request) (*http.Response, error) {
		body := io.MultiReader(strings.NewReader(strings.Join(records, "")+`{"type":"workflow-step-st`), failingReader{errReset})
		return response(req, 200, io.NopCloser(body), "Content-Type", "text/plain"), nil
	}
}

// silently begins an answer and says nothing.
func silently(req *http.Request) (*http.Response, error) {
	return response(req, 200, &stalled{strings.NewReader(""), make(chan struct{})}, "Content-Type", "text/plain"), nil
}

// offsets are those that a run was observed from.
func (r *routes) offsets(t testing.TB) (out []string) {
	for i, call := range r.calls {
		if call == "observe" {
			u, err := url.Parse(r.urls[i])
			require.NoError(t, err)
			out = append(out, u.Query().Get("offset"))
		}
	}
	return out
}

const farEnd = "1000000000"

func TestReattach_TakesAStreamUpWhereItBroke(t *testing.T) {
	all := recordsOf(t, "doubler")
	suspended, resumed := recordsOf(t, "approval-suspended"), recordsOf(t, "approval-resumed")
	other := recordsOf(t, "flaky")
	nothing := recordsIn()
	lost := answer(404, `{"error":"no such run"}`)
	type m = map[string][]step
	for _, tt := range []struct {
		name    string
		resume  bool
		steps   m
		opts    []mastra.Option
		want    []string
		err     error
		offsets []string
		calls   string
	}{
		{name: "in its midst", steps: m{"stream": {breaking(all[:2]...)}, "observe": {recordsIn(all[2:]...)}}, want: all, offsets: []string{"2"}},
		{name: "before the first record", steps: m{"stream": {breaking()}, "observe": {recordsIn(all...)}}, want: all, offsets: []string{""}},
		{name: "before the last record", steps: m{"stream": {breaking(all[:3]...)}, "observe": {recordsIn(all[3:]...)}}, want: all, offsets: []string{"3"}},
		{name: "behind the last record", steps: m{"stream": {breaking(all...)}, "observe": {nothing}}, want: all, offsets: []string{"4"}},
		{name: "behind the last record, and the run is gone", steps: m{"stream": {breaking(all...)}, "observe": {lost}}, want: all, err: mastra.ErrTruncated, offsets: []string{"4"}},
		{name: "between two records, in good order", steps: m{"stream": {recordsIn(all[:2]...)}, "observe": {recordsIn(all[2:]...)}}, want: all, calls: "stream get observe", offsets: []string{"2"}},
		{name: "and nobody answers", steps: m{"stream": {breaking(all[:2]...)}, "observe": {hangs, hangs, recordsIn(all[2:]...)}}, opts: []mastra.Option{mastra.WithIdleTimeout(time.Second)},
			want: all, offsets: []string{"2", "2", "2"}},
		{name: "and the answer stays empty", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {silently, silently, recordsIn(resumed...)}},
			opts: []mastra.Option{mastra.WithIdleTimeout(time.Second)}, want: resumed, offsets: []string{farEnd, farEnd, farEnd}},
		{name: "twice", steps: m{"stream": {breaking(all[:1]...)}, "observe": {breaking(all[1:3]...), recordsIn(all[3:]...)}}, want: all, offsets: []string{"1", "3"}},
		{name: "and what follows breaks at once, time and again", steps: m{"stream": {breaking(all[:1]...)}, "observe": {breaking(), breaking(), recordsIn(all[1:]...)}}, want: all, offsets: []string{"1", "1", "1"}},
		{name: "and the run is in progress: its segment is repeated", steps: m{"stream": {breaking(all[:2]...)}, "observe": {recordsIn(all...)}}, want: all, offsets: []string{"2"}},
		{name: "and the history comes before the repeated segment", steps: m{"stream": {breaking(all[:2]...)}, "observe": {recordsIn(append(all[2:3:3], all...)...)}}, want: all, offsets: []string{"2"}},
		{name: "and the server was restarted", steps: m{"stream": {breaking(all[:2]...)}, "observe": {nothing}}, want: all[:2], err: mastra.ErrTruncated, offsets: []string{"2", "2", "2", "2"}},
		{name: "and the run is gone", steps: m{"stream": {breaking(all[:2]...)}, "observe": {lost}}, want: all[:2], err: mastra.ErrTruncated, offsets: []string{"2"}},
		{name: "and may not be observed", steps: m{"stream": {breaking(all[:2]...)}, "observe": {answer(401, `{"error":"no"}`)}}, want: all[:2], err: mastra.ErrTruncated, offsets: []string{"2"}},
		{name: "and its history is another one", steps: m{"stream": {breaking(all[:2]...)}, "observe": {recordsIn(other...)}}, want: all[:2], err: mastra.ErrTruncated, offsets: []string{"2", "2", "2", "2"}},
		{name: "and is not to be taken up", steps: m{"stream": {breaking(all[:2]...)}}, opts: []mastra.Option{mastra.WithReattach(false)}, want: all[:2], err: mastra.ErrTruncated},
		{name: "with no retries it is tried once", steps: m{"stream": {breaking(all[:2]...)}, "observe": {breaking()}}, opts: []mastra.Option{mastra.WithRetries(0)}, want: all[:2], err: mastra.ErrTruncated, offsets: []string{"2"}},
		{name: "the answer is lost, and the run goes on", steps: m{"stream": {fails(errReset)}, "observe": {recordsIn(all...)}}, want: all, calls: "stream get observe", offsets: []string{""}},
		{name: "the answer is lost, and the process that is asked has no history", steps: m{"stream": {fails(errReset)}, "observe": {nothing}}, err: mastra.ErrTruncated, calls: "stream get observe observe observe observe"},
		{name: "the answer is lost, the run is suspended, and its segment is repeated", steps: m{"stream": {fails(errReset)}, "get": {tells(t, "approval-suspended")}, "observe": {recordsIn(append(suspended[:6:6], suspended[:5]...)...)}}, want: suspended, calls: "stream get observe"},
		{name: "that of a run whose answer was lost breaks too", steps: m{"stream": {fails(errReset)}, "observe": {breaking(all[:1]...), recordsIn(all[1:]...)}}, want: all, offsets: []string{"", "1"}},
		{name: "of a suspended run that is replayed", steps: m{"stream": {recordsIn(suspended[:5]...)}, "get": {tells(t, "approval-suspended")}, "observe": {recordsIn(append(suspended[5:6:6], suspended[:5]...)...)}}, want: suspended, calls: "stream get observe", offsets: []string{"5"}},
		{name: "of a suspended run that is replayed by a server without its history", steps: m{"stream": {recordsIn(suspended[:5]...)}, "get": {tells(t, "approval-suspended")}, "observe": {nothing}}, want: suspended[:5], calls: "stream get observe", offsets: []string{"5"}},

		{name: "a resumed one, while the run is in progress", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {recordsIn(resumed...)}}, want: resumed, offsets: []string{farEnd}},
		{name: "a resumed one, when the run has ended", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {nothing, recordsIn(append(suspended[:6:6], resumed...)...)}}, want: resumed, offsets: []string{farEnd, ""}},
		{name: "a resumed one, behind its last record", resume: true, steps: m{"resume-stream": {breaking(resumed...)}, "observe": {nothing, recordsIn(append(suspended[:6:6], resumed...)...)}}, want: resumed, offsets: []string{farEnd, ""}},
		{name: "a resumed one, and the current segment is another one", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {recordsIn(suspended...)}}, want: resumed[:2], err: mastra.ErrTruncated},
		{name: "a resumed one, and the server was restarted", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {nothing}}, want: resumed[:2], err: mastra.ErrTruncated},
		{name: "a resumed one, and the run is gone", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}, "observe": {lost}}, want: resumed[:2], err: mastra.ErrTruncated, offsets: []string{farEnd}},
		{name: "a resumed one, not to be taken up", resume: true, steps: m{"resume-stream": {breaking(resumed[:2]...)}}, opts: []mastra.Option{mastra.WithReattach(false)}, want: resumed[:2], err: mastra.ErrTruncated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if tt.steps["get"] == nil {
					tt.steps["get"] = []step{answer(200, `{"runId":"r","workflowName":"w","status":"running"}`)}
				}
				if tt.resume {
					tt.steps["get"] = []step{tells(t, "approval-suspended")}
				}
				rt := &routes{steps: tt.steps}
				run := inMemory(t, rt).Workflow("w").Run("r")
				opts := append([]mastra.Option{mastra.WithRetries(3)}, tt.opts...)
				start := time.Now()
				var s *mastra.RunStream
				var err error
				if tt.resume {
					s, err = run.ResumeStream(t.Context(), mastra.ResumeRequest{Data: map[string]bool{"approved": true}}, opts...)
				} else {
					s, err = run.Stream(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 2}}, opts...)
				}
				require.NoError(t, err)
				chunks, err := wholeOf(s)
				var want []string
				for _, record := range tt.want {
					want = append(want, strings.TrimSuffix(record, "\x1e"))
				}
				assert.Equal(t, want, chunks)
				if tt.err == nil {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, tt.err)
				}
				if tt.offsets != nil {
					assert.Equal(t, tt.offsets, rt.offsets(t))
				}
				if tt.calls != "" {
					assert.Equal(t, tt.calls, strings.Join(rt.calls, " "))
				}
				assert.Less(t, time.Since(start), 10*time.Second, "of the pauses")
				posts := rt.count("stream") + rt.count("resume-stream")
				assert.LessOrEqual(t, posts, 2, "never by posting again once it is open")
			})
		})
	}
}

func TestRunStream_ThatIsCutLeavesARunThatCanBeAwaited(t *testing.T) {
	all := recordsOf(t, "doubler")
	rt := &routes{steps: map[string][]step{"stream": {breaking(all[:2]...)}, "observe": {recordsIn()}, "get": {tells(t, "doubler-ended")}}}
	run := inMemory(t, rt).Workflow("w").Run("r")
	s, err := run.Stream(t.Context(), mastra.StartRequest{}, mastra.WithRetries(0))
	require.NoError(t, err)
	state, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, mastra.RunRunning, state.Status, "as far as was read")
	state, err = run.Wait(t.Context())
	require.NoError(t, err)
	assert.Equal(t, mastra.RunSuccess, state.Status)
}

func TestReattach_EndsWithTheReader(t *testing.T) {
	all := recordsOf(t, "doubler")
	for name, giveUp := range map[string]func(context.CancelFunc, *mastra.RunStream){
		"the context ends":     func(cancel context.CancelFunc, _ *mastra.RunStream) { cancel() },
		"the stream is closed": func(_ context.CancelFunc, s *mastra.RunStream) { _ = s.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := &routes{steps: map[string][]step{"stream": {breaking(all[:2]...)}, "observe": {breaking()}}}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s, err := inMemory(t, rt).Workflow("w").Run("r").Stream(ctx, mastra.StartRequest{}, mastra.WithRetries(1000))
				require.NoError(t, err)
				go func() {
					time.Sleep(time.Minute)
					giveUp(cancel, s)
				}()
				start := time.Now()
				_, err = wholeOf(s)
				assert.True(t, errors.Is(err, context.Canceled) || errors.Is(err, mastra.ErrClosed), "%v", err)
				assert.Equal(t, time.Minute, time.Since(start))
				synctest.Wait()
			})
		})
	}
}

func TestReattach_TakesASilentStreamUp(t *testing.T) {
	all := recordsOf(t, "doubler")
	synctest.Test(t, func(t *testing.T) {
		silent := func(req *http.Request) (*http.Response, error) {
			body := io.MultiReader(strings.NewReader(strings.Join(all[:2], "")), silence{req.Context()})
			return response(req, 200, io.NopCloser(body), "Content-Type", "text/plain"), nil
		}
		rt := &routes{steps: map[string][]step{"stream": {silent}, "observe": {silent, recordsIn(all[2:]...)}}}
		s, err := inMemory(t, rt).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{}, mastra.WithIdleTimeout(time.Second))
		require.NoError(t, err)
		chunks, err := wholeOf(s)
		require.NoError(t, err)
		assert.Len(t, chunks, 4)
	})
}
