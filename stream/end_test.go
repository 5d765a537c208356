package stream_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// sse frames chunks as events, "[DONE]" included.
func sse(chunks ...string) string {
	text := ""
	for _, c := range chunks {
		text += "data: " + c + "\n\n"
	}
	return text
}

const (
	errorA     = `{"type":"error","runId":"a","from":"AGENT","payload":{"error":{"name":"Error","message":"broke","stack":"at secret.js:1"}}}`
	finishA    = `{"type":"finish","runId":"a","payload":{"stepResult":{"reason":"stop"}}}`
	finishAErr = `{"type":"finish","runId":"a","payload":{"stepResult":{"reason":"error"}}}`
	finishB    = `{"type":"finish","runId":"b","payload":{"stepResult":{"reason":"stop"}}}`
	startA     = `{"type":"start","runId":"a"}`
	startB     = `{"type":"start","runId":"b"}`
	tripwireA  = `{"type":"tripwire","payload":{"reason":"Blocked","processorId":"guard","retry":true,"metadata":{"word":"x"}}}`
	done       = "[DONE]"
)

func TestEnd_IsGoodOnlyByTheRule(t *testing.T) {
	runA := &stream.RunError{RunID: "a", Name: "Error", Message: "broke"}
	trip := &stream.TripwireError{RunID: "a", Reason: "Blocked", ProcessorID: "guard", Retry: true, Metadata: []byte(`{"word":"x"}`)}
	tests := []struct {
		name  string
		end   stream.EndRule
		input string
		want  []error // every one must match; none is a good end
	}{
		{"done", stream.EndDoneOrTerminal, sse(startA, done), nil},
		{"nothing but done", stream.EndDoneOrTerminal, sse(done), nil},
		{"nothing at all", stream.EndDoneOrTerminal, "", []error{stream.ErrTruncated}},
		{"end of bytes behind finish", stream.EndDoneOrTerminal, sse(startA, finishA), nil},
		{"end of bytes behind abort", stream.EndDoneOrTerminal, sse(startA, `{"type":"abort"}`), nil},
		{"end of bytes behind an approval", stream.EndDoneOrTerminal, sse(`{"type":"tool-call-approval"}`), nil},
		{"end of bytes behind a suspension", stream.EndDoneOrTerminal, sse(`{"type":"tool-call-suspended"}`), nil},
		{"comments and blank lines behind finish change nothing", stream.EndDoneOrTerminal, sse(finishA) + "\n: bye\n\n", nil},
		{"a chunk behind finish reopens the stream", stream.EndDoneOrTerminal, sse(finishA, startB), []error{stream.ErrTruncated}},
		{"something incomplete behind finish", stream.EndDoneOrTerminal, sse(finishA) + "data: {", []error{stream.ErrTruncated}},
		{"an event without its blank line behind finish", stream.EndDoneOrTerminal, sse(finishA) + "data: {}\n", []error{stream.ErrTruncated}},
		{"half a comment behind finish", stream.EndDoneOrTerminal, sse(finishA) + ": by", []error{stream.ErrTruncated}},

		{"finish is no end where several may come", stream.EndDone, sse(startA, finishA), []error{stream.ErrTruncated}},
		{"several runs until done", stream.EndDone, sse(startA, finishA, startB, finishB, done), nil},

		{"a subscription never ends well", stream.EndEndless, sse(startA, finishA), []error{stream.ErrTruncated}},
		{"done is no end of a subscription", stream.EndEndless, sse(startA, done, startB), []error{stream.ErrTruncated}},

		{"done, where a workflow should have finished", stream.EndWorkflow, sse(`{"type":"workflow-start"}`, done), []error{stream.ErrTruncated}},
		{"done, behind a finished workflow", stream.EndWorkflow, sse(`{"type":"workflow-finish"}`, done), nil},

		{"an error is reported at the end", stream.EndDoneOrTerminal, sse(startA, errorA, finishAErr, done), []error{runA}},
		{"an error without a finish", stream.EndDoneOrTerminal, sse(startA, errorA, done), []error{runA}},
		{"another model answered after the error", stream.EndDoneOrTerminal, sse(startA, errorA, finishA, done), nil},
		{"another run finished after the error", stream.EndDone, sse(startA, errorA, finishAErr, startB, finishB, done), []error{runA}},
		{"an error of a run that is not named", stream.EndDoneOrTerminal, sse(startA, `{"type":"error","error":{"message":"broke","name":"Error"}}`, done), []error{runA}},
		{"a finish of a run that is not named", stream.EndDoneOrTerminal, sse(startA, errorA, `{"type":"finish","payload":{"stepResult":{"reason":"stop"}}}`, done), nil},
		{"a finish that says nothing does not clear an error", stream.EndDoneOrTerminal, sse(errorA, `{"type":"finish","runId":"a"}`, `{"type":"finish","runId":"a","payload":{}}`, done), []error{runA}},
		{"the last of two errors of a run", stream.EndDoneOrTerminal, sse(`{"type":"error","runId":"a","error":"first"}`, errorA, done), []error{runA}},
		{"an error and then a cut", stream.EndDoneOrTerminal, sse(startA, errorA), []error{stream.ErrTruncated, io.ErrUnexpectedEOF, runA}},
		{"an error and then broken JSON", stream.EndDoneOrTerminal, sse(errorA, "{"), []error{runA, &stream.MalformedError{Event: 2, Offset: 1, Reason: "unexpected end"}}},

		{"a tripwire", stream.EndDoneOrTerminal, sse(startA, tripwireA, done), []error{trip}},
		{"a tripwire and the end of bytes", stream.EndDoneOrTerminal, sse(startA, tripwireA), []error{trip}},
		{"an error and a tripwire", stream.EndDoneOrTerminal, sse(startA, errorA, tripwireA, done), []error{runA, trip}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := open([]byte(test.input), stream.Options{End: test.end})
			_, err := collect(s)
			if test.want == nil {
				require.NoError(t, err)
			}
			for _, want := range test.want {
				switch want := want.(type) {
				case *stream.RunError:
					var got *stream.RunError
					require.ErrorAs(t, err, &got)
					assert.Equal(t, want, got)
				case *stream.TripwireError:
					var got *stream.TripwireError
					require.ErrorAs(t, err, &got)
					assert.Equal(t, want, got)
				case *stream.MalformedError:
					var got *stream.MalformedError
					require.ErrorAs(t, err, &got)
					assert.Equal(t, want, got)
				default:
					require.ErrorIs(t, err, want)
				}
			}
			if len(test.want) > 0 && test.want[0] != stream.ErrTruncated {
				assert.NotErrorIs(t, err, stream.ErrTruncated)
			}

			// The end stays what it was.
			_, again := s.Next()
			if err == nil {
				assert.Equal(t, io.EOF, again)
			} else {
				assert.Equal(t, err, again)
			}
			_, ranged := collect(s)
			assert.Equal(t, err, ranged)
			require.NoError(t, s.Close())
			_, closed := collect(s)
			assert.Equal(t, err, closed, "closing does not change the end")
		})
	}
}

