package mockserver

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// refusedAnswer is the error of an answer that came to its end and is not taken.
// What the model said is kept.
type refusedAnswer struct {
	message, code string
	details       *js.Object
	cause         *js.Object // nil for none
	// finish is the model's finish reason where that is what is wrong.
	finish FinishReason
}

func (e *refusedAnswer) Error() string { return e.message }

// isNameless tells whether the list of steps does not call the step failed: it
// does not repeat the model's own reason.
func (e *refusedAnswer) isNameless() bool { return e != nil && e.finish == FinishError }

// thrown is an error as the server tells it: one of its own, or one that was thrown.
func thrown(err error) *js.Object {
	var refused *refusedAnswer
	if errors.As(err, &refused) && refused.code != "" {
		return js.Obj("message", refused.message, "domain", "AGENT", "category", "SYSTEM", "code", refused.code, "details", refused.details,
			"cause", js.When(refused.cause != nil, refused.cause))
	}
	return js.Obj("message", err.Error(), "name", errorName(err), "stack", stackOf(err)).Merge(detailsOf(err))
}

func (e *refusedAnswer) chunk(r *agentRun) *js.Object {
	payload := js.Obj("error", thrown(e))
	if e.finish != "" {
		return r.chunk("error", payload)
	}
	return js.Obj("from", "AGENT", "runId", r.id, "type", "error", "payload", payload)
}

// terminal are the finish reasons after which the model is not asked again, and
// cutting those after which it is not even where it has called tools.
var (
	terminal = []FinishReason{FinishStop, FinishError, FinishLength, FinishContentFilter}
	cutting  = []FinishReason{FinishError, FinishLength, FinishContentFilter}
)

// conclude says how an answer ended: the finish reason, and whether the model is asked
// again once its tools have run. An answer that ended with an error, or empty for
// no reason, is refused.
func (m *modelRun) conclude() (reason FinishReason, continued bool, err error) {
	called := len(m.calls) > 0
	switch reason = m.finish; {
	case reason == "" && called:
		reason = FinishToolCalls
	case reason == "":
		reason = FinishStop
	case reason == "unknown":
		reason = FinishOther
	}
	if m.durable() { // which looks at the calls alone, and refuses nothing
		return reason, called && reason != FinishStop, nil
	}
	complaint := ""
	switch {
	case reason == FinishError:
		complaint = "but no error payload was provided"
	case reason == FinishOther && len(m.parts) == 0:
		complaint = "without producing any output"
	default:
		return reason, !slices.Contains(terminal, reason) || called && !slices.Contains(cutting, reason), nil
	}
	return reason, false, &refusedAnswer{message: fmt.Sprintf("Agent stream finished with finishReason %q %s", reason, complaint),
		code: "AGENT_STREAM_ERROR", details: js.Obj("runId", m.id), finish: reason}
}
