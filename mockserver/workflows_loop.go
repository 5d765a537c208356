package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// DoWhile runs a step, or another workflow, on its own output again and again, as
// long as the test holds of it. The text stands for the condition in the
// workflow's description. A test that panics breaks the run: who started it gets
// the error, and its record is left as it is.
func (w *Workflow) DoWhile(text string, n Node, test func(s *StepCall) bool) *Workflow {
	return w.loop(If(text, test, n), false)
}

// DoUntil is DoWhile that goes on until the test holds.
func (w *Workflow) DoUntil(text string, n Node, test func(s *StepCall) bool) *Workflow {
	return w.loop(If(text, test, n), true)
}

func (w *Workflow) loop(c Case, until bool) *Workflow {
	return w.add(entry{kind: loopEntry, nodes: []*nodeDef{c.node.node()}, conditions: []Case{c}, until: until})
}

// loop runs its node until the condition ends it. A resumed one continues with the
// iteration that had suspended.
func (x *execution) loop(e *entry, position int, prev any) outcome {
	n, before, canceled := e.nodes[0], x.result(e.nodes[0].id), js.Obj("status", "canceled")
	iteration := 0
	if count, ok := before.Obj("metadata").Num("iterationCount"); ok && count > 0 {
		iteration = whole(count) - 1
	}
	input := prev
	if payload, ok := before.Lookup("payload"); ok {
		input = payload
	}
	run := stepRun{node: n, position: []int{position}, resume: x.resume}
	for {
		if x.run.ctx.Err() != nil {
			return canceled
		}
		iteration++
		run.input, run.iteration = input, iteration
		result := x.step(run)
		if result.Str("status") != "success" || x.broken() != nil {
			return result
		}
		if x.run.ctx.Err() != nil {
			return canceled
		}
		input, run.resume, run.again = valueOf(result, "output"), nil, true
		holds, err := x.holds(e.conditions[0], input, iteration)
		if err != nil {
			return x.throw(err)
		}
		if x.run.ctx.Err() != nil {
			return canceled
		}
		if holds == e.until {
			return result
		}
	}
}
