package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// Parallel runs steps side by side; its output maps step ids to outputs.
func (w *Workflow) Parallel(nodes ...Node) *Workflow {
	e := entry{kind: parallelEntry}
	for _, n := range nodes {
		e.nodes = append(e.nodes, n.node())
	}
	return w.add(e)
}

// parallel runs every step on the same input.
func (x *execution) parallel(e *entry, position int, input any) outcome {
	if x.perStep {
		return x.parallelFirst(e, position, input)
	}
	indexes := make([]int, len(e.nodes))
	x.mu.Lock()
	for i, n := range e.nodes {
		indexes[i] = i
		x.results.Set(n.id, js.Obj("status", "running", "payload", input, "startedAt", nowMillis()))
		x.active.Set(n.id, []any{position, i})
	}
	x.mu.Unlock()
	return x.blockResult(e.nodes, x.sideBySide(e.nodes, position, indexes, input))
}

// parallelFirst runs the first step, for a run that goes one step at a time; of the
// others there is what they have given before.
func (x *execution) parallelFirst(e *entry, position int, input any) outcome {
	x.set(e.nodes[0].id, js.Obj("status", "running", "payload", input, "startedAt", nowMillis()))
	results := []outcome{x.step(stepRun{node: e.nodes[0], input: input, position: []int{position, 0}, resume: x.resume})}
	for _, n := range e.nodes[1:] {
		results = append(results, x.result(n.id))
	}
	return x.blockResult(e.nodes, results)
}
