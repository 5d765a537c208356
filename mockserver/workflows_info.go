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
		"options", options, "isProcessorWorkflow", false)
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
	if n.resume != nil {
		o.Set("resumeSchema", n.resume.Superjson(zod.Draft7))
	}
	if n.suspend != nil {
		o.Set("suspendSchema", n.suspend.Superjson(zod.Draft7))
	}
	if n.nested != nil {
		o.Set("component", "WORKFLOW")
	}
	return o
}

// addTo adds the node, and the nodes inside it, under dotted names.
func (n *nodeDef) addTo(all *js.Object, prefix string) {
	o := n.info().Without("component").Set("isWorkflow", n.nested != nil)
	if n.nested != nil {
		o.Set("component", "WORKFLOW")
	}
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
	switch e.kind {
	case parallelEntry:
		return js.Obj("type", "parallel", "steps", nodes)
	case branchEntry:
		conditions := make([]any, len(e.conditions))
		for i, c := range e.conditions {
			conditions[i] = js.Obj("id", e.nodes[i].id+"-condition", "fn", c.text)
		}
		return js.Obj("type", "conditional", "steps", nodes, "serializedConditions", conditions)
	case foreachEntry:
		return js.Obj("type", "foreach", "step", nodes[0], "opts", js.Obj("concurrency", e.concurrency))
	}
	return nodes[0].(*js.Object)
}

func (n *nodeDef) graph() *js.Object {
	if n.nested != nil {
		return js.Obj("type", "workflow", "id", n.id, "workflowId", n.id, "serializedStepFlow", n.nested.graph())
	}
	return js.Obj("type", "step", "step", js.Obj("id", n.id, "description", js.Opt(n.description), "canSuspend", n.suspend != nil || n.resume != nil))
}
