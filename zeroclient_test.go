package mastra_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// A Client that New has not made, and what it gives, refuse every call.
func TestZeroClient_RefusesEveryCall(t *testing.T) {
	for name, c := range map[string]*mastra.Client{"zero": {}, "nil": nil} {
		for _, m := range methods(c, agentID, otherID) {
			if m.name == "Client.Do" || m.name == "Client.OpenStream" || m.name == "Client.Send" || m.name == "Client.SendStream" {
				continue
			}
			err := m.invoke(t.Context(), full)
			require.ErrorIs(t, err, mastra.ErrInvalidInput, "%s, %s", name, m.name)
			assert.ErrorContains(t, err, "was not made by New", m.name)
		}
		require.ErrorIs(t, c.Do(t.Context(), "GET", "/x", nil, nil), mastra.ErrInvalidInput)
		_, err := c.OpenStream(t.Context(), "GET", "/x", nil)
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		_, err = c.With()
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
	}
	_, err := new(mastra.Agent).Generate(t.Context(), ask())
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	_, err = mastra.GenerateAs[struct{ A int }](t.Context(), new(mastra.Client).Agent("a"), ask())
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
}
