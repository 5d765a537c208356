package mockserver

import (
	"context"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// verdict is whether the task is complete.
type verdict struct {
	passed                 bool
	reason, text, feedback string
}

// judge asks the model whether the task is complete. What it gives as the final
// answer streams.
func (n *network) judge(ctx context.Context, i int, d *decision, result any) (verdict, error) {
	n.emit("network-validation-start", js.Obj("runId", n.runID, "iteration", i, "checksCount", 1))
	n.emit("routing-agent-text-start", js.Obj("runId", newID()))
	began := time.Now()
	told := ""
	r := &agentRun{messages: newChat("", "")}
	r.sink = func(chunk *js.Object) {
		if chunk.Str("type") != "object" {
			return
		}
		text := chunk.Obj("object").Str("finalResult")
		if chunk.Obj("object").Bool("isComplete") && js.Length(text) > js.Length(told) {
			n.emit("routing-agent-text-delta", js.Obj("text", js.Slice(text, js.Length(told))))
			told = text
		}
	}
	own := zod.Object(zod.P("isComplete", zod.Boolean()), zod.P("completionReason", zod.String()), zod.P("finalResult", zod.String().Optional()))
	r.options.structured = &structuredOutput{schema: verdictSchema(), own: &own}
	prompt := "Is the task complete? Answer with JSON: isComplete, completionReason, finalResult.\nThe " + d.kind + " " + d.id + " has given: " +
		js.String(result) + "\nOriginal task: " + n.task
	if err := r.messages.add(prompt, fromInput); err != nil {
		return verdict{}, err
	}
	object, err := n.ask(ctx, r)
	if ctx.Err() != nil {
		return verdict{}, ctx.Err()
	}
	took := float64(time.Since(began).Milliseconds())
	v := verdict{passed: object.Bool("isComplete"), reason: object.Str("completionReason"), text: object.Str("finalResult")}
	score := 0
	if v.passed {
		score = 1
	}
	check := js.Obj("score", score, "passed", v.passed, "reason", v.reason)
	if err != nil {
		cause := err
		if r.failure != nil {
			cause = r.failure
		}
		v.reason = "LLM completion check failed: " + cause.Error()
		check.Set("reason", v.reason)
	} else {
		check.Set("finalResult", valueOf(object, "finalResult"))
	}
	check.Set("scorerId", "default-completion").Set("scorerName", "Default LLM Completion").Set("duration", took)
	if v.passed && v.text != "" {
		n.save("assistant", v.text, nil)
	}
	atEnd := n.last > 0 && i >= n.last
	n.emit("network-validation-end", js.Obj("runId", n.runID, "iteration", i, "passed", v.passed, "results", []any{check}, "duration", took, "timedOut", false,
		"reason", v.reason, "maxIterationReached", atEnd, "suppressFeedback", false))
	v.feedback = feedback(v, score, took, atEnd)
	n.save("assistant", v.feedback, js.Obj("mode", "network", "completionResult", js.Obj("passed", v.passed, "suppressFeedback", false)))
	return v, nil
}

func verdictSchema() *js.Object {
	text := func() *js.Object { return js.Obj("type", "string") }
	return js.Obj("type", "object", "properties", js.Obj("isComplete", js.Obj("type", "boolean"), "completionReason", text(), "finalResult", text()),
		"required", js.Strings([]string{"isComplete", "completionReason"}))
}

// feedback is the verdict as the conversation keeps it.
func feedback(v verdict, score int, took float64, atEnd bool) string {
	overall, mark, then := "❌ NOT COMPLETE", "❌", "🔄 Will continue working on the task."
	switch {
	case v.passed:
		overall, mark, then = "✅ COMPLETE", "✅", "✅ The task is complete."
	case atEnd:
		then = "⚠️ Max iterations reached."
	}
	text := "#### Completion Check Results\n\nOverall: " + overall + "\nDuration: " + js.Number(took) + "ms\n\n###### Default LLM Completion (default-completion)\nScore: " +
		js.Number(float64(score)) + " " + mark + "\n"
	if v.reason != "" {
		text += "Reason: " + v.reason + "\n"
	}
	return text + "\n\n\n" + then
}
