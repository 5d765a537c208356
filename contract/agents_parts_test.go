package contract_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// pixel is a PNG of one pixel.
var pixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\xdac\xfc\xcf\xc0P\x0f\x00\x04\x85\x01\x80\x84\xa9\x8c!\x00\x00\x00\x00IEND\xaeB`\x82")

func TestPart_KeepsItsMediaTypeAndName(t *testing.T) {
	t.Parallel()
	c := client(t)
	to := &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	named := mastra.File([]byte("a,b"), "text/csv")
	named.Filename = "table.csv"
	_, err := c.Agent("assistant").Generate(within(t), mastra.AgentRequest{Memory: to, Messages: mastra.Messages{
		mastra.UserParts(mastra.Text("look"), mastra.Image(pixel, "image/png"), mastra.ImageURL("data:image/webp;base64,AAAA"), named),
	}})
	require.NoError(t, err)
	page, err := c.Memory("").Thread(to.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.NotEmpty(t, page.Messages)
	stored, err := json.Marshal(page.Messages[0])
	require.NoError(t, err)
	for _, want := range []string{`"mimeType":"image/png"`, `"mimeType":"image/webp"`, `"mimeType":"text/csv"`, `"filename":"table.csv"`} {
		assert.Contains(t, string(stored), want)
	}
}

func TestMessage_OfAThreadHasPartsAndAttributes(t *testing.T) {
	t.Parallel()
	c := client(t)
	agent, to := c.Agent("assistant"), mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	req := message(to, "look")
	req.Parts, req.Attributes = []mastra.Part{mastra.File([]byte("hi"), "text/plain")}, map[string]any{"from": "ann"}
	receipt, err := agent.SendMessage(within(t), req)
	require.NoError(t, err)
	assert.True(t, receipt.Accepted)
	until(t, "the message is stored", func() bool {
		page, err := c.Memory("").Thread(to.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
		if err != nil || len(page.Messages) == 0 {
			return false
		}
		stored, err := json.Marshal(page.Messages[0])
		require.NoError(t, err)
		assert.Contains(t, string(stored), `"text":"look"`)
		assert.Contains(t, string(stored), `"from":"ann"`)
		return true
	})
}