func TestEnd_OfASubscriptionTellsOfNoFailedRun(t *testing.T) {
	chunks, err := collect(open([]byte(sse(startA, errorA, tripwireA, startB)), stream.Options{End: stream.EndEndless}))
	assert.Len(t, chunks, 4)
	require.ErrorIs(t, err, stream.ErrTruncated)
	assert.False(t, errors.As(err, new(*stream.RunError)))
	assert.False(t, errors.As(err, new(*stream.TripwireError)))
}

func TestEnd_TellsOfEveryFailedRun(t *testing.T) {
	errorB := `{"type":"error","runId":"b","error":"broke too"}`
	_, err := collect(open([]byte(sse(errorA, finishAErr, errorB, done)), stream.Options{End: stream.EndDone}))
	require.EqualError(t, err, "run a failed: broke\nrun b failed: broke too")

	_, err = collect(open([]byte(sse(errorA, errorB, finishA, done)), stream.Options{End: stream.EndDone}))
	require.EqualError(t, err, "run b failed: broke too")
}

func TestEnd_OfAWorkflowStreamNeedsItsFinish(t *testing.T) {
	records := func(types ...string) string {
		text := ""
		for _, typ := range types {
			text += `{"type":"workflow-` + typ + `","runId":"r","payload":{"workflowStatus":"failed"}}` + "\x1e"
		}
		return text
	}
	tests := []struct {
		name  string
		input string
		cut   bool
	}{
		{"finished", records("start", "step-start", "finish"), false},
		{"a failed run is no error of the stream", records("start", "finish"), false},
		{"observed from an offset, without its start", records("step-result", "finish"), false},
		{"two segments, both finished", records("start", "finish", "start", "finish"), false},
		{"the last segment is not finished", records("start", "finish", "start", "step-start"), true},
		{"only the last segment is finished", records("start", "step-start", "start", "finish"), false},
		{"not finished", records("start", "step-start"), true},
		{"empty", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := collect(open([]byte(test.input), stream.Options{Framing: stream.Records, End: stream.EndWorkflow}))
			if test.cut {
				require.ErrorIs(t, err, stream.ErrTruncated)
				assert.Contains(t, err.Error(), "workflow-finish")
			} else {
				require.NoError(t, err)
			}
		})
	}
}

