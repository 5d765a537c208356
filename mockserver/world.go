package mockserver

import "net/http"

// world is what the server serves.
type world struct {
	agents    []*Agent
	tools     []Tool
	workflows []*Workflow
	custom    *http.ServeMux
}

func newWorld(c *config) *world {
	w := &world{agents: c.agents, workflows: c.workflows}
	add := func(t Tool) {
		if _, ok := findTool(w.tools, t.id); !ok {
			w.tools = append(w.tools, t)
		}
	}
	for _, t := range c.tools {
		add(t)
	}
	for _, a := range c.agents {
		for _, t := range a.Tools {
			add(t)
		}
	}
	if len(c.customRoutes) > 0 {
		w.custom = http.NewServeMux()
		for _, r := range c.customRoutes {
			w.custom.HandleFunc(r.method+" "+r.pattern, r.handler)
		}
	}
	return w
}

// agent finds an agent, or a sub-agent, by id.
func (w *world) agent(id string) *Agent {
	for _, a := range w.agents {
		if a.ID == id {
			return a
		}
	}
	for _, a := range w.agents {
		for _, sub := range a.Agents {
			if sub.ID == id {
				return sub
			}
		}
	}
	return nil
}

func (w *world) workflow(id string) *Workflow {
	for _, wf := range w.workflows {
		if wf.id == id {
			return wf
		}
	}
	return nil
}
