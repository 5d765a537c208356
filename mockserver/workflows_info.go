package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// info is the workflow as the server describes it.
func (w *Workflow) info(partial bool) *js.Object {
	options := js.Obj("validateInputs", true, "emitStepEvents", true)
	if partial {
		return js.Obj("name", w.id, "description", js.Opt(w.description), "stepCount", len(w.stepDefs()),
			"stepGraph", w.graph(), "options", options, "steps", js.Obj(), "allSteps", js.Obj(), "origin", "code")
	}
	steps, all := js.Obj(), js.Obj()
	for _, n := range w.stepDefs() {
		steps.Set(n.id, n.info())
		n.addTo(all, "")
	}
	return js.Obj("name", w.id, "description", js.Opt(w.description), "origin", "code",
		"steps", steps, "allSteps", all, "stepGraph", w.graph(),
		"inputSchema", w.input.Superjson(zod.Draft7), "outputSchema", w.output.Superjson(zod.Draft7),
		"stateSchema", superjson(w.state), "requestContextSchema", superjson(w.context), "options", options, "isProcessorWorkflow", false)
}

// stepDefs are the workflow's nodes, each once, in order.
func (w *Workflow) stepDefs() []*nodeDef {
	var list []*nodeDef
	seen := map[string]bool{}
	for _, e := range w.entries {
		for _, n := range e.nodes {
			if !seen[n.id] {
				seen[n.id] = true
				list = append(list, n)
			}
		}
	}
	return list
}

func (n *nodeDef) info() *js.Object {
	o := js.Obj("id", n.id, "description", js.Opt(n.description),
		"inputSchema", n.input.Superjson(zod.Draft7), "outputSchema", n.output.Superjson(zod.Draft7))
	o.Set("resumeSchema", superjson(n.resume)).Set("suspendSchema", superjson(n.suspend)).
		Set("stateSchema", superjson(n.state)).Set("requestContextSchema", superjson(n.context))
	return o.Set("component", js.Opt(n.component)).Set("metadata", n.shown())
}

// shown is the node's metadata, Undefined for none.
func (n *nodeDef) shown() any { return js.When(n.metadata != nil, n.metadata) }

// superjson is a schema as infos show it, Undefined for none.
func superjson(s *zod.Schema) any {
	if s == nil {
		return js.Undefined
	}
	return s.Superjson(zod.Draft7)
}

// addTo adds the node, and the nodes inside it, under dotted names.
func (n *nodeDef) addTo(all *js.Object, prefix string) {
	o := n.info().Without("component", "metadata", "requestContextSchema").Set("isWorkflow", n.nested != nil).
		Set("component", js.Opt(n.component)).Set("metadata", n.shown())
	all.Set(prefix+n.id, o)
	if n.nested != nil {
		for _, inner := range n.nested.stepDefs() {
			inner.addTo(all, prefix+n.id+".")
		}
	}
}

// graph is the step graph as it is serialised into infos and runs.
func (w *Workflow) graph() []any {
	list := make([]any, len(w.entries))
	for i, e := range w.entries {
		list[i] = e.graph()
	}
	return list
}

func (e *entry) graph() *js.Object {
	nodes := make([]any, len(e.nodes))
	for i, n := range e.nodes {
		nodes[i] = n.graph()
	}
	id := js.Opt(e.id)
	switch e.kind {
	case parallelEntry:
		return js.Obj("type", "parallel", "id", id, "steps", nodes)
	case branchEntry:
		conditions := make([]any, len(e.conditions))
		for i := range e.conditions {
			conditions[i] = e.condition(i)
		}
		return js.Obj("type", "conditional", "id", id, "steps", nodes, "serializedConditions", conditions)
	case foreachEntry:
		return js.Obj("type", "foreach", "id", id, "step", nodes[0], "opts", e.width.graph())
	case loopEntry:
		kind := "dowhile"
		if e.until {
			kind = "dountil"
		}
		return js.Obj("type", "loop", "id", id, "step", nodes[0], "serializedCondition", e.condition(0), "loopType", kind)
	case sleepEntry:
		return e.nap.graph(e.nodes[0].id)
	}
	return nodes[0].(*js.Object)
}

// condition is a condition as the graph shows it.
func (e *entry) condition(i int) *js.Object {
	return js.Obj("id", e.nodes[i].id+"-condition", "fn", e.conditions[i].text)
}

func (n *nodeDef) graph() *js.Object {
	switch {
	case n.nested != nil:
		return js.Obj("type", "workflow", "id", n.id, "workflowId", n.id, "description", js.Opt(n.description), "serializedStepFlow", n.nested.graph())
	case n.mapping != nil:
		return n.mappingGraph()
	case n.component != "":
		return n.actorGraph()
	}
	return js.Obj("type", "step", "step", js.Obj("id", n.id, "description", js.Opt(n.description), "metadata", n.shown(), "canSuspend", n.suspend != nil || n.resume != nil))
}
