package aisdk_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

func TestWriter_FailsForGoodOnceTheBrowserIsGone(t *testing.T) {
	broken := errors.New("broken pipe")
	s := newScreen()
	w := aisdk.NewWriter(s, aisdk.Pace{})
	require.NoError(t, w.Write(aisdk.Part{Type: aisdk.PartStart}))
	require.NoError(t, w.Flush())
	s.fail = broken
	for range 2 {
		for name, err := range map[string]error{
			"Heartbeat": w.Heartbeat(), "Flush": w.Flush(), "Write": w.Write(aisdk.Part{Type: aisdk.PartFinish}), "Done": w.Done(),
		} {
			assert.ErrorIs(t, err, stream.ErrClientGone, name)
			assert.ErrorIs(t, err, broken, name)
		}
	}
	s.fail = nil
	assert.ErrorIs(t, w.Flush(), stream.ErrClientGone)
	assert.Equal(t, startFrame, s.shown(), "nothing follows a gap")

	h := newHand()
	s.fail = broken
	close(h.chunks)
	assert.ErrorIs(t, aisdk.NewWriter(s, aisdk.Pace{}).Pipe(h, aisdk.Options{}), broken)
}

// minutes writes down what a handler asks of its response.
type minutes struct {
	header http.Header
	asked  []string
}

func (m *minutes) Header() http.Header  { return m.header }
func (m *minutes) WriteHeader(code int) { m.asked = append(m.asked, http.StatusText(code)) }
func (m *minutes) Flush()               { m.asked = append(m.asked, "flush") }
func (m *minutes) Write(b []byte) (int, error) {
	m.asked = append(m.asked, string(b))
	return len(b), nil
}

// A middleware that compresses, say, needs the status before it can send anything.
func TestWriter_SaysTheStatusBeforeItFlushes(t *testing.T) {
	m := &minutes{header: http.Header{}}
	w := aisdk.NewWriter(m, aisdk.Pace{})
	require.NoError(t, w.Flush())
	require.NoError(t, w.Flush())
	require.NoError(t, w.Done())
	require.NoError(t, w.Flush())
	assert.Equal(t, []string{"OK", "flush", doneFrame, "flush"}, m.asked)
}
