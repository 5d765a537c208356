package mastra_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestUnauthorized_SaysWhetherATokenWasSent(t *testing.T) {
	const none, refused = "; no token was sent: use WithToken, or WithTokenSource", "; the server has refused the token that was sent"
	for name, tt := range map[string]struct {
		opt  mastra.ClientOption
		want string
	}{
		"nothing":             {mastra.WithRetries(0), none},
		"a harmless header":   {mastra.WithHeader("X-Tenant", "acme-tenant"), none},
		"a token":             {mastra.WithToken("token-7f3a9c"), refused},
		"its header":          {mastra.WithHeader("Authorization", "Basic YTpiOmM6ZA=="), refused},
		"a key of its own":    {mastra.WithHeader("X-Api-Key", "key-7f3a9c"), ""},
		"an empty token":      {mastra.WithToken(""), none},
		"a source of nothing": {mastra.WithTokenSource(tokensAfter(func(string) string { return "" })), none},
	} {
		err := generate(t.Context(), inMemory(t, play(answer(401, `{"error":"no"}`)), tt.opt))
		require.ErrorIs(t, err, mastra.ErrUnauthorized)
		assert.Equal(t, "mastra: POST "+base+"/api/agents/assistant/generate: 401 Unauthorized: no"+tt.want, err.Error(), name)
		assert.Equal(t, "no", asError(t, err).Message, "the server's own words")
	}
}

func TestRetryAfter_ThatIsTooLongSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy := answer(429, `{"error":"busy"}`, "Retry-After", "60")
		err := generate(t.Context(), inMemory(t, play(busy)))
		assert.ErrorContains(t, err, "busy; the server asks to wait for 1m0s, longer than the 5s that WithMaxBackoff allows")
		err = generate(t.Context(), inMemory(t, play(busy), mastra.WithRetries(0)))
		assert.NotContains(t, err.Error(), "WithMaxBackoff", "it would not have been repeated")
		assert.Equal(t, time.Minute, asError(t, err).RetryAfter)
	})
}
