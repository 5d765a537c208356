package stream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// This file cuts recorded streams at every byte. What has to come out is worked out
// from the positions of the events and the words of the end rules, by code that
// shares nothing with the package.

// event is one event of a recording and where it ends.
type event struct {
	end    int // the position behind its last byte
	typ    string
	run    string
	reason string // of a finish
	done   bool
}

// eventsOf splits a recording, which has LF line ends and one data line per event.
func eventsOf(t *testing.T, name string, full []byte) []event {
	t.Helper()
	prefix, suffix := "data: ", "\n\n"
	if strings.HasSuffix(name, ".rs") {
		prefix, suffix = "", "\x1e"
	}
	var events []event
	run := ""
	for at := 0; at < len(full); {
		size := bytes.Index(full[at:], []byte(suffix))
		require.Positive(t, size)
		text := strings.TrimPrefix(string(full[at:at+size]), prefix)
		at += size + len(suffix)
		if text == "[DONE]" {
			// The line counts without the blank line behind it.
			events = append(events, event{end: at - 1, done: true})
			continue
		}
		var chunk struct {
			Type    string
			RunID   string
			Payload struct {
				StepResult struct{ Reason string }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(text), &chunk))
		if chunk.RunID != "" {
			run = chunk.RunID
		}
		events = append(events, event{end: at, typ: chunk.Type, run: run, reason: chunk.Payload.StepResult.Reason})
	}
	return events
}

// outcome is what a cut stream must come to.
type outcome struct {
	chunks    int
	truncated bool
	failed    bool // a *RunError
	tripped   bool // a *TripwireError
}

func expect(events []event, end stream.EndRule, cut int) outcome {
	var o outcome
	complete, last := 0, ""
	failed := map[string]bool{}
	finished := false
	for _, e := range events {
		if e.end > cut {
			break
		}
		complete = e.end
		if e.done {
			o.failed = len(failed) > 0
			return o
		}
		o.chunks++
		last = e.typ
		switch e.typ {
		case "error":
			failed[e.run] = true
		case "finish":
			if e.reason != "error" {
				delete(failed, e.run)
			}
		case "tripwire":
			o.tripped = true
		case "workflow-start":
			finished = false
		case "workflow-finish":
			finished = true
		}
	}
	o.failed = len(failed) > 0
	o.truncated = true
	if cut > complete {
		return o // in the middle of something
	}
	switch end {
	case stream.EndDoneOrTerminal:
		switch last {
		case "finish", "abort", "tripwire", "tool-call-approval", "tool-call-suspended":
			o.truncated = false
		}
	case stream.EndWorkflow:
		o.truncated = !finished
	}
	return o
}

func actual(chunks []stream.Chunk, err error) outcome {
	var run *stream.RunError
	var trip *stream.TripwireError
	return outcome{
		chunks:    len(chunks),
		truncated: errors.Is(err, stream.ErrTruncated) && errors.Is(err, io.ErrUnexpectedEOF),
		failed:    errors.As(err, &run),
		tripped:   errors.As(err, &trip),
	}
}

var cutRecordings = []string{
	"answer-text.sse", "answer-tool.sse", "answer-approval.sse", "answer-suspended.sse",
	"answer-tripwire.sse", "answer-error.sse", "answer-structured.sse", "network-tool.sse",
	"durable.sse", "workflow.rs", "workflow-failed.rs", "workflow-suspended.rs",
	"workflow-observed-resumed.rs", "workflow-observed-suspended.rs", "workflow-refused.rs",
	"workflow-canceled.rs",
}

func TestCut_AtEveryByteIsTold(t *testing.T) {
	for _, name := range cutRecordings {
		t.Run(name, func(t *testing.T) {
			full := recording(t, name)
			o := optionsFor(name)
			events := eventsOf(t, name, full)
			good := 0
			for cut := range len(full) + 1 {
				want := expect(events, o.End, cut)
				got, err := collect(open(full[:cut], o))
				if came := actual(got, err); came != want {
					require.Equal(t, want, came, "cut at %d: %v", cut, err)
				}
				isGood := want == outcome{chunks: want.chunks}
				if isGood {
					good++
				}
				if isGood != (err == nil) {
					require.Fail(t, "silent", "cut at %d: %v", cut, err)
				}
			}
			failed := expect(events, o.End, len(full))
			if name == "workflow-observed-suspended.rs" {
				assert.True(t, failed.truncated, "its last segment has no workflow-finish")
				return
			}
			assert.False(t, failed.truncated)
			// A good end is rare: the whole stream, without its last blank line, right
			// behind the chunks that close a segment.
			assert.Less(t, good, 8, "of %d cuts", len(full))
		})
	}
}

