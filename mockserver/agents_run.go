package mockserver

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// agentRun is one run of an agent: the loop of model call, tool calls and next
// model call. What happens is told as chunks to sink; generate and stream are
// two views of the same run.
type agentRun struct {
	srv   *Server
	agent *Agent
	id    string
	sink  func(chunk *js.Object)

	options    runOptions
	messages   *messageList
	messageID  string
	threadID   string
	resourceID string
	traceID    string
	spanID     string

	steps     []*agentStep
	records   []*js.Object // the steps as step-finish chunks list them
	modelFrom int          // the model of the list that answered last
	resumed   bool
	tripped   *js.Object // the tripwire's payload
	failure   error      // why the model failed
	pending   *pendingTool
	ended     bool
}

// runOptions are the options of one run.
type runOptions struct {
	maxSteps        int
	requireApproval bool
	clientTools     *js.Object
	activeTools     []string
	noTools         bool
	structured      *structuredOutput
	requestContext  *js.Object
	instructions    string
}

// agentStep is what one model call and its tools gave.
type agentStep struct {
	text, reasoningText        string
	reasoning, sources, files  []any
	toolCalls                  []*toolCallState
	callChunks, resultChunks   []any
	usage                      *js.Object
	reason                     string
	metadata                   *js.Object
	continued                  bool
	errored, threw             bool
	content, messages, uiParts []any
	object                     any
}

// toolCallState is a tool call of a step and how it ended.
type toolCallState struct {
	id, name      string
	args          any
	observability *js.Object
	result        any // Undefined as long as there is none
	err           *js.Object
	errText       string
	approval      *js.Object
	client        bool
}

func (t *toolCallState) json() *js.Object {
	o := js.Obj("toolCallId", t.id, "toolName", t.name, "args", t.args)
	if t.observability != nil {
		o.Set("observability", t.observability)
	}
	return o
}

// pendingTool is the tool call a run is suspended on.
type pendingTool struct {
	call          *toolCallState
	approval      bool
	payload       any
	resumeSchema  string
	suspendedStep *agentStep
}

func (r *agentRun) chunk(kind string, payload *js.Object) *js.Object {
	return js.Obj("type", kind, "runId", r.id, "from", "AGENT", "payload", payload)
}

func (r *agentRun) emit(kind string, payload *js.Object) { r.sink(r.chunk(kind, payload)) }

// run goes from the beginning to the end, or to a suspension.
func (r *agentRun) run(ctx context.Context) {
	if r.tripped = r.guard(ctx); r.tripped != nil {
		r.emit("tripwire", r.tripped)
		return
	}
	r.emit("start", js.Obj("id", r.agent.ID, "messageId", r.messageID))
	r.loop(ctx)
}

// guard asks the agent's input processor.
func (r *agentRun) guard(ctx context.Context) *js.Object {
	p := r.agent.Guard
	if p == nil {
		return nil
	}
	call := &ModelCall{Prompt: r.messages.prompt("")}
	return tripwireOf(p, p.Check(ctx, call.LastUserText()))
}

func tripwireOf(p *Processor, t *Tripwire) *js.Object {
	if t == nil {
		return nil
	}
	payload := js.Obj("reason", t.Reason)
	if t.Metadata != nil {
		if v, err := js.From(t.Metadata); err == nil {
			payload.Set("metadata", v)
		}
	}
	return payload.Set("processorId", p.ID)
}

// loop makes steps until one of them is the last.
func (r *agentRun) loop(ctx context.Context) {
	for {
		step, done := r.modelStep(ctx)
		if done {
			return
		}
		r.steps = append(r.steps, step)
		if !r.afterModel(ctx, step) {
			return
		}
	}
}

// afterModel runs the tools of a step and closes it; false ends the loop.
func (r *agentRun) afterModel(ctx context.Context, step *agentStep) bool {
	if ctx.Err() != nil {
		return false
	}
	if len(step.toolCalls) > 0 && !step.errored {
		if r.pending = r.runTools(ctx, step); r.pending != nil {
			r.suspend()
			return false
		}
		r.finishTools(step)
	}
	return r.closeStep(step)
}

// closeStep publishes the end of a step and, after the last one, of the run.
func (r *agentRun) closeStep(step *agentStep) bool {
	if r.options.maxSteps > 0 && len(r.steps) >= r.options.maxSteps {
		step.continued = false
	}
	r.snapshot(step)
	r.emit("step-finish", r.stepPayload(step, step.usage))
	if step.continued {
		return true
	}
	r.ended = true
	r.emit("finish", r.stepPayload(step, r.totalUsage(step)))
	return false
}

// snapshot keeps the conversation as it is at the end of a step, for generate.
func (r *agentRun) snapshot(step *agentStep) {
	responses := r.messages.of("response")
	step.messages = modelMessages(responses)
	step.uiParts = uiMessages(responses)
	step.content = stepContent(responses, len(r.steps))
}

// stepPayload is the payload of step-finish and finish.
func (r *agentRun) stepPayload(step *agentStep, usage *js.Object) *js.Object {
	result := js.Obj("reason", step.reason)
	if step.threw {
		result.Set("warnings", []any{})
	}
	result.Set("isContinued", step.continued)
	calls := []any{}
	for _, c := range step.toolCalls {
		calls = append(calls, c.json())
	}
	output := js.Obj("text", step.text, "toolCalls", calls, "usage", usage, "steps", js.Array(r.records))
	if step.object != nil {
		output.Set("object", step.object)
	}
	return js.Obj("messageId", r.messageID, "stepResult", result, "metadata", r.metadataOf(step), "output", output,
		"messages", js.Obj(
			"all", modelMessages(r.messages.list),
			"user", modelMessages(r.messages.of("input")),
			"nonUser", modelMessages(r.messages.of("response"))),
		"processorRetryCount", 0)
}

