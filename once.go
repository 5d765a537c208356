package mastra

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// once repeats a request whose answer may get lost although it was carried out,
// on the understanding that the caller makes a repetition harmless. It is the
// retry loop of a call that is more than one exchange; the policy, the backoff
// and the limits are those of a single one.
type once struct {
	cfg      config
	op       operation
	path     string
	attempts int
	lost     bool // an attempt may have been carried out, and its answer did not come
}

func newOnce(r *Run, op operation, opts []Option) (*once, error) {
	cfg, err := r.c.cfg.with(opts)
	if err != nil {
		return nil, err
	}
	return &once{cfg: cfg, op: op, path: r.path(op)}, nil
}

// single makes an exchange one attempt, plus the one with another token.
func single(opts []Option) []Option {
	return append(opts[:len(opts):len(opts)], option(func(c *config) error {
		c.retries = min(c.retries, 1)
		policy := c.policy
		c.policy = func(a Attempt) bool { return a.Status == http.StatusUnauthorized && policy(a) }
		return nil
	}))
}

// broken leaves a stream that breaks broken: the loop asks again itself.
func (o *once) broken(opts []Option) []Option {
	return append(opts[:len(opts):len(opts)], WithReattach(false))
}

// again waits until the next attempt may go out, or returns the error that ends
// the call. opened tells that the failed attempt got as far as a stream.
func (o *once) again(ctx context.Context, err error, opened bool) error {
	o.attempts++
	if errors.Is(err, ErrInvalidInput) || errors.Is(err, ErrNotSuspended) {
		return err // the server's last word
	}
	var e *Error
	switch known := errors.As(err, &e); {
	case !known && !opened:
		return err // nothing was sent
	case !known:
		e = &Error{Method: o.op.method, Path: o.path, cause: err, Message: clip(err.Error(), maxErrorText)}
	}
	lost := opened || errors.Is(err, ErrOutcomeUnknown)
	refusedAtDial := o.lost && !opened && e.Status == 0 && errors.Is(err, ErrUnavailable)
	o.lost = o.lost || lost
	e.Attempts = o.attempts
	if o.lost {
		e.mark(ErrOutcomeUnknown)
	}
	// Refused at dial, nobody listens any more: the server may have been killed, and
	// a repetition would then run afresh what an orphaned run has half done.
	if refusedAtDial || ctx.Err() != nil || o.attempts > o.cfg.retries || e.Status == http.StatusUnauthorized || oversized(err) {
		return e
	}
	a := Attempt{Operation: o.op.id, Method: o.op.method, Number: o.attempts, Status: e.Status, Sent: lost, Safe: lost}
	if e.Status == 0 {
		a.Err = err
	}
	if !o.cfg.policy(a) {
		return e
	}
	pause, ok := o.cfg.wait(o.attempts-1, e.Header)
	if deadline, has := ctx.Deadline(); !ok || has && !time.Now().Add(pause).Before(deadline) {
		return e
	}
	if waitErr := sleep(ctx, pause); waitErr != nil {
		e.cause = errors.Join(waitErr, e.cause)
		return e
	}
	return nil
}

// found is what a run was found to have come to after an answer was lost, or why
// that could not be found out.
func (o *once) found(state *RunState, err error) (*RunState, error) {
	if err != nil && o.lost {
		return nil, o.unknown(err)
	}
	return state, err
}

// oversized: another attempt would meet the same.
func oversized(err error) bool {
	return errors.Is(err, stream.ErrEventTooLarge) || errors.Is(err, ErrTooLarge)
}