func TestCut_OfABrokenConnectionAtEveryByteIsTold(t *testing.T) {
	reset := errors.New("connection reset by peer")
	for _, name := range []string{"answer-tool.sse", "answer-error.sse", "answer-approval.sse", "workflow.rs", "workflow-observed-resumed.rs"} {
		t.Run(name, func(t *testing.T) {
			full := recording(t, name)
			o := optionsFor(name)
			events := eventsOf(t, name, full)
			for cut := range len(full) + 1 {
				// A broken connection is no end: only [DONE] helps.
				want := expect(events, stream.EndDone, cut)
				b := &body{pieces: [][]byte{full[:cut]}, err: reset}
				got, err := collect(stream.New(context.Background(), b, o))
				if came := actual(got, err); came != want || b.closed != 1 {
					require.Equal(t, want, came, "cut at %d: %v", cut, err)
					require.Equal(t, 1, b.closed)
				}
				if want.truncated && !errors.Is(err, reset) {
					require.ErrorIs(t, err, reset, "cut at %d", cut)
				}
			}
		})
	}
}

func TestChunk_IsTheSameHoweverTheBytesAreSplit(t *testing.T) {
	for _, name := range []string{"answer-unicode.sse", "answer-approval.sse", "answer-error.sse", "network-tool.sse", "workflow-observed-resumed.rs", "workflow-emitting.rs"} {
		t.Run(name, func(t *testing.T) {
			full := recording(t, name)
			o := optionsFor(name)
			want, wantErr := collect(open(full, o))
			require.NotEmpty(t, want)
			for i := range len(full) {
				b := &body{pieces: [][]byte{full[:i], full[i:]}, err: io.EOF}
				got, err := collect(stream.New(context.Background(), b, o))
				if !slices.EqualFunc(want, got, sameChunk) || !sameError(wantErr, err) {
					require.Equal(t, wantErr, err, "split at %d", i)
					require.Equal(t, want, got, "split at %d", i)
				}
			}
		})
	}
	for _, name := range recordings(t, ".sse", ".rs") {
		t.Run(name+" byte by byte", func(t *testing.T) {
			full := recording(t, name)
			want, wantErr := collect(open(full, optionsFor(name)))
			got, err := collect(stream.New(context.Background(), cutUp(string(full), 1), optionsFor(name)))
			require.Equal(t, wantErr, err)
			require.Equal(t, want, got)
		})
	}
}

func TestChunk_CountsThoughItsBytesComeWithTheEnd(t *testing.T) {
	for _, name := range recordings(t, ".sse", ".rs") {
		full := recording(t, name)
		want, wantErr := collect(open(full, optionsFor(name)))
		b := io.NopCloser(iotest.DataErrReader(bytes.NewReader(full)))
		got, err := collect(stream.New(context.Background(), b, optionsFor(name)))
		require.Equal(t, wantErr, err, name)
		require.Equal(t, want, got, name)
	}
}

func sameChunk(a, b stream.Chunk) bool {
	textA, isA := a.Text()
	textB, isB := b.Text()
	return a.Type == b.Type && a.RunID == b.RunID && a.From == b.From && textA == textB && isA == isB &&
		bytes.Equal(a.Raw(), b.Raw()) && bytes.Equal(a.Payload(), b.Payload())
}

func sameError(a, b error) bool {
	return a == b || a != nil && b != nil && a.Error() == b.Error()
}

func TestChunk_IsWhatTheServerSent(t *testing.T) {
	for _, name := range recordings(t, ".sse", ".rs") {
		t.Run(name, func(t *testing.T) {
			full := recording(t, name)
			chunks, _ := collect(open(full, optionsFor(name)))
			var again bytes.Buffer
			for _, c := range chunks {
				if strings.HasSuffix(name, ".rs") {
					again.WriteString(string(c.Raw()) + "\x1e")
				} else {
					again.WriteString("data: " + string(c.Raw()) + "\n\n")
				}
				// A chunk by itself is the same as the one from the stream, where it may
				// have been recognised by the look of the one before it.
				alone, err := stream.ParseChunk(c.Raw())
				require.NoError(t, err)
				require.Equal(t, alone, c)
			}
			assert.Equal(t, strings.TrimSuffix(string(full), "data: [DONE]\n\n"), again.String())
		})
	}
}
