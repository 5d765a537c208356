package mockserver

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// network is an agent that hands a task to its agents and tools, one after the
// other, until its model says that the task is complete.
type network struct {
	srv                  *Server
	agent                *Agent
	runID                string
	threadID, resourceID string
	task                 string
	options              runOptions
	last                 int        // the iteration after which it ends anyway
	answer               *js.Object // the client's, for what waits; nil once it is used
	sink                 func(*js.Object)
	usage                Usage
	broken               error // no model can be asked
}

// errNoRoute ends a network that leads nowhere. Clients are not told.
var errNoRoute = errors.New("no such primitive")

const noNetworkMemory = "Memory is required for the agent network to function properly. Please configure memory for the agent."

func (s *Server) runNetwork(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	messages := c.body.Get("messages")
	if messages == "" {
		return missing("messages")
	}
	memory := c.body.Obj("memory")
	if memory != nil && memory.Str("resource") == "" {
		return badRequest(noResource)
	}
	if a.Memory == nil {
		return badRequest(noNetworkMemory)
	}
	n := &network{srv: s, agent: a, runID: c.body.Str("runId"), options: runOptions{requestContext: c.requestContext}, resourceID: a.ID, last: 1}
	if steps, ok := c.body.Num("maxSteps"); ok {
		n.last = whole(steps)
	}
	if n.runID == "" {
		n.runID = newID()
	}
	n.threadID = n.runID
	if memory != nil {
		n.threadID, n.resourceID = memory.Str("thread"), memory.Str("resource")
		if o := memory.Obj("thread"); o != nil {
			n.threadID = o.Str("id")
		}
	}
	n.openThread()
	if err := n.begin(messages); err != nil {
		return err
	}
	return c.streamNetwork(n, n.run)
}

// streamNetwork streams what a network does.
func (c *call) streamNetwork(n *network, work func(context.Context) error) error {
	w := c.sse()
	n.sink = func(chunk *js.Object) { _ = w.chunk(chunk) }
	_ = work(c.ctx())
	if c.ctx().Err() != nil {
		return nil
	}
	return w.done()
}

// openThread makes the network's thread. One that is there belongs to whom it
// belongs.
func (n *network) openThread() {
	if t := n.srv.memory.thread(n.threadID); t != nil {
		n.resourceID = t.resourceID
		return
	}
	at := now()
	n.srv.memory.saveThread(thread{id: n.threadID, resourceID: n.resourceID, title: "New Thread " + js.ISO(at), created: at, updated: at})
}

// begin keeps what the client sent and finds the task in it.
func (n *network) begin(messages any) error {
	if text, ok := messages.(string); ok {
		n.task = text
		n.save("user", text, nil)
		return nil
	}
	list := newChat(n.threadID, n.resourceID)
	if err := list.add(messages, fromInput); err != nil {
		return err
	}
	n.broken = list.checkRoles()
	r := &agentRun{srv: n.srv, agent: n.agent, threadID: n.threadID, resourceID: n.resourceID, messages: list}
	r.saveMemory()
	if k := len(list.list); k > 0 {
		n.task = textOfParts(list.list[k-1].content(), "\n")
	}
	return nil
}

// save keeps a message of the network's own.
func (n *network) save(role, text string, metadata *js.Object) {
	content := js.Obj("parts", []any{js.Obj("type", "text", "text", text)}, "format", 2)
	if metadata != nil {
		content.Set("metadata", metadata)
	}
	n.srv.memory.saveMessages([]storedMessage{{id: newID(), role: role, threadID: n.threadID, resourceID: n.resourceID, kind: "text", content: content, created: now()}})
}

func (n *network) emit(kind string, payload *js.Object) {
	n.sink(js.Obj("type", kind, "payload", payload, "from", "NETWORK", "runId", n.runID))
}

// decision is what the model decided on, in one iteration.
type decision struct {
	id, kind, prompt, reason string
	done                     bool
	data                     *js.Object // as later chunks repeat it
	context                  []any      // what agents see of the conversation
}

// run goes from decision to decision.
func (n *network) run(ctx context.Context) error {
	return n.decideFrom(ctx, 0, js.Obj("task", n.task, "primitiveId", "", "primitiveType", "none", "iteration", 0, "threadResourceId", n.resourceID,
		"threadId", n.threadID, "isOneOff", false, "verboseIntrospection", true))
}

// decideFrom decides on what came before, until nothing is left to decide.
func (n *network) decideFrom(ctx context.Context, i int, input *js.Object) error {
	for ; input != nil; i++ {
		d, err := n.decide(ctx, i, input)
		if err != nil {
			return err
		}
		if input, err = n.follow(ctx, i, d); err != nil {
			return err
		}
	}
	return nil
}

// follow does what was decided and gives what the next decision is made on; nil
// where the task is complete.
func (n *network) follow(ctx context.Context, i int, d *decision) (*js.Object, error) {
	result, err := n.perform(ctx, i, d)
	if err != nil {
		return nil, err
	}
	verdict, err := n.judge(ctx, i, d, result)
	if err != nil {
		return nil, err
	}
	if verdict.text != "" && verdict.passed {
		result = verdict.text
	}
	out := js.Obj("task", n.task, "isComplete", verdict.passed)
	if verdict.passed {
		out.Set("completionReason", verdict.reason)
	}
	atEnd := n.last > 0 && i >= n.last
	if atEnd {
		out.Set("completionReason", "Max iterations reached: "+js.Number(float64(n.last)))
	}
	out.Set("result", result).Set("primitiveId", d.id).Set("primitiveType", d.kind).Set("iteration", i).Set("isOneOff", false).
		Set("threadId", n.threadID).Set("threadResourceId", n.resourceID).Set("validationPassed", verdict.passed)
	if !verdict.passed {
		out.Set("validationFeedback", verdict.feedback)
	}
	if verdict.passed || atEnd {
		usage := n.usage.json()
		n.emit("network-execution-event-finish", out.Set("usage", js.Obj("inputTokens", usage.Get("inputTokens"), "outputTokens", usage.Get("outputTokens"),
			"totalTokens", usage.Get("totalTokens"), "cachedInputTokens", 0, "cacheCreationInputTokens", 0, "reasoningTokens", n.usage.ReasoningTokens)))
		return nil, nil
	}
	return out.Set("iteration", i+1), nil
}

