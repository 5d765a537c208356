package mockserver

import (
	"cmp"
	"context"
	"strings"
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// agentRun is one run of an agent: the loop of model call, tool calls and next
// model call. What happens is told as chunks to sink; generate and stream are
// two views of the same run.
type agentRun struct {
	srv   *Server
	agent *Agent
	// tools is the agent whose tools are called: the one that began the run, also
	// where another one resumes it.
	tools  *Agent
	id     string
	parent *agentRun // the run that called this one as a sub-agent
	inner  bool      // its chunks stand within those of a sub-agent's caller, a network or a workflow
	sinkMu sync.Mutex
	sink   func(chunk *js.Object)

	options    runOptions
	messages   *chat
	messageID  string
	threadID   string
	resourceID string
	readOnly   bool // the thread is read and not written
	noNotes    bool // the working memory is off
	// lastMessages is how many messages of the thread the client wants to be
	// remembered: 0 as many as the agent does, -1 none.
	lastMessages int
	traceID      string
	spanID       string
	// whole is set where the client gets the result at once and no stream.
	whole bool
	// begunWhole is whole of the run that this one goes on with.
	begunWhole bool

	steps     []*agentStep
	records   []*js.Object // the steps as step-finish chunks list them
	choices   []modelChoice
	modelFrom int  // the one of them that answered last
	resumed   bool // the next step begins a message of its own
	resuming  bool // the step that closes was begun before the suspension
	// resumedOnce tells that the run was resumed, called that it has asked a model
	// since it was begun or resumed.
	resumedOnce, called bool
	resumedFrom         string     // the span of the run before it was resumed
	tripped             *js.Object // the tripwire's payload
	// before is the answers of the steps before the one that a tripwire ended. What
	// was said in that one is in the conversation and not in the response.
	before   []*chatMessage
	failure  error // why the model failed
	pending  *pendingTool
	active   *activeRun // of a run that streams on a thread
	cut      *js.Object // the payload of the finish of a run that was aborted
	objects  *objectStream
	loopSpan string       // the parent of its model calls in the trace
	record   *durableRun  // of a durable agent whose run streams
	late     []*js.Object // what follows the end of a durable run
	ended    bool
	answer   ending
}

// ending is the answer as it was at the end.
type ending struct {
	messages, shown []any
	text            string
	spoke           bool
}

// defaultMaxSteps is how many steps a run has where the client says nothing.
const defaultMaxSteps = 5

// isLast tells whether a run may make no more than so many steps. A limit below
// zero is never reached.
func (r *agentRun) isLast(steps int) bool {
	limit := cmp.Or(r.options.maxSteps, defaultMaxSteps)
	return limit > 0 && steps >= limit
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
	scored          bool // the data of scorers is wanted
	timeouts        timeouts
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
	cut                        bool // it would have continued but for the limit
	content, messages, uiParts []any
	responses                  []*chatMessage
	model                      *js.Object
	object                     any
	fallback                   bool
	span                       *js.Object
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
	told          bool       // a durable run has published the result
	metadata      *js.Object // the provider metadata of the result
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
	// delegated is the run of the sub-agent that the call waits for, and asked the
	// call of that agent which a client that follows the run is to approve.
	delegated string
	asked     *toolCallState
}

// asks is the call that the client is asked about, and whether it is to approve it.
func (p *pendingTool) asks() (call *toolCallState, approval bool) {
	if p.asked != nil {
		return p.asked, true
	}
	return p.call, p.approval
}

func (r *agentRun) chunk(kind string, payload *js.Object) *js.Object {
	return js.Obj("type", kind, "runId", r.id, "from", "AGENT", "payload", payload)
}

// send hands a chunk to the sink; tools that run side by side may send too.
func (r *agentRun) send(chunk *js.Object) {
	r.sinkMu.Lock()
	defer r.sinkMu.Unlock()
	r.sink(chunk)
	r.active.publish(chunk)
}

func (r *agentRun) emit(kind string, payload *js.Object) { r.send(r.chunk(kind, payload)) }

// run goes from the beginning to the end, or to a suspension.
func (r *agentRun) run(ctx context.Context) {
	ctx, end := r.options.timeouts.ofRun(ctx)
	defer end()
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
	var texts []string
	for _, m := range r.messages.of(fromInput) {
		texts = append(texts, textOfParts(m.content(), " "))
	}
	return tripwireOf(p, p.check(ctx, strings.Join(texts, "\n")))
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
		r.takeSignals(r.active.take(false))
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
	if len(step.toolCalls) > 0 && !(step.errored && r.durable()) {
		r.pending = r.runTools(ctx, step)
		if err := expired(ctx); err != nil {
			r.expire(err)
			return false
		}
		if r.pending != nil {
			if r.durable() {
				r.tellResults(step)
			}
			r.suspend()
			return false
		}
		r.finishTools(step)
	}
	return r.closeStep(step)
}

// closeStep publishes the end of a step and, after the last one, of the run.
func (r *agentRun) closeStep(step *agentStep) bool {
	if !r.durable() && r.isLast(len(r.steps)) {
		step.cut, step.continued = true, false
	}
	r.snapshot(step)
	if r.durable() {
		return r.closeDurableStep(step)
	}
	payload := r.stepPayload(step, step.usage)
	if !step.cut && !step.errored && r.interrupt(step) {
		payload = r.stepPayload(step, step.usage)
		payload.Obj("stepResult").Set("messageId", r.messageID)
	}
	r.emit("step-finish", payload)
	if step.continued {
		return true
	}
	r.saveMemory() // who sees the end sees the messages too
	r.ended = true
	payload = r.stepPayload(step, r.totalUsage())
	r.answer = ending{messages: r.messages.responses(), shown: shown(r.messages.of(fromResponse))}
	r.answer.text, r.answer.spoke = r.messages.lastSaid()
	if r.processesOutput() {
		payload.Set("response", r.metadataOf(step).Set("messages", r.answer.messages).Set("uiMessages", r.answer.shown))
	}
	r.messages.addAgain()
	r.emit("finish", payload)
	return false
}

// processesOutput tells whether output processors run: the agent's own, or those
// of its memory.
func (r *agentRun) processesOutput() bool {
	return r.agent.Memory != nil && r.lastMessages >= 0 || r.agent.Gate != nil || r.inheritsMemory()
}

// inheritsMemory tells whether the run is a sub-agent's to which the memory above is
// lent.
func (r *agentRun) inheritsMemory() bool {
	return r.parent != nil && r.parent.agent.Memory != nil && r.parent.threadID == ""
}

// snapshot keeps the conversation as it is at the end of a step, for generate.
func (r *agentRun) snapshot(step *agentStep) {
	step.responses = r.messages.of(fromResponse)
	step.messages = r.messages.responses()
	step.uiParts = shown(step.responses)
	step.content = r.messages.lastStepContent()
}

// stepPayload is the payload of step-finish and finish.
func (r *agentRun) stepPayload(step *agentStep, usage *js.Object) *js.Object {
	result := js.Obj("reason", step.reason)
	if step.threw || r.resuming && r.begunWhole {
		result.Set("warnings", []any{})
	}
	result.Set("isContinued", step.continued)
	messages := r.messages.views()
	calls := []any{}
	for _, c := range step.toolCalls {
		calls = append(calls, c.json())
	}
	output := js.Obj("text", step.text, "toolCalls", calls, "usage", usage, "steps", js.Array(r.records))
	if step.object != nil {
		output.Set("object", step.object)
	}
	payload := js.Obj("messageId", r.messageID, "stepResult", result, "metadata", r.metadataOf(step).Set("request", r.request()), "output", output)
	if r.resuming {
		r.resuming = false
		result.Set("messageId", r.messageID)
		return payload.Set("processorRetryCount", 0).Set("messages", messages)
	}
	return payload.Set("messages", messages).Set("processorRetryCount", 0)
}

// metadataOf is a step's metadata: the response's and the model's.
func (r *agentRun) metadataOf(step *agentStep) *js.Object {
	return step.metadata.Clone().Set("modelMetadata", step.model)
}

// request is the request that a step's metadata names: only chunks at the top of
// a stream are cleared of it.
func (r *agentRun) request() any { return js.When(r.inner && !r.resuming, js.Obj()) }

func (r *agentRun) modelMetadata() *js.Object {
	return js.Obj("modelId", r.model().model, "modelVersion", "v2", "modelProvider", r.model().provider)
}

// totalUsage sums up the usage of every step; the raw one is the last there is.
func (r *agentRun) totalUsage() *js.Object {
	total := js.Obj()
	var raw *js.Object
	for _, step := range r.steps {
		for i, key := range usageKeys {
			n, ok := step.usage.Num(key)
			if ok || i < 3 {
				before, _ := total.Num(key)
				total.Set(key, before+n)
			}
		}
		if own := step.usage.Obj("raw"); own != nil {
			raw = own
		}
	}
	if raw != nil {
		total.Set("raw", raw)
	}
	return total
}

// usageKeys are the counts of a usage; the first three of them are always told.
var usageKeys = []string{"inputTokens", "outputTokens", "totalTokens", "reasoningTokens", "cachedInputTokens"}

func (u Usage) json() *js.Object {
	counts := func() *js.Object {
		return js.Obj("inputTokens", u.InputTokens, "outputTokens", u.OutputTokens, "totalTokens", u.InputTokens+u.OutputTokens,
			"reasoningTokens", js.Opt(u.ReasoningTokens), "cachedInputTokens", js.Opt(u.CachedInputTokens))
	}
	return counts().Set("raw", counts())
}
