package mastra

import (
	"context"
	"runtime"
	"time"

	"github.com/mastra-go/mastra/internal/call"
)

// Version of this client, as its User-Agent tells it.
const Version = "0.1.0"

func userAgent() string { return "mastra-go/" + Version + " (" + runtime.Version() + ")" }

// config is everything that can be set: how requests are sent, and what becomes of
// the streams of runs. A client owns one; a call with options works on a copy.
type config struct {
	call.Config
	reattach      bool
	cancelOnClose bool
	looksFor      time.Duration // a run whose start got no answer, before it is posted again
	answers       *answers      // shared by all that the client makes
}

func defaults() config {
	c := config{Config: call.Defaults(), reattach: true, looksFor: 10 * time.Second, answers: new(answers)}
	c.UserAgent = userAgent()
	c.Policy = policy(RetrySafe)
	return c
}

// clone copies everything that an option may change.
func (c config) clone() *config {
	c.Config = c.Config.Clone()
	return &c
}

// policy has a RetryPolicy see attempts as this package tells them.
func policy(p RetryPolicy) call.Policy {
	return func(a call.Attempt) bool {
		a.Err = publicError(a.Err)
		return p(Attempt(a))
	}
}

type staticToken string

func (t staticToken) Token(context.Context, string) (string, error) { return string(t), nil }
