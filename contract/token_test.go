package contract_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// refreshing gives a stale token until it is told that it was refused.
type refreshing struct {
	stale, fresh string
	refusals     atomic.Int64
}

func (r *refreshing) Token(_ context.Context, refused string) (string, error) {
	if refused == r.stale {
		r.refusals.Add(1)
	}
	if r.refusals.Load() > 0 {
		return r.fresh, nil
	}
	return r.stale, nil
}

// expiring gives a token that is good for one request.
type expiring struct {
	token string
	asked atomic.Int64
}

func (e *expiring) Token(context.Context, string) (string, error) {
	if e.asked.Add(1) == 1 {
		return e.token, nil
	}
	return "expired", nil
}

func TestToken_EveryCallWithoutTheRightOneIsRefused(t *testing.T) {
	t.Parallel()
	const token = "the-right-token"
	server := own(t, contract.Config{Token: token})
	trusted, _ := recorded(t, server.URL(), mastra.WithToken(token))

	for name, opts := range map[string][]mastra.ClientOption{"no token": nil, "a wrong token": {mastra.WithToken("a-wrong-token")}} {
		t.Run(name, func(t *testing.T) {
			c, _ := recorded(t, server.URL(), opts...)
			nowhere := func() *mastra.Run { return c.Workflow("approval").Run("r") }
			for operation, call := range everyCall(t, c, nowhere) {
				err := call()
				if assert.ErrorIs(t, err, mastra.ErrUnauthorized, operation) {
					e := failure(t, err)
					assert.Equal(t, "Invalid or expired token", e.Message, operation)
					assert.Equal(t, 1, e.Attempts, operation)
					assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, operation)
					assert.NotContains(t, err.Error(), "a-wrong-token", operation)
					assert.Equal(t, 502, mastra.HTTPStatus(err), "the credentials are the backend's, not its caller's")
				}
			}
			require.NoError(t, c.Health(within(t)), "this needs none")
			_, err := c.Agent("plain").Generate(within(t), ask(strings.Repeat("x", 5<<20)))
			require.ErrorIs(t, err, mastra.ErrTooLarge, "the size is looked at first")
			_, err = do(t, c, "POST", "/agents/nobody/generate", `{}`)
			require.ErrorIs(t, err, mastra.ErrUnauthorized, "and the token before the body and the id")
		})
	}
	t.Run("a token that expires within a call of two requests", func(t *testing.T) {
		waits := func() *mastra.Run {
			run, _ := suspended(t, trusted.Workflow("approval"), number{1})
			return run
		}
		for operation := range suspendedRunCalls(t, trusted, waits) {
			c, recorder := recorded(t, server.URL(), mastra.WithTokenSource(&expiring{token: token}))
			err := suspendedRunCalls(t, c, waits)[operation]()
			require.ErrorIs(t, err, mastra.ErrUnauthorized, operation)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, operation)
			last := recorder.Exchanges()[len(recorder.Exchanges())-1]
			assert.Equal(t, operation, suite.spec.Operation(last))
			assert.Equal(t, 401, last.Status, operation)
		}
	})
	t.Run("the right token", func(t *testing.T) {
		c, _ := recorded(t, server.URL(), mastra.WithToken(token))
		res, err := c.Agent("plain").Generate(within(t), ask("hi"))
		require.NoError(t, err)
		assert.Equal(t, "You said: hi", res.Text)
		_, err = asked(t, c.Agent("plain"), "hi").Result()
		require.NoError(t, err)
	})
	t.Run("a token that is refreshed", func(t *testing.T) {
		for name, call := range map[string]func(*mastra.Client) error{
			"generate": func(c *mastra.Client) error { _, err := c.Agent("plain").Generate(within(t), ask("hi")); return err },
			"stream":   func(c *mastra.Client) error { _, err := asked(t, c.Agent("plain"), "hi").Result(); return err },
			"start": func(c *mastra.Client) error {
				_, err := c.Workflow("doubler").Start(within(t), mastra.StartRequest{Input: number{1}})
				return err
			},
			"execute": func(c *mastra.Client) error {
				_, err := c.Tool("weather").Execute(within(t), map[string]string{"city": "Rome"})
				return err
			},
			"list": func(c *mastra.Client) error { _, err := c.Agents().List(within(t)); return err },
		} {
			source := &refreshing{stale: "stale", fresh: token}
			c, _ := recorded(t, server.URL(), mastra.WithTokenSource(source))
			require.NoError(t, call(c), name)
			assert.EqualValues(t, 1, source.refusals.Load(), name)
		}
	})
	t.Run("a token that stays wrong", func(t *testing.T) {
		source := &refreshing{stale: "stale", fresh: "no better"}
		c, _ := recorded(t, server.URL(), mastra.WithTokenSource(source))
		_, err := c.Agent("plain").Generate(within(t), ask("hi"))
		require.ErrorIs(t, err, mastra.ErrUnauthorized)
		assert.Equal(t, 2, failure(t, err).Attempts)
	})
}
