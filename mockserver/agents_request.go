package mockserver

import (
	"net/http"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// newRun reads the body of generate and stream and makes a run of it.
func (c *call) newRun() (*agentRun, error) {
	a, err := c.agent()
	if err != nil {
		return nil, err
	}
	messages := c.body.Get("messages")
	if messages == "" {
		return nil, badRequest(`Argument "messages" is required`)
	}
	r := &agentRun{
		srv: c.srv, agent: a, id: c.body.Str("runId"), options: c.runOptions(), messages: &messageList{},
		messageID: newID(), traceID: newTraceID(), spanID: newSpanID(),
	}
	if r.id == "" {
		r.id = newID()
	}
	if err := c.useMemory(r); err != nil {
		return nil, err
	}
	r.recall()
	for _, key := range []string{"system", "context"} {
		if v := c.body.Get(key); v != nil {
			if text, ok := v.(string); ok {
				r.messages.system = append(r.messages.system, text)
			} else if err := r.messages.addInput(v, r.threadID, r.resourceID); err != nil {
				return nil, err
			}
		}
	}
	if err := r.messages.addInput(messages, r.threadID, r.resourceID); err != nil {
		return nil, err
	}
	return r, nil
}

// useMemory reads which thread of which resource the run belongs to.
func (c *call) useMemory(r *agentRun) error {
	ref := c.body.Obj("memory")
	if ref == nil || r.agent.Memory == nil {
		return nil
	}
	threadID := ref.Str("thread")
	var title string
	var metadata *js.Object
	if o := ref.Obj("thread"); o != nil {
		threadID, title, metadata = o.Str("id"), o.Str("title"), o.Obj("metadata")
	}
	resource := ref.Str("resource")
	if resource == "" {
		return fail(http.StatusBadRequest, noResource, r.agent.ID, threadID)
	}
	t := c.srv.memory.thread(threadID)
	if err := checkOwner(t, resource); err != nil {
		return err
	}
	if t == nil {
		at := now()
		c.srv.memory.saveThread(thread{id: threadID, resourceID: resource, title: title, metadata: metadata, created: at, updated: at})
	}
	r.threadID, r.resourceID = threadID, resource
	return nil
}

const noResource = "A resourceId and a threadId must be provided when using Memory. Saw threadId %[2]q and resourceId undefined"

func (c *call) runOptions() runOptions {
	o := runOptions{
		requireApproval: c.body.Bool("requireToolApproval"), clientTools: c.body.Obj("clientTools"),
		requestContext: c.requestContext, instructions: c.body.Str("instructions"), noTools: c.body.Str("toolChoice") == "none",
	}
	if n, ok := c.body.Num("maxSteps"); ok {
		o.maxSteps = int(n)
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
