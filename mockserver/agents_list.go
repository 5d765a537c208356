package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// info is the agent as the server describes it; lists show it with its id.
func (a *Agent) info(models modelSet, listed, partial bool) *js.Object {
	tools := toolInfos(a.Tools, partial)
	agents := js.Obj()
	for _, sub := range a.Agents {
		agents.Set(sub.ID, js.Obj("id", sub.ID, "name", sub.ID))
	}
	o := js.Obj()
	if listed {
		o.Set("id", a.ID)
	}
	o.Set("name", a.ID).Set("description", a.Description).Set("instructions", a.Instructions)
	if listed {
		o.Set("agents", agents).Set("tools", tools).Set("workflows", js.Obj())
	} else {
		o.Set("tools", tools).Set("agents", agents).Set("workflows", js.Obj())
	}
	o.Set("skills", []any{}).Set("workspaceTools", []any{}).Set("browserTools", []any{}).Set("hasBrowser", false).
		Set("inputProcessors", processorInfos(a.Guard, a.ID+"-input-processor")).
		Set("outputProcessors", processorInfos(a.Gate, a.ID+"-output-processor"))
	if first := models.enabled(); len(first) > 0 {
		o.Set("provider", first[0].provider).Set("modelId", first[0].model).Set("modelVersion", "v2")
	}
	o.Set("supportsMemory", true)
	if listed {
		o.Set("defaultOptions", js.Obj())
	}
	if models.listed {
		o.Set("modelList", models.json())
	}
	if !listed {
		o.Set("defaultOptions", js.Obj())
	}
	o.Set("defaultGenerateOptionsLegacy", js.Obj()).Set("defaultStreamOptionsLegacy", js.Obj()).Set("source", "code")
	if listed {
		o.Set("hasDraft", false)
	}
	return o
}

func processorInfos(p *Processor, id string) []any {
	if p == nil {
		return []any{}
	}
	return []any{js.Obj("id", id, "name", id)}
}

func (m modelSet) json() []any {
	out := []any{}
	for _, c := range m.list {
		out = append(out, js.Obj("id", c.id, "model", js.Obj("modelId", c.model, "provider", c.provider, "modelVersion", "v2"), "maxRetries", c.maxRetries, "enabled", c.enabled))
	}
	return out
}

func (s *Server) listAgents(c *call) error {
	out := js.Obj()
	for _, a := range s.world.agents {
		out.Set(a.ID, a.info(s.agents.models.of(a), true, c.query.Str("partial") == "true"))
	}
	return c.json(out)
}

func (s *Server) getAgent(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	return c.json(a.info(s.agents.models.of(a), false, false))
}
