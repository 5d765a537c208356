package mockserver

import (
	"math"
	"regexp"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// traceID is what a trace's id looks like.
var traceID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// newRun reads the body of generate and stream and makes a run of it.
func (c *call) newRun() (*agentRun, error) {
	a, err := c.agent()
	if err != nil {
		return nil, err
	}
	messages := c.body.Get("messages")
	if messages == "" {
		return nil, missing("messages")
	}
	r := &agentRun{
		srv: c.srv, agent: a, tools: a, id: c.body.Str("runId"), options: c.runOptions(),
		messageID: newID(), traceID: newTraceID(), spanID: newSpanID(),
	}
	if r.id == "" {
		r.id = newID()
	}
	if id := c.body.Obj("tracingOptions").Str("traceId"); traceID.MatchString(id) {
		r.traceID = id
	}
	if err := c.chooseModels(r); err != nil {
		return nil, err
	}
	if err := c.useMemory(r); err != nil {
		return nil, err
	}
	r.converse()
	r.messages.pending = !r.durable() && c.body.Obj("memory").Obj("options").Get("filterIncompleteToolCalls") == false
	if err := c.addSystem(r); err != nil {
		return nil, err
	}
	if err := r.messages.add(messages, fromInput); err != nil {
		return nil, err
	}
	r.recall()
	if processed := a.Memory != nil || a.Guard != nil; processed && !r.messages.isDated() {
		return nil, said("[Agent:%s] - Input processor error", a.ID)
	}
	if err := r.messages.checkRoles(); err != nil {
		return nil, err
	}
	if err := r.options.checkSchemas(); err != nil {
		if !a.Durable {
			return nil, err
		}
		r.options.clientTools = nil // a durable run does without
	}
	return r, nil
}

// checkSchemas looks for a schema of a client tool that is a value, but no object.
func (o *runOptions) checkSchemas() error {
	for _, tool := range o.clientTools.Members() {
		definition, _ := tool.Value.(*js.Object)
		for _, name := range []string{"inputSchema", "outputSchema"} {
			schema := definition.Get(name)
			if text, ok := schema.(string); ok && text != "" {
				return said("Cannot use 'in' operator to search for 'jsonSchema' in %s", text)
			}
			switch schema.(type) {
			case bool, float64:
				if truthy(schema) {
					return said("Cannot use 'in' operator to search for 'jsonSchema' in %s", js.String(schema))
				}
			}
		}
	}
	return nil
}

// addSystem adds the system messages and the context of the request.
func (c *call) addSystem(r *agentRun) error {
	instructions, err := systemTexts(c.body.Get("instructions"))
	if err != nil {
		return err
	}
	if len(instructions) > 0 {
		r.options.instructions, r.messages.system = instructions[0], instructions[1:]
	}
	if v := c.body.Get("context"); truthy(v) {
		if err := r.messages.add(v, fromContext); err != nil {
			return err
		}
	}
	system, err := systemTexts(c.body.Get("system"))
	if !r.durable() {
		r.messages.tagged = system
		return err
	}
	for _, text := range system {
		r.messages.addSystemText(text)
	}
	return err
}

// systemTexts are the texts of what a client gives as system messages, each but
// once.
func systemTexts(v any) ([]string, error) {
	var out []string
	for _, one := range listOf(v) {
		if !truthy(one) {
			continue
		}
		text, ok := one.(string)
		if !ok {
			o, ok := one.(*js.Object)
			if !ok {
				return nil, notIn("content", one)
			}
			var err error
			if text, err = systemText(o); err != nil {
				return nil, err
			}
		}
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out, nil
}

// useMemory reads which thread of which resource the run belongs to.
func (c *call) useMemory(r *agentRun) error {
	ref := c.body.Obj("memory")
	if ref == nil {
		return nil
	}
	threadID := ref.Str("thread")
	if o := ref.Obj("thread"); o != nil {
		threadID = o.Str("id")
	}
	resource := ref.Str("resource")
	if resource == "" {
		return badRequest(noResource)
	}
	if r.agent.Memory == nil {
		r.threadID, r.resourceID = threadID, resource
		return nil
	}
	if threadID == "" {
		return said("A resourceId and a threadId must be provided when using Memory. Saw threadId \"undefined\" and resourceId %q", resource)
	}
	t := c.srv.memory.thread(threadID)
	if err := checkOwner(t, resource); err != nil {
		return err
	}
	if t == nil {
		at := now()
		c.srv.memory.saveThread(thread{id: threadID, resourceID: resource, created: at, updated: at})
	}
	options := ref.Obj("options")
	r.threadID, r.resourceID, r.readOnly = threadID, resource, options.Bool("readOnly")
	if enabled, ok := options.Obj("workingMemory").Get("enabled").(bool); ok {
		r.noNotes = !enabled
	}
	n, ok := options.Num("lastMessages")
	switch {
	case options.Obj("threads").Has("generateTitle"):
		return said("The threads.generateTitle option has been moved. Use the top-level generateTitle option instead.")
	case truthy(options.Get("semanticRecall")):
		return said("Using Mastra Memory semantic recall requires a vector adapter but no attached adapter was detected.")
	case ok && (n < 0 || n != math.Trunc(n)):
		return said("lastMessages must be a finite non-negative integer")
	case ok && n > 0:
		r.lastMessages = whole(n)
	case ok, options.Get("lastMessages") == false, truthy(options.Get("observationalMemory")):
		// The history is off, and it is what saves too.
		r.lastMessages, r.readOnly = -1, true
	}
	return nil
}

const noResource = "A resource ID is required when using memory. Provide memory.resource in the request body, or configure server auth with mapUserToResourceId to derive it from the authenticated user."

// clientTools are the tools that the client runs. Those of its sets are some of
// them: they come without what would run them.
func (c *call) clientTools() *js.Object {
	tools := c.body.Obj("clientTools")
	for _, set := range c.body.Obj("toolsets").Members() {
		if o, ok := set.Value.(*js.Object); ok {
			tools = js.Obj().Merge(tools, o)
		}
	}
	return tools
}

func (c *call) runOptions() runOptions {
	o := runOptions{
		requireApproval: c.body.Bool("requireToolApproval"), clientTools: c.clientTools(),
		requestContext: c.requestContext, noTools: c.body.Str("toolChoice") == "none",
		scored: c.body.Bool("returnScorerData"),
	}
	if n, ok := c.body.Num("maxSteps"); ok {
		o.maxSteps = whole(math.Ceil(n))
	}
	if list, ok := c.body.Get("activeTools").([]any); ok {
		o.activeTools = []string{}
		for _, e := range list {
			name, _ := e.(string)
			o.activeTools = append(o.activeTools, name)
		}
	}
	if s := c.body.Obj("structuredOutput"); s != nil {
		o.structured = &structuredOutput{schema: s.Obj("schema"), strategy: s.Str("errorStrategy"), fallback: valueOf(s, "fallbackValue")}
	}
	return o
}
