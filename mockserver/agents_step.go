package mockserver

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// modelStep calls the model, and the next ones of the list where one fails. done
// ends the run without a step.
func (r *agentRun) modelStep(ctx context.Context) (step *agentStep, done bool) {
	if len(r.steps) > 0 && r.durable() {
		r.seal()
	} else if len(r.steps) > 0 && !r.resumed {
		r.messages.openStep()
		r.nameModel()
	}
	r.resumed = false
	if n := len(r.records); n > 0 {
		r.records[n-1] = r.records[n-1].Clone().Set("content", r.messages.stepContent(n))
	}
	models := r.models()
	for {
		m := &modelRun{agentRun: r, ctx: ctx, entry: r.model(), startedAt: nowMillis(), quiet: r.modelFrom < len(models)-1}
		err := m.call(ctx)
		if late := expired(ctx); late != nil {
			r.expire(late)
			return nil, true
		}
		if ctx.Err() != nil {
			r.keepPartial(m)
			if r.durable() {
				r.abortDurable(m.text)
			}
			return nil, true
		}
		if r.tripped != nil {
			r.before = r.messages.of(fromResponse)
			r.remember(m.parts)
			r.send(js.Obj("type", "tripwire", "payload", r.tripped))
			return nil, true
		}
		if err != nil && r.modelFrom < len(models)-1 {
			r.modelFrom++
			continue
		}
		return r.closeModel(m, err), false
	}
}

// closeModel turns what the model sent into a step.
func (r *agentRun) closeModel(m *modelRun, err error) *agentStep {
	step := &agentStep{
		text: m.text, reasoningText: m.reasoningText, reasoning: m.reasoning, sources: m.sources, files: m.files,
		toolCalls: m.calls, callChunks: m.callChunks, metadata: m.metadata, usage: m.usage.json(), object: m.object, fallback: m.fallback, model: r.modelMetadata(), span: m.stepSpan,
	}
	if err == nil {
		var reason FinishReason
		reason, step.continued, err = m.conclude()
		step.reason = string(reason)
	}
	var refused *refusedAnswer
	if err == nil || errors.As(err, &refused) {
		r.remember(m.parts)
		r.rememberObject(m.object)
	}
	if err != nil {
		r.failure = err
		step.errored, step.reason, step.continued = true, string(FinishError), false
		r.messages.addError(r.messageID, err)
		if refused != nil {
			r.send(refused.chunk(r))
		} else {
			step.threw, step.usage = !m.touched, js.Obj()
			r.emitError(err, step.threw)
			if errors.As(err, &unresolved{}) {
				step.threw = false // it was not called
			}
		}
	}
	record := js.Obj("content", r.messages.stepContent(len(r.steps)+1), "finishReason", js.When(step.errored && !refused.isNameless(), FinishError), "usage", step.usage,
		"warnings", []any{}, "request", r.request(), "response", step.metadata.Clone().Set("messages", r.messages.responses()))
	r.records = append(r.records, record)
	return step
}

func (r *agentRun) emitError(err error, threw bool) {
	payload := js.Obj()
	if r.durable() {
		r.emit("error", payload.Set("error", js.Obj("message", err.Error(), "stack", stackOf(err), "name", errorName(err))))
		return
	}
	if threw {
		payload.Set("type", "error")
	}
	r.emit("error", payload.Set("error", thrown(err)))
}

// stackOf is a stack trace such as a JavaScript server leaks.
func stackOf(err error) string {
	return "Error: " + err.Error() + "\n    at doStream (file:///srv/mastra/mock.mjs:1:1)"
}

var errAborted = errors.New("aborted")
