package stream_test

import (
	"context"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestSSE_IsReadByTheBook(t *testing.T) {
	const done = "data: [DONE]\n\n"
	tests := []struct {
		name  string
		input string
		want  []string
	}{
		{"lines end with LF", "data: {\"a\":1}\n\ndata: {\"a\":2}\n\n" + done, []string{`{"a":1}`, `{"a":2}`}},
		{"lines end with CRLF", "data: {\"a\":1}\r\n\r\ndata: {\"a\":2}\r\n\r\ndata: [DONE]\r\n\r\n", []string{`{"a":1}`, `{"a":2}`}},
		{"lines end with CR", "data: {\"a\":1}\r\rdata: {\"a\":2}\r\rdata: [DONE]\r\r", []string{`{"a":1}`, `{"a":2}`}},
		{"line ends are mixed", "data: {\"a\":1}\r\n\rdata: {\"a\":2}\n\r\ndata: {\"a\":3}\r\n\n" + done, []string{`{"a":1}`, `{"a":2}`, `{"a":3}`}},
		{"a byte order mark comes first", "\xEF\xBB\xBFdata: {\"a\":1}\n\n" + done, []string{`{"a":1}`}},
		{"a second byte order mark is part of a field name", "\xEF\xBB\xBF\xEF\xBB\xBFdata: {\"a\":1}\n\n" + done, []string{}},
		{"comments are skipped", ": hello\n\n:\ndata: {\"a\":1}\n: in between\n\n: bye\n\n" + done, []string{`{"a":1}`}},
		{"data may span lines", "data: {\ndata: \"a\":\ndata: 1}\n\n" + done, []string{"{\n\"a\":\n1}"}},
		{"data may span lines that end with CRLF", "data: {\r\ndata: \"a\":\r\ndata: 1}\r\n\r\n" + done, []string{"{\n\"a\":\n1}"}},
		{"data may span lines that end with CR", "data: {\rdata: \"a\":\rdata: 1}\r\r" + done, []string{"{\n\"a\":\n1}"}},
		{"no space behind the colon", "data:{\"a\":1}\n\n" + done, []string{`{"a":1}`}},
		{"only one space is dropped", "data:  {\"a\":1}\n\n" + done, []string{` {"a":1}`}},
		{"other fields are ignored", "event: message\nid: 7\nretry: 10\ndata: {\"a\":1}\nid: \x00\nwhat\n\n" + done, []string{`{"a":1}`}},
		{"a field name must match in full", "dat: {\"a\":1}\ndatax: {\"a\":2}\n data: {\"a\":3}\nDATA: {\"a\":4}\n\n" + done, []string{}},
		{"an event without data is none", "event: ping\nid: 1\n\n" + done, []string{}},
		{"an event with empty data is skipped", "data\n\ndata:\n\ndata: \n\n" + done, []string{}},
		{"blank lines in between are skipped", "\n\n\ndata: {\"a\":1}\n\n\n\n" + done, []string{`{"a":1}`}},
		{"nothing behind the end is read", done + "data: {\"a\":1}\n\n", []string{}},
		{"the end counts without its blank line", "data: {\"a\":1}\n\ndata: [DONE]\n", []string{`{"a":1}`}},
		{"the end counts without the space", "data:[DONE]\r", []string{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			chunks, err := collect(open([]byte(test.input), stream.Options{End: stream.EndDone}))
			require.NoError(t, err)
			assert.Equal(t, test.want, rawOf(chunks))

			for i := range len(test.input) + 1 {
				b := whole(test.input[:i], test.input[i:])
				chunks, err := collect(stream.New(context.Background(), b, stream.Options{End: stream.EndDone}))
				require.NoError(t, err, "split at %d", i)
				require.Equal(t, test.want, rawOf(chunks), "split at %d", i)
			}
		})
	}
}

func TestSSE_UnfinishedEventIsNone(t *testing.T) {
	tests := []struct {
		name  string
		input string
	}{
		{"no blank line", "data: {\"type\":\"finish\"}\n"},
		{"no line end", "data: {\"type\":\"finish\"}"},
		{"half a line", "data: {\"type\":"},
		{"the end without its line end", "data: [DONE]"},
		{"half the end", "data: [DO\n\n"},
		{"only a field name", "data"},
		{"half a byte order mark", "\xEF\xBB"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, before := range []string{"", "data: {\"type\":\"start\"}\n\n"} {
				chunks, err := collect(open([]byte(before+test.input), stream.Options{}))
				if test.name == "half the end" {
					// Complete as an event, and not JSON.
					require.ErrorAs(t, err, new(*stream.MalformedError))
				} else {
					require.ErrorIs(t, err, stream.ErrTruncated)
					require.ErrorIs(t, err, io.ErrUnexpectedEOF)
				}
				assert.Len(t, chunks, strings.Count(before, "\n\n"))
			}
		})
	}
}

func TestSSE_EventIsCompleteWithHalfACRLF(t *testing.T) {
	for _, input := range []string{"data: " + finishA + "\r\n\r", "data: " + finishA + "\r\n\r\n"} {
		for i := range len(input) {
			_, err := collect(stream.New(context.Background(), whole(input[:i], input[i:]), stream.Options{}))
			require.NoError(t, err, "the event is complete with the first byte of its last line end")
		}
	}
}

