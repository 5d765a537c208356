package mockserver

import "fmt"

// check refuses a world that cannot be meant: it panics.
func (c *config) check() {
	agents, tools, workflows, stores := unique("agent"), unique("tool"), unique("workflow"), unique("vector store")
	for _, a := range c.agents {
		agents(a.ID)
		a.check()
	}
	for _, t := range c.tools {
		tools(t.id)
	}
	for _, w := range c.workflows {
		refuse(w == nil, "a workflow is nil")
		workflows(w.id)
		w.check()
	}
	for _, name := range c.vectorStores {
		stores(name)
	}
}

// unique checks that each of one kind has an id of its own.
func unique(kind string) func(id string) {
	taken := map[string]bool{}
	return func(id string) {
		refuse(id == "", "one %s has no id", kind)
		refuse(taken[id], "more than one %s is called %q", kind, id)
		taken[id] = true
	}
}

func refuse(bad bool, format string, args ...any) {
	if bad {
		panic("mockserver: " + fmt.Sprintf(format, args...))
	}
}

func (a *Agent) check() {
	for _, sub := range a.Agents {
		refuse(sub == nil || sub.ID == "", "a sub-agent of agent %q has no id", a.ID)
	}
	for _, t := range a.Tools {
		refuse(t.id == "", "a tool of agent %q has no id", a.ID)
	}
	for _, p := range []*Processor{a.Guard, a.Gate} {
		refuse(p != nil && p.Check == nil, "a processor of agent %q has no Check", a.ID)
	}
}

// check looks at the stages of a workflow, and of those in it.
func (w *Workflow) check() {
	refuse(len(w.entries) == 0, "workflow %q has no stage, add one with Then for example", w.id)
	for _, n := range w.stepDefs() {
		refuse(n.id == "", "a step of workflow %q has no id", w.id)
		if n.nested != nil {
			n.nested.check()
		}
	}
}
