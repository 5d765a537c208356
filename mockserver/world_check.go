package mockserver

import "fmt"

// check panics where the world cannot be what was meant: a test against it would
// prove nothing.
func (c *config) check() {
	agents, workflows := unique("agent"), unique("workflow")
	for _, a := range c.agents {
		agents(a.ID)
		for _, sub := range a.Agents {
			if sub == nil || sub.ID == "" {
				panic(fmt.Sprintf("mockserver: a sub-agent of agent %q has no id", a.ID))
			}
		}
	}
	for _, w := range c.workflows {
		if w == nil {
			panic("mockserver: a workflow is nil")
		}
		workflows(w.id)
		if len(w.entries) == 0 {
			panic(fmt.Sprintf("mockserver: workflow %q has no stage, add one with Then for example", w.id))
		}
	}
}

// unique checks that each of one kind has an id of its own.
func unique(kind string) func(id string) {
	taken := map[string]bool{}
	return func(id string) {
		switch {
		case id == "":
			panic(fmt.Sprintf("mockserver: one %s has no id", kind))
		case taken[id]:
			panic(fmt.Sprintf("mockserver: more than one %s is called %q", kind, id))
		}
		taken[id] = true
	}
}
