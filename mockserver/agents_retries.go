package mockserver

import (
	"context"
	"errors"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// ModelError is what a provider answers where its model cannot be called: too many
// requests, for example. A Model returns it, as a *ModelError.
type ModelError struct {
	Message string
	// Status is the HTTP status of the provider's answer; 408, 409, 429 and those
	// from 500 on may be tried again.
	Status int
	URL    string
	Header map[string]string
	Body   string
}

func (e *ModelError) Error() string { return e.Message }

func (e *ModelError) retryable() bool {
	return e.Status == 408 || e.Status == 409 || e.Status == 429 || e.Status >= 500
}

func (e *ModelError) details() *js.Object {
	headers := any(js.Undefined)
	if e.Header != nil {
		headers, _ = js.From(e.Header) // texts can be written
	}
	return js.Obj("url", e.URL, "requestBodyValues", js.Obj(), "statusCode", e.Status, "responseHeaders", headers,
		"responseBody", js.Opt(e.Body), "isRetryable", e.retryable())
}

// firstPause lies before a model is asked again; each further one is twice as long.
const firstPause = time.Second

// askAgain asks the model, and again where it could not be called, as often as its
// entry says.
func (m *modelRun) askAgain(ctx context.Context, c *ModelCall) error {
	retries := m.entry.maxRetries
	for pause := firstPause; ; pause *= 2 {
		err := m.ask(ctx, c)
		var refused *ModelError
		final := errors.As(err, &refused) && !refused.retryable()
		if err == nil || c.touched || final || retries <= 0 || c.Sleep(pause) != nil {
			return err
		}
		retries--
	}
}