func TestError_OfAMalformedChunkSaysWhereButNotWhat(t *testing.T) {
	_, err := collect(open([]byte(sse(startA, startB, `{"type":"text-delta","payload":{"text":"my secret" oops}}`)), stream.Options{}))
	var malformed *stream.MalformedError
	require.ErrorAs(t, err, &malformed)
	assert.Equal(t, 3, malformed.Event)
	assert.Equal(t, int64(51), malformed.Offset)
	assert.Equal(t, "stream: malformed JSON in event 3 at byte 51: no comma or } after a member", err.Error())
	assert.NotContains(t, err.Error(), "secret")
}

func TestError_TextsTellTheCauseAndNoStack(t *testing.T) {
	assert.Equal(t, "run a failed: broke", (&stream.RunError{RunID: "a", Name: "Error", Message: "broke"}).Error())
	assert.Equal(t, "run a failed: AI_APICallError: status 503", (&stream.RunError{RunID: "a", Name: "AI_APICallError", Message: "status 503"}).Error())
	assert.Equal(t, "run failed: broke", (&stream.RunError{Message: "broke"}).Error())
	assert.Equal(t, "tripwire of processor guard: Blocked", (&stream.TripwireError{Reason: "Blocked", ProcessorID: "guard"}).Error())
	assert.Equal(t, "tripwire: Blocked", (&stream.TripwireError{Reason: "Blocked"}).Error())
	assert.Equal(t, "stream: event larger than 7 bytes", (&stream.EventTooLargeError{Limit: 7}).Error())

	_, err := collect(stream.New(context.Background(), &body{err: errors.New("reset")}, stream.Options{}))
	assert.Equal(t, "stream: cut off before [DONE]: reset", err.Error())

	assert.Equal(t, "stream: nothing received for too long", stream.ErrIdleTimeout.Error())

	_, err = collect(open(recording(t, "answer-upstream-error.sse"), stream.Options{}))
	var run *stream.RunError
	require.ErrorAs(t, err, &run)
	assert.Equal(t, "AI_APICallError", run.Name)
	assert.Equal(t, "upstream status 503", run.Message)
	assert.Equal(t, 503, run.StatusCode)
	assert.NotContains(t, err.Error(), "mastra.mjs", "no stack trace")
}

func TestOnChunk_SeesEveryChunkAndOnEndTheEnd(t *testing.T) {
	var log []string
	onEnd := errors.New("replaced")
	watch := hooks{
		OnChunk: func(c *stream.Chunk) { log = append(log, c.Type) },
		OnEnd: func(err error) error {
			log = append(log, "end")
			assert.ErrorIs(t, err, stream.ErrTruncated)
			return onEnd
		},
	}
	t.Run("chunks are seen before they are handed out", func(t *testing.T) {
		log = nil
		s := openHooked([]byte(sse(startA)), watch)
		for c, err := range s.Chunks() {
			if err == nil {
				log = append(log, "got "+c.Type)
			} else {
				assert.Equal(t, onEnd, err)
			}
		}
		_, err := s.Next()
		assert.Equal(t, onEnd, err)
		assert.Equal(t, []string{"start", "got start", "end"}, log, "OnEnd is called once")
	})
	t.Run("a bad end can be made good", func(t *testing.T) {
		h := hooks{OnEnd: func(error) error { return nil }}
		_, err := collect(openHooked([]byte(sse(startA)), h))
		require.NoError(t, err)
	})
	t.Run("a good end gives nil", func(t *testing.T) {
		calls := 0
		h := hooks{OnEnd: func(err error) error { calls++; return err }}
		_, err := collect(openHooked([]byte(sse(done)), h))
		require.NoError(t, err)
		assert.Equal(t, 1, calls)
	})
	t.Run("a good end can be made bad", func(t *testing.T) {
		_, err := collect(openHooked([]byte(sse(done)), hooks{OnEnd: func(error) error { return onEnd }}))
		require.Equal(t, onEnd, err)
	})
	t.Run("not after Close", func(t *testing.T) {
		log = nil
		s := openHooked([]byte(sse(startA, startB)), watch)
		for range s.Chunks() {
			break
		}
		_, err := s.Next()
		require.ErrorIs(t, err, stream.ErrClosed)
		assert.Equal(t, []string{"start"}, log)
	})
}

func TestRunID_IsThatOfTheFirstChunkThatHasOne(t *testing.T) {
	s := open([]byte(sse(`{"type":"x"}`, startA, startB, done)), stream.Options{})
	ids := []string{s.RunID()}
	for range s.Chunks() {
		ids = append(ids, s.RunID())
	}
	assert.Equal(t, []string{"", "", "a", "a"}, ids, "learned from the first chunk that has one")

	s = openHooked([]byte(sse(startA, done)), hooks{RunID: "known"})
	_, err := collect(s)
	require.NoError(t, err)
	assert.Equal(t, "known", s.RunID())
}
