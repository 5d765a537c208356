package mockserver

import (
	"context"
	"errors"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// timeouts are how long a run, one call of a model and a model's silence before
// its first part may last; 0 as long as they like.
type timeouts struct{ total, step, first time.Duration }

// readTimeouts reads them from the settings of a model.
func readTimeouts(settings *js.Object) (timeouts, error) {
	v, ok := settings.Lookup("timeout")
	if !ok {
		return timeouts{}, nil
	}
	o, ok := v.(*js.Object)
	if !ok || o == nil {
		return timeouts{}, said("`modelSettings.timeout` must be an object with optional `totalMs`, `stepMs`, and `firstChunkMs` properties.")
	}
	read := map[string]time.Duration{}
	for _, name := range []string{"totalMs", "stepMs", "firstChunkMs"} {
		ms, isNumber := o.Num(name)
		if o.Has(name) && (!isNumber || ms <= 0) {
			return timeouts{}, said("`modelSettings.timeout.%s` must be a positive, finite number of milliseconds.", name)
		}
		read[name] = time.Duration(ms * float64(time.Millisecond))
	}
	return timeouts{read["totalMs"], read["stepMs"], read["firstChunkMs"]}, nil
}

// timedOut is the error of what has lasted too long.
func timedOut(kind, format string, after time.Duration) error {
	ms := float64(after) / float64(time.Millisecond)
	return &namedError{name: "MastraTimeoutError", message: said(format, js.Number(ms)).Error(),
		details: js.Obj("timeoutType", kind, "timeoutMs", ms)}
}

func (t timeouts) ofRun(ctx context.Context) (context.Context, context.CancelFunc) {
	if t.total == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, t.total, timedOut("total", "Agent execution timed out after %sms (modelSettings.timeout.totalMs)", t.total))
}

// ofCall limits a call of a model; begun is to be called at its first part.
func (t timeouts) ofCall(ctx context.Context) (limited context.Context, begun func(), end context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	var timers []*time.Timer
	after := func(d time.Duration, err error) *time.Timer {
		timer := time.AfterFunc(d, func() { cancel(err) })
		timers = append(timers, timer)
		return timer
	}
	begun = func() {}
	if t.step > 0 {
		after(t.step, timedOut("step", "Model call timed out after %sms (modelSettings.timeout.stepMs)", t.step))
	}
	if t.first > 0 {
		first := after(t.first, timedOut("firstChunk", "Model call timed out before first content after %sms (modelSettings.timeout.firstChunkMs)", t.first))
		begun = func() { first.Stop() }
	}
	return ctx, begun, func() {
		for _, timer := range timers {
			timer.Stop()
		}
		cancel(nil)
	}
}

// expired is the error of the time out that ended a context, nil if none did.
func expired(ctx context.Context) error {
	var err *namedError
	if ctx.Err() != nil && errors.As(context.Cause(ctx), &err) {
		return err
	}
	return nil
}

// expire ends a run that has lasted too long; nothing of it is kept.
func (r *agentRun) expire(err error) {
	r.failure, r.ended = err, true
	r.emitError(err, false)
	r.emit("abort", js.Obj())
}
