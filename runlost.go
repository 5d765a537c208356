package mastra

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// A start or a resume whose answer got lost is never posted again blindly: another
// server process on the same storage, or one that was killed and came back, would
// execute it a second time. The run is read first.

// lookTime bounds the wait for one answer while a run is looked at.
const lookTime = 10 * time.Second

// watch reads the run until it has moved, or has not for so long that the request
// cannot have arrived: then it returns nil. An idle server records what it was asked
// within 60 ms, one with 128 starts at once within 7 s. A run that is not there is
// one that has not moved where it may be missing.
func (r *Run) watch(ctx context.Context, mayMiss bool, moved func(*RunState) bool) (*RunState, error) {
	until := time.Now().Add(r.c.cfg().looksFor)
	told := false // that it has not moved
	for pause := firstPoll; ; pause = min(2*pause, time.Second) {
		state, err := r.glance(ctx)
		switch {
		case err == nil && moved(state):
			return state, nil
		case ctx.Err() != nil:
			return nil, call.ContextError(ctx)
		case err != nil && mayMiss && missing(err):
			err = nil
		case err != nil && !passing(err):
			return nil, fmt.Errorf("the run could not be read: %w", err)
		}
		told = told || err == nil
		left := time.Until(until)
		if left <= 0 && err == nil {
			return nil, nil
		}
		if left <= 0 && told { // a look that gets lost decides nothing
			left += r.c.cfg().looksFor
		}
		if left <= 0 {
			return nil, fmt.Errorf("the run could not be read: %w", err)
		}
		_ = call.Sleep(ctx, min(pause, left)) // the next look tells that ctx has ended
	}
}

func (r *Run) glance(ctx context.Context) (*RunState, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return r.Get(ctx)
}

// missing: the server itself says that there is no such thing; a proxy's 404 tells
// nothing.
func missing(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound && call.OwnError(e.Body)
}

// passing: the same question may well be answered a moment later.
func passing(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == 0 || e.Status >= 500 || errors.Is(err, ErrRateLimited) || errors.Is(err, ErrNotFound) && !missing(err))
}

// lostStart is a start of which an answer got lost.
type lostStart struct {
	run   *Run
	asked bool
	found *RunState
}

// look finds out whether the run has begun.
func (l *lostStart) look(ctx context.Context) (call.Verdict, error) {
	l.asked = true
	found, err := l.run.watch(ctx, true, func(s *RunState) bool { return s.Status != RunPending })
	switch {
	case err != nil:
		return call.Unsure, err
	case found == nil:
		return call.NotDone, nil
	}
	l.found = found
	return call.Done, nil
}

// result is what the start came to that ended with err.
func (l *lostStart) result(ctx context.Context, x *call.Exchange, err error) (*RunState, error) {
	err = publicError(err)
	switch {
	case err == call.ErrDone && l.found.Status.settled():
		return l.found, nil
	case err == call.ErrDone, errors.Is(err, ErrConflict): // it goes on, or has ended already
	default:
		return nil, err
	}
	state, err := l.run.Wait(ctx)
	x.ReportAttempts()
	if err != nil && l.asked {
		return nil, l.run.unknown(route.WorkflowStream, x.Attempts(), err)
	}
	return state, err
}

// lostResume is a resume of which an answer got lost.
type lostResume struct {
	run    *Run
	at     Suspension
	before *RunState // the run as it was resumed
	asked  bool
}

// look finds out whether the run has moved on from where it was resumed.
func (l *lostResume) look(ctx context.Context) (call.Verdict, error) {
	l.asked = true
	found, err := l.run.watch(ctx, false, func(s *RunState) bool { return !slices.ContainsFunc(s.Suspensions(), l.at.same) })
	switch {
	case err != nil:
		return call.Unsure, err
	case found != nil:
		return call.Done, nil
	case l.before.suspendsAgain(l.at):
		return call.Unsure, fmt.Errorf("step %s may suspend again, so its resume is not repeated", l.at.Step)
	}
	return call.NotDone, nil
}

// result is what the resume came to that ended with err.
func (l *lostResume) result(ctx context.Context, x *call.Exchange, err error) (*RunState, error) {
	err = publicError(err)
	own := l.asked && (errors.Is(err, ErrNotSuspended) || errors.Is(err, ErrConflict)) // the lost request has answered
	if err != call.ErrDone && !own {
		return nil, err
	}
	state, err := l.run.Wait(ctx)
	x.ReportAttempts()
	if err != nil {
		return nil, l.run.unknown(route.WorkflowResumeStream, x.Attempts(), err)
	}
	return state, nil
}