// metadataOf is a step's metadata: the response's and the model's.
func (r *agentRun) metadataOf(step *agentStep) *js.Object {
	return step.metadata.Clone().Set("modelMetadata", r.modelMetadata())
}

func (r *agentRun) model() ModelEntry { return r.agent.models()[r.modelFrom] }

func (r *agentRun) modelMetadata() *js.Object {
	return js.Obj("modelId", r.model().ID, "modelVersion", "v2", "modelProvider", r.agent.provider())
}

// totalUsage sums up the usage of every step.
func (r *agentRun) totalUsage(last *agentStep) *js.Object {
	total := js.Obj()
	for _, step := range r.steps {
		for _, key := range usageKeys {
			n, ok := step.usage.Num(key)
			if !ok && key != "reasoningTokens" || ok {
				before, _ := total.Num(key)
				total.Set(key, before+n)
			}
		}
	}
	if raw := last.usage.Obj("raw"); raw != nil {
		total.Set("raw", raw)
	}
	return total
}

var usageKeys = []string{"inputTokens", "outputTokens", "totalTokens", "reasoningTokens"}

func (u Usage) json() *js.Object {
	counts := func() *js.Object {
		return js.Obj("inputTokens", u.InputTokens, "outputTokens", u.OutputTokens, "totalTokens", u.InputTokens+u.OutputTokens,
			"reasoningTokens", js.Opt(u.ReasoningTokens))
	}
	return counts().Set("raw", counts())
}

// modelStep calls the model, and the next ones of the list where one fails. done
// ends the run without a step.
func (r *agentRun) modelStep(ctx context.Context) (step *agentStep, done bool) {
	if len(r.steps) > 0 && !r.resumed {
		r.openStep()
	}
	r.resumed = false
	if n := len(r.records); n > 0 {
		r.records[n-1] = r.records[n-1].Clone().Set("content", r.contentOfStep(n))
	}
	models := r.agent.models()
	for {
		m := &modelRun{agentRun: r, entry: models[r.modelFrom], startedAt: nowMillis()}
		err := m.call(ctx)
		if ctx.Err() != nil {
			r.keepPartial(m)
			return nil, true
		}
		if r.tripped != nil {
			r.sink(js.Obj("type", "tripwire", "payload", r.tripped))
			return nil, true
		}
		if err != nil && r.modelFrom < len(models)-1 {
			r.modelFrom++
			continue
		}
		return r.closeModel(m, err), false
	}
}

// openStep marks in the last answer where the next step begins.
func (r *agentRun) openStep() {
	last := r.messages.list[len(r.messages.list)-1]
	if last.Str("role") == "assistant" && last.Str("id") == r.messageID {
		last.addPart(js.Obj("type", "step-start", "createdAt", nowMillis(), "model", r.agent.provider()+"/"+r.model().ID))
	}
}

func (r *agentRun) contentOfStep(n int) []any {
	return stepContent(r.messages.of("response"), n)
}

// closeModel turns what the model sent into a step.
func (r *agentRun) closeModel(m *modelRun, err error) *agentStep {
	step := &agentStep{
		text: m.text, reasoningText: m.reasoningText, reasoning: m.reasoning, sources: m.sources, files: m.files,
		toolCalls: m.calls, callChunks: m.callChunks, metadata: m.metadata, usage: m.usage.json(), object: m.object,
	}
	if err != nil {
		r.failure = err
		step.errored, step.threw, step.reason, step.usage = true, !m.touched, "error", js.Obj()
		r.emitError(err, step.threw)
	} else {
		step.reason = "stop"
		if len(m.calls) > 0 {
			step.reason, step.continued = "tool-calls", true
		}
	}
	if err == nil {
		r.remember(m.parts)
	}
	responses := r.messages.of("response")
	record := js.Obj("content", stepContent(responses, len(r.steps)+1), "finishReason", js.When(step.errored, "error"), "usage", step.usage,
		"warnings", []any{}, "response", step.metadata.Clone().Set("messages", modelMessages(responses)))
	r.records = append(r.records, record)
	return step
}

// remember adds the parts of an answer to the conversation.
func (r *agentRun) remember(parts []any) {
	if len(parts) == 0 {
		return
	}
	r.messages.addResponse(r.messageID, parts, textOfParts(js.Obj("parts", parts), "\n"),
		js.Obj("modelId", r.model().ID, "provider", r.agent.provider(), "traceId", r.traceID), r.threadID, r.resourceID)
}

// keepPartial keeps what a model had said when its run was aborted.
func (r *agentRun) keepPartial(m *modelRun) {
	r.remember(m.closeParts())
	r.saveMemory()
}

func (r *agentRun) emitError(err error, threw bool) {
	payload := js.Obj()
	if threw {
		payload.Set("type", "error")
	}
	r.emit("error", payload.Set("error", js.Obj("message", err.Error(), "name", "Error", "stack", stackOf(err))))
}

// stackOf is a stack trace such as a JavaScript server leaks.
func stackOf(err error) string {
	return "Error: " + err.Error() + "\n    at doStream (file:///srv/mastra/mock.mjs:1:1)"
}

var errAborted = errors.New("aborted")