// ask lets the agent's model answer with an object.
func (n *network) ask(ctx context.Context, r *agentRun) (*js.Object, error) {
	r.srv, r.agent, r.tools = n.srv, n.agent.forNetwork(), n.agent.forNetwork()
	r.id, r.messageID, r.traceID, r.spanID, r.whole = newID(), newID(), newTraceID(), newSpanID(), true
	r.options.requestContext, r.options.maxSteps = n.options.requestContext, 1
	if err := r.chooseModels(); err != nil {
		return nil, err
	}
	r.run(ctx)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.failure != nil || len(r.steps) == 0 {
		return nil, errors.Join(errNoRoute, r.failure)
	}
	object, _ := r.steps[len(r.steps)-1].object.(*js.Object)
	if object == nil {
		return nil, errNoRoute
	}
	return object, nil
}

// forNetwork is the agent as it decides: without what it decides between.
func (a *Agent) forNetwork() *Agent {
	return &Agent{ID: a.ID, Instructions: a.Instructions, Provider: a.Provider, ModelID: a.ModelID, Model: a.Model, Models: a.Models}
}

func (n *network) count(r *agentRun) *js.Object {
	if len(r.steps) == 0 {
		return js.Obj()
	}
	usage := r.totalUsage()
	for key, sum := range map[string]*int{"inputTokens": &n.usage.InputTokens, "outputTokens": &n.usage.OutputTokens, "reasoningTokens": &n.usage.ReasoningTokens} {
		count, _ := usage.Num(key)
		*sum += int(count)
	}
	return usage
}

// decide asks the model who is to do what.
func (n *network) decide(ctx context.Context, i int, input *js.Object) (*decision, error) {
	stepID := newID()
	n.sink(js.Obj("type", "routing-agent-start", "payload", js.Obj("networkId", n.agent.ID, "agentId", "routing-agent", "runId", stepID, "inputData", input),
		"runId", n.runID, "from", "NETWORK"))
	if n.broken != nil {
		return nil, n.broken
	}
	r := &agentRun{sink: func(*js.Object) {}, messages: &chat{system: []string{n.choices()}}, threadID: n.threadID, resourceID: n.resourceID}
	r.options.structured = &structuredOutput{schema: routingSchema()}
	r.agent, r.srv = n.agent, n.srv
	r.recall()
	remembered := r.messages.of(fromMemory)
	r.threadID, r.resourceID = "", ""
	object, err := n.ask(ctx, r)
	if err != nil {
		return nil, err
	}
	said := []any{}
	for _, m := range remembered {
		if m.content().Obj("metadata").Str("mode") != "network" && (m.Str("role") == "user" || m.Str("role") == "signal") {
			said = append(said, storedOrder(m))
		}
	}
	data := js.Obj("task", n.task, "result", "", "primitiveId", object.Str("primitiveId"), "primitiveType", object.Str("primitiveType"), "prompt", object.Str("prompt"),
		"isComplete", false, "selectionReason", object.Str("selectionReason"), "iteration", i, "runId", stepID, "conversationContext", said)
	d := decisionOf(data)
	if d.done {
		data.Set("result", d.reason).Set("isComplete", true)
	}
	n.emit("routing-agent-end", data.Clone().Set("usage", n.count(r)))
	return d, nil
}

// decisionOf reads a decision as chunks tell it.
func decisionOf(data *js.Object) *decision {
	d := &decision{id: data.Str("primitiveId"), kind: data.Str("primitiveType"), prompt: data.Str("prompt"), reason: data.Str("selectionReason"),
		data: data, context: data.Arr("conversationContext")}
	d.done = d.id == "none" && d.kind == "none"
	return d
}

func storedOrder(m *chatMessage) *js.Object {
	o := js.Obj()
	for _, key := range []string{"id", "content", "role", "createdAt", "threadId", "resourceId", "type"} {
		o.Set(key, valueOf(m.Object, key))
	}
	return o
}

func routingSchema() *js.Object {
	text := func() *js.Object { return js.Obj("type", "string") }
	kinds := js.Obj("type", "string", "enum", js.Strings([]string{"agent", "workflow", "none", "tool"}))
	return js.Obj("type", "object", "properties", js.Obj("primitiveId", text(), "primitiveType", kinds, "prompt", text(), "selectionReason", text()),
		"required", js.Strings([]string{"primitiveId", "primitiveType", "prompt", "selectionReason"}))
}

// choices tells the model what there is.
func (n *network) choices() string {
	text := "Answer with JSON: primitiveId, primitiveType (agent, tool or none), prompt, selectionReason. There are:"
	for _, sub := range n.agent.Agents {
		text += "\nagent " + sub.ID + ": " + sub.Description
	}
	for _, t := range n.agent.Tools {
		text += "\ntool " + t.id + ": " + t.description
	}
	return text
}
