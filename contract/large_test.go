package contract_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// The server answers a request that is too large before it has read it, and closes
// the connection a while later.
func TestBodyLimit_ExceededDoesNotBreakTheNextRequest(t *testing.T) {
	t.Parallel()
	c := client(t)
	large := make([]byte, 5<<20)
	tool := c.Tool("weather")
	for name, send := range map[string]func() error{
		"as JSON": func() error {
			_, err := c.Agent("plain").Generate(within(t), ask(strings.Repeat("x", len(large))))
			return err
		},
		"as a form": func() error {
			_, err := c.Agent("voiced").Voice().Listen(within(t), mastra.ListenRequest{Audio: bytes.NewReader(large)})
			return err
		},
	} {
		for range 10 {
			require.ErrorIs(t, send(), mastra.ErrTooLarge, name)
			_, err := tool.Execute(within(t), map[string]string{"city": "Rome"})
			require.NoError(t, err, name)
		}
	}
}
