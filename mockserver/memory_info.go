package mockserver

import (
	"cmp"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// memoryStatus tells whether an agent remembers; of an unknown agent the server
// says that it does.
func (s *Server) memoryStatus(c *call) error {
	a := s.world.agent(c.query.Str("agentId"))
	switch {
	case a == nil:
		return c.json(js.Obj("result", true))
	case a.Memory == nil:
		return c.json(js.Obj("result", false))
	}
	return c.json(js.Obj("result", true, "memoryType", "local"))
}

func (s *Server) memoryConfig(c *call) error {
	a := s.world.agent(c.query.Str("agentId"))
	if a == nil || a.Memory == nil {
		return c.json(js.Obj("config", nil))
	}
	return c.json(js.Obj("config", a.Memory.json()))
}

// lastMessages is how many messages of a thread are seen again; a negative
// number means none.
func (m *Memory) lastMessages() int { return cmp.Or(m.LastMessages, defaultLastMessages) }

func (m *Memory) json() *js.Object {
	var last any = m.lastMessages()
	if m.lastMessages() < 0 {
		last = false
	}
	working := js.Obj("enabled", m.WorkingMemory != "", "template", cmp.Or(m.WorkingMemory, DefaultWorkingMemory))
	if m.WorkingMemory != "" {
		working.Set("scope", string(cmp.Or(m.WorkingMemoryScope, ScopeResource)))
	}
	return js.Obj("lastMessages", last, "semanticRecall", false, "generateTitle", false, "workingMemory", working,
		"observationalMemory", js.Obj("enabled", false))
}

// observationalMemory answers both routes of a memory that observes: no agent
// here has one.
func (s *Server) observationalMemory(c *call) error {
	id := c.query.Str("agentId")
	if c.route.method == "POST" {
		id = c.body.Str("agentId")
	}
	if s.world.agent(id) == nil {
		return notFound("Agent not found")
	}
	return badRequest("Observational Memory is not enabled for this agent")
}
