package mockserver

import (
	"cmp"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// workingMemoryMember is where a thread's metadata hold working memory of its own.
const workingMemoryMember = "workingMemory"

// workingMemory tells whose the working memory is, and whether there is one, with
// what a call says about it.
func (m *Memory) workingMemory(config *js.Object) (scope Scope, enabled bool) {
	scope, enabled = cmp.Or(m.WorkingMemoryScope, ScopeResource), m.WorkingMemory != ""
	given, ok := config.Lookup("workingMemory")
	if !ok {
		return scope, enabled
	}
	o, ok := given.(*js.Object)
	if !ok {
		return scope, false
	}
	if v, ok := o.Lookup("enabled"); ok {
		enabled = truthy(v)
	}
	return cmp.Or(Scope(o.Str("scope")), scope), enabled
}

// workingMemoryTemplate is what a model fills in, with what a call says about it.
func (m *Memory) workingMemoryTemplate(config *js.Object) *js.Object {
	given := config.Obj("workingMemory")
	if fields := given.Obj("schema"); fields != nil {
		return js.Obj("format", "json", "content", js.String(emptyOf(fields)))
	}
	template := cmp.Or(given.Str("template"), m.WorkingMemory, DefaultWorkingMemory)
	return js.Obj("format", "markdown", "content", strings.TrimSpace(template))
}

// emptyOf is an object of a schema with nothing in it yet.
func emptyOf(schema *js.Object) *js.Object {
	out := js.Obj()
	if schema.Str("type") != "object" {
		return out
	}
	for _, m := range schema.Obj("properties").Members() {
		p, _ := m.Value.(*js.Object)
		var empty any
		switch kind := p.Str("type"); {
		case p.Has("default"):
			empty = p.Get("default")
		case kind == "object":
			empty = emptyOf(p)
		case kind == "string":
			empty = ""
		case kind == "array":
			empty = []any{}
		case kind == "number", kind == "integer":
			empty = 0.0
		case kind == "boolean":
			empty = false
		}
		out.Set(m.Key, empty)
	}
	return out
}

const noWorkingMemoryResource = "Memory error: Resource-scoped working memory is enabled but no resourceId was provided. Either provide a resourceId or explicitly set workingMemory.scope to 'thread'."

func (s *Server) getWorkingMemory(c *call) error {
	a := s.world.agent(c.query.Str("agentId"))
	if a == nil || a.Memory == nil {
		return c.json(js.Obj("workingMemory", nil, "source", string(ScopeThread), "workingMemoryTemplate", nil, "threadExists", false))
	}
	resource := c.query.Str("resourceId")
	t := s.memory.thread(c.param("threadId"))
	if err := checkOwner(t, resource); err != nil {
		return err
	}
	config := c.query.Obj("memoryConfig")
	scope, enabled := a.Memory.workingMemory(config)
	source := ScopeThread
	if scope == ScopeResource && resource != "" {
		source = ScopeResource
	}
	var text, template any
	if enabled {
		switch {
		case scope == ScopeResource && resource == "":
			return said(noWorkingMemoryResource)
		case scope == ScopeResource:
			if stored, ok := s.memory.workingMemory(resource); ok {
				text = stored
			}
		case t != nil:
			text = t.metadata.Get(workingMemoryMember)
		}
		template = a.Memory.workingMemoryTemplate(config)
	}
	return c.json(js.Obj("workingMemory", text, "source", string(source), "workingMemoryTemplate", template, "threadExists", t != nil))
}

func (s *Server) updateWorkingMemory(c *call) error {
	if c.body.Str("workingMemory") == "" {
		return missing("workingMemory")
	}
	m, err := c.needMemory()
	if err != nil {
		return err
	}
	resource := c.body.Str("resourceId")
	t, err := s.threadFor(c.param("threadId"), resource)
	if err != nil {
		return err
	}
	scope, enabled := m.workingMemory(c.body.Obj("memoryConfig"))
	switch {
	case !enabled:
		return said("Working memory is not enabled for this memory instance")
	case scope != ScopeResource:
		t.metadata = js.Obj().Merge(t.metadata).Set(workingMemoryMember, c.body.Get("workingMemory"))
		t.updated = now()
		s.memory.saveThread(*t)
	case resource == "":
		return said(noWorkingMemoryResource)
	default:
		s.memory.setWorkingMemory(resource, c.body.Str("workingMemory"))
	}
	return c.json(js.Obj("success", true))
}
