package mockserver_test

import (
	"bufio"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const durable = "/api/agents/durable/"

// frames reads the frames of an open stream one by one.
func openFrames(t *testing.T, body io.Reader) func() map[string]any {
	reader := bufio.NewReader(body)
	return func() map[string]any {
		for {
			line, err := reader.ReadString('\n')
			if err != nil {
				require.ErrorIs(t, err, io.EOF)
				return nil
			}
			if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok && data != "[DONE]" {
				return decode(t, data)
			}
		}
	}
}

func until(t *testing.T, next func() map[string]any, kind string) map[string]any {
	for {
		chunk := next()
		require.NotNil(t, chunk, "the stream ended before "+kind)
		if chunk["type"] == kind {
			return chunk
		}
	}
}

func TestDurable_StreamOutlivesItsApproval(t *testing.T) {
	_, c := start(t)
	first := openFrames(t, c.open(t.Context(), "POST", durable+"stream", `{"messages":"tool:delicate {\"what\":\"b\"}","runId":"r"}`).Body)
	approval := until(t, first, "tool-call-approval")
	until(t, openFrames(t, c.open(t.Context(), "POST", durable+"observe", `{"runId":"r"}`).Body), "suspended")
	observer := openFrames(t, c.open(t.Context(), "POST", durable+"observe", `{"runId":"r","offset":-1}`).Body)
	assert.Equal(t, "suspended", observer()["type"])

	callID := at(approval, "payload", "toolCallId").(string)
	list := c.stream(durable+"approve-tool-call", map[string]any{"runId": "r", "toolCallId": callID})
	assert.Equal(t, "tool-result", types(list)[0])
	until(t, first, "finish")
	assert.Nil(t, first(), "the first stream ends too")
	live := observer()
	assert.Equal(t, 1.0, live["deliveryAttempt"])
	until(t, observer, "finish")
	assert.Nil(t, observer())
}

func TestDurable_RunEndsWithItsClient(t *testing.T) {
	_, c := start(t)
	ctx, leave := context.WithCancel(t.Context())
	first := openFrames(t, c.open(ctx, "POST", durable+"stream", `{"messages":"slow:1000","runId":"r"}`).Body)
	until(t, first, "text-delta")
	leave()
	list := c.stream(durable+"observe", `{"runId":"r"}`)
	assert.Equal(t, "abort", at(list[len(list)-1], "data", "stepResult", "reason"))
}