func TestRecords_AreFollowedBy0x1E(t *testing.T) {
	const start, finish = `{"type":"workflow-start"}`, `{"type":"workflow-finish"}`
	tests := []struct {
		name  string
		input string
		want  []string
	}{
		{"each is followed by 0x1E", start + "\x1e" + finish + "\x1e", []string{start, finish}},
		{"white space between them is ignored", "\n" + start + "\n\x1e \t\x1e\x1e\r\n" + finish + "\x1e\n", []string{"\n" + start + "\n", "\r\n" + finish}},
		{"0x1E may come first, too", "\x1e" + start + "\n\x1e" + finish + "\n\x1e", []string{start + "\n", finish + "\n"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := stream.Options{Framing: stream.Records, End: stream.EndWorkflow}
			for i := range len(test.input) + 1 {
				chunks, err := collect(stream.New(context.Background(), whole(test.input[:i], test.input[i:]), o))
				require.NoError(t, err)
				require.Equal(t, test.want, rawOf(chunks))
			}
		})
	}

	t.Run("one without its 0x1E does not count", func(t *testing.T) {
		chunks, err := collect(open([]byte(start+"\x1e"+finish), stream.Options{Framing: stream.Records, End: stream.EndWorkflow}))
		require.ErrorIs(t, err, stream.ErrTruncated)
		assert.Equal(t, []string{start}, rawOf(chunks))
	})
	t.Run("the mark of the end means nothing", func(t *testing.T) {
		_, err := collect(open([]byte(start+"\x1e[DONE]\x1e"), stream.Options{Framing: stream.Records, End: stream.EndDone}))
		require.ErrorAs(t, err, new(*stream.MalformedError))
	})
}

func TestEventSize_OverTheLimitEndsTheStream(t *testing.T) {
	event := func(size int) string { // of exactly size bytes, the blank line included
		frame := "data: {\"type\":\"x\",\"payload\":\"\"}\n\n"
		return strings.Replace(frame, `""`, `"`+strings.Repeat("x", size-len(frame))+`"`, 1)
	}
	record := func(size int) string { // of exactly size bytes, without its 0x1E
		text := `{"type":"x","payload":""}`
		return strings.Replace(text, `""`, `"`+strings.Repeat("x", size-len(text))+`"`, 1) + "\x1e"
	}
	const limit = 10_000
	tests := []struct {
		name string
		o    stream.Options
		make func(int) string
		tail string
	}{
		{"events", stream.Options{MaxEventSize: limit, End: stream.EndDone}, event, "data: [DONE]\n\n"},
		{"records", stream.Options{MaxEventSize: limit, Framing: stream.Records, End: stream.EndWorkflow}, record, `{"type":"workflow-finish"}` + "\x1e"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for _, step := range []int{1, 7, 4096, 1 << 20} {
				fits := cutUp(test.make(limit)+test.make(limit)+test.tail, step)
				_, err := collect(stream.New(context.Background(), fits, test.o))
				require.NoError(t, err, "reads of %d", step)

				small := test.make(100)
				over := cutUp(small+test.make(limit+1)+small+test.tail, step)
				chunks, err := collect(stream.New(context.Background(), over, test.o))
				require.ErrorIs(t, err, stream.ErrEventTooLarge, "reads of %d", step)
				var tooLarge *stream.EventTooLargeError
				require.ErrorAs(t, err, &tooLarge)
				assert.Equal(t, limit, tooLarge.Limit)
				assert.Len(t, chunks, 1)
				assert.Equal(t, 1, over.closed, "the body is closed")
			}
		})
	}

	t.Run("what came before it is kept", func(t *testing.T) {
		for _, step := range []int{1, 7, 4096, 1 << 20} {
			input := event(100) + ": comment\n" + event(1050)
			rec := httptest.NewRecorder()
			err := stream.Forward(rec, stream.New(context.Background(), cutUp(input, step), stream.Options{MaxEventSize: 1000}))
			require.ErrorIs(t, err, stream.ErrEventTooLarge)
			assert.Equal(t, event(100)+": comment\n", rec.Body.String())
		}
	})
	t.Run("an event that never ends", func(t *testing.T) {
		for _, framing := range []stream.Framing{stream.SSE, stream.Records} {
			b := &endless{text: "x"}
			_, err := collect(stream.New(context.Background(), b, stream.Options{MaxEventSize: limit, Framing: framing}))
			require.ErrorIs(t, err, stream.ErrEventTooLarge)
			assert.LessOrEqual(t, b.read, 2*limit, "it is not read much further")
		}
	})
	t.Run("comments do not add up", func(t *testing.T) {
		input := strings.Repeat(": ping\n", limit) + "data: [DONE]\n\n"
		_, err := collect(open([]byte(input), stream.Options{MaxEventSize: limit}))
		require.NoError(t, err)
	})
	t.Run("16 MiB by default", func(t *testing.T) {
		fits := event(stream.DefaultMaxEventSize)
		_, err := collect(open([]byte(fits+"data: [DONE]\n\n"), stream.Options{}))
		require.NoError(t, err)
		_, err = collect(open([]byte("data: "+fits[5:]), stream.Options{}))
		require.ErrorIs(t, err, stream.ErrEventTooLarge)
	})
}

// cutUp is a body that gives step bytes per Read.
func cutUp(text string, step int) *body {
	b := &body{err: io.EOF}
	for len(text) > 0 {
		n := min(step, len(text))
		b.pieces = append(b.pieces, []byte(text[:n]))
		text = text[n:]
	}
	return b
}

// endless repeats a text for ever.
type endless struct {
	text string
	read int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, strings.Repeat(e.text, min(len(p), 4096)))
	e.read += n
	return n, nil
}

func (e *endless) Close() error { return nil }
