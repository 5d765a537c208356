package stream

import (
	"cmp"
	"io"
)

// endState follows a stream's chunks and knows, when no more come, whether that
// was the end.
type endState struct {
	rule     EndRule
	terminal bool // EndDoneOrTerminal: the last chunk closed a segment; EndAfter: it is one of those
	finished bool // EndWorkflow: the last segment had its workflow-finish

	run       string // the run that the last chunk with a run id belonged to
	failures  []*RunError
	tripwires []error
}

// see takes note of a chunk.
func (e *endState) see(c *Chunk) {
	if c.RunID != "" {
		e.run = c.RunID
	}
	e.terminal = false
	switch c.Type {
	case TypeFinish:
		e.terminal = true
		e.finishRun(c)
	case TypeAbort, TypeToolCallApproval, TypeToolCallSuspended:
		e.terminal = true
	case TypeTripwire:
		e.terminal = true
		e.trip(c)
	case TypeError:
		e.fail(c)
	case TypeWorkflowStart:
		e.finished = false
	case TypeWorkflowFinish:
		e.finished = true
	}
	if e.rule.own() {
		e.terminal = e.rule.endsAfter(c)
	}
}

// fail remembers why a run failed; the last error of a run is the one that ended
// it.
func (e *endState) fail(c *Chunk) {
	if e.rule == EndEndless {
		return
	}
	failure := errorChunk(c).Err()
	failure.RunID = cmp.Or(failure.RunID, e.run)
	for i, known := range e.failures {
		if known.RunID == failure.RunID {
			e.failures[i] = failure
			return
		}
	}
	e.failures = append(e.failures, failure)
}

// finishRun forgets a run's failure if the run then finished for another reason:
// another model has answered.
func (e *endState) finishRun(c *Chunk) {
	if len(e.failures) == 0 {
		return
	}
	var v Finish
	if v.decode(c) != nil || v.Reason() == FinishError || v.Reason() == "" {
		return
	}
	for i, known := range e.failures {
		if known.RunID == e.run {
			e.failures = append(e.failures[:i], e.failures[i+1:]...)
			return
		}
	}
}

func (e *endState) trip(c *Chunk) {
	if e.rule == EndEndless {
		return
	}
	trip := &TripwireError{RunID: e.run}
	if v, ok := c.Value().(*Tripwire); ok {
		trip = v.Err()
		trip.RunID = cmp.Or(trip.RunID, e.run)
	}
	e.tripwires = append(e.tripwires, trip)
}

// outcome is what the chunks say about the run; nil if nothing went wrong.
func (e *endState) outcome() error {
	errs := append([]error(nil), e.tripwires...)
	for _, failure := range e.failures {
		errs = append(errs, failure)
	}
	return joinErrors(errs...)
}

// done is the end that [DONE] makes.
func (e *endState) done() error {
	if e.rule == EndWorkflow && !e.finished {
		return e.cut(nil)
	}
	return nil
}

// eof is the end of a stream whose bytes have ended; cause is io.EOF or why they
// could not be read, partial tells that something incomplete was left.
func (e *endState) eof(cause error, partial bool) error {
	if cause != io.EOF {
		return e.cut(cause)
	}
	switch {
	case partial:
	case e.rule == EndEOF:
		return nil
	case e.terminal && (e.rule == EndDoneOrTerminal || e.rule.own()):
		return nil
	case e.rule == EndWorkflow && e.finished:
		return nil
	}
	return e.cut(nil)
}

func (e *endState) cut(cause error) error {
	t := &truncated{cause: cause, missing: "[DONE]"}
	switch e.rule {
	case EndWorkflow:
		t.missing = TypeWorkflowFinish
	case EndEndless:
		t.missing = "it was closed"
	case EndEOF:
		t.missing = "its last event was whole"
	}
	return t
}
