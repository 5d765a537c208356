package mockserver

import "slices"

// Case is one arm of a branch.
type Case struct {
	text string
	test func(*StepCall) bool
	node Node
}

// When makes an arm that is taken where test holds; a test that panics does not
// hold. The text stands for the condition in the workflow's description.
func When[In any](text string, test func(In) bool, n Node) Case {
	return If(text, func(s *StepCall) bool {
		var in In
		return s.Input(&in) == nil && test(in)
	}, n)
}

// If is When with a test that sees more of the run than its input: the shared
// state, results of steps, the request context.
func If(text string, test func(s *StepCall) bool, n Node) Case { return Case{text, test, n} }

// Branch runs every arm whose condition holds; its output maps the ids of the
// steps that ran to their outputs.
func (w *Workflow) Branch(cases ...Case) *Workflow {
	e := entry{kind: branchEntry, conditions: cases}
	for _, c := range cases {
		e.nodes = append(e.nodes, c.node.node())
	}
	return w.add(e)
}

// branch runs the steps whose condition holds; in a run that goes one step at a time
// the first that has not run.
func (x *execution) branch(e *entry, position int, input any) outcome {
	arms := x.heldArms(e, input)
	if x.perStep {
		if i := slices.IndexFunc(arms, func(i int) bool { return x.result(e.nodes[i].id) == nil }); i >= 0 {
			arms = arms[i : i+1]
		}
	}
	nodes := make([]*nodeDef, len(arms))
	for k, i := range arms {
		nodes[k] = e.nodes[i]
	}
	return x.blockResult(nodes, x.sideBySide(nodes, position, arms, input))
}

// heldArms are the places of the arms whose condition holds; those of all steps where
// they stand side by side.
func (x *execution) heldArms(e *entry, input any) []int {
	var arms []int
	for i := range e.nodes {
		if e.kind == branchEntry {
			if holds, _ := x.holds(e.conditions[i], input, 0); !holds {
				continue
			}
		}
		arms = append(arms, i)
	}
	return arms
}
