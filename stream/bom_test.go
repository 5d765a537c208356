package stream_test

import (
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

func TestByteOrderMark_BeforeTheFirstRecordOrEventIsSkipped(t *testing.T) {
	const mark = "\xEF\xBB\xBF"
	const start, finish = `{"type":"workflow-start"}`, `{"type":"workflow-finish"}`
	for _, test := range []struct {
		name, bytes string
		want        []string
		o           stream.Options
	}{
		{"a record", mark + start + "\x1e" + finish + "\x1e", []string{start, finish}, stream.Options{Framing: stream.Records, End: stream.EndWorkflow}},
		{"an empty record", mark + "\x1e" + start + "\x1e" + finish + "\x1e", []string{start, finish}, stream.Options{Framing: stream.Records, End: stream.EndWorkflow}},
		{"a record as large as may be", mark + finish + "\x1e", []string{finish}, stream.Options{Framing: stream.Records, End: stream.EndWorkflow, MaxEventSize: len(finish)}},
		{"an event", mark + sse(startA, done), []string{startA}, stream.Options{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for step := 1; step <= len(test.bytes); step++ {
				chunks, err := collect(stream.New(context.Background(), cutUp(test.bytes, step), test.o))
				require.NoError(t, err, "in pieces of %d", step)
				require.Equal(t, test.want, rawOf(chunks))

				rec := httptest.NewRecorder()
				require.NoError(t, stream.Forward(rec, stream.New(context.Background(), cutUp(test.bytes, step), test.o)))
				require.Equal(t, test.bytes, rec.Body.String(), "passed on byte for byte")
			}
		})
	}
}

func TestByteOrderMark_AloneIsNoRecord(t *testing.T) {
	o := stream.Options{Framing: stream.Records, End: stream.EndWorkflow}
	for cut := range 4 {
		_, err := collect(open([]byte("\xEF\xBB\xBF")[:cut], o))
		require.ErrorIs(t, err, stream.ErrTruncated)
	}
	_, err := collect(open([]byte("{}\x1e\xEF\xBB\xBF{}\x1e"), o))
	assert.ErrorAs(t, err, new(*stream.MalformedError), "one before a later record belongs to it")
}
