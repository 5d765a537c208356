package mockserver

import (
	"context"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// Node is what stands in a workflow: a *Step or another *Workflow.
type Node interface {
	node() *nodeDef
}

// nodeDef is a runnable node: its name, its schemas and the function, or the
// nested workflow.
type nodeDef struct {
	id, description string
	input, output   zod.Schema
	suspend, resume *zod.Schema
	retries         int
	run             func(s *StepCall, input any) (any, error)
	nested          *Workflow
}

// Step is a Go function as a step of workflows. NewStep makes one.
type Step struct{ def nodeDef }

// NewStep makes a step of a Go function. Its schemas are derived from In and
// Out as NewTool derives them. An error fails the step, and with it the run.
func NewStep[In, Out any](id string, run func(s *StepCall, in In) (Out, error)) *Step {
	return &Step{nodeDef{
		id: id, input: zod.Of[In](), output: zod.Of[Out](),
		run: func(s *StepCall, input any) (any, error) {
			var in In
			if err := js.Into(input, &in); err != nil {
				return nil, err
			}
			out, err := run(s, in)
			if err != nil {
				return nil, err
			}
			return js.From(out)
		},
	}}
}

func (s *Step) node() *nodeDef { return &s.def }

// Describe sets the step's description.
func (s *Step) Describe(text string) *Step { s.def.description = text; return s }

// Retries sets how often a failing step is tried again.
func (s *Step) Retries(n int) *Step { s.def.retries = n; return s }

// Suspends says that the step may suspend with a payload of the sample's type.
func (s *Step) Suspends(sample any) *Step { s.def.suspend = schemaOf(sample); return s }

// Resumes says that the step is resumed with data of the sample's type.
func (s *Step) Resumes(sample any) *Step { s.def.resume = schemaOf(sample); return s }

// StepCall is one execution of a step. Its Context ends when the run is
// cancelled.
type StepCall struct {
	context.Context
	RunID string
	// Attempt counts the executions of a step with retries from 0.
	Attempt int

	resumeData any
}

// Suspend stops the run until the client resumes it: a step returns its result,
// return out, s.Suspend(payload). When it is resumed the function is called
// again and Resumed delivers the data.
func (s *StepCall) Suspend(payload any) error {
	v, err := js.From(payload)
	if err != nil {
		return err
	}
	return &suspension{payload: v}
}

// Resumed decodes the data the step was resumed with into v; it returns false
// when the step was not resumed.
func (s *StepCall) Resumed(v any) bool {
	return s.resumeData != nil && js.Into(s.resumeData, v) == nil
}

// Sleep waits; it returns early when the run is cancelled.
func (s *StepCall) Sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.Done():
	}
}

// Workflow is a graph of steps. NewWorkflow makes one; the methods append to
// it in order.
type Workflow struct {
	id, description string
	input, output   zod.Schema
	entries         []entry
}

type entryKind int

const (
	stepEntry entryKind = iota
	parallelEntry
	branchEntry
	foreachEntry
)

// entry is one stage of a workflow.
type entry struct {
	kind        entryKind
	nodes       []*nodeDef
	conditions  []Case
	concurrency int
}

// NewWorkflow makes an empty workflow that takes In and gives Out.
func NewWorkflow[In, Out any](id string) *Workflow {
	return &Workflow{id: id, input: zod.Of[In](), output: zod.Of[Out]()}
}

func (w *Workflow) node() *nodeDef {
	return &nodeDef{id: w.id, description: w.description, input: w.input, output: w.output, nested: w}
}

// ID is the workflow's id.
func (w *Workflow) ID() string { return w.id }

// Describe sets the workflow's description.
func (w *Workflow) Describe(text string) *Workflow { w.description = text; return w }

// Then runs a step, or another workflow, on the output of what comes before.
func (w *Workflow) Then(n Node) *Workflow {
	w.entries = append(w.entries, entry{kind: stepEntry, nodes: []*nodeDef{n.node()}})
	return w
}

// Parallel runs steps side by side; its output maps step ids to outputs.
func (w *Workflow) Parallel(nodes ...Node) *Workflow {
	e := entry{kind: parallelEntry}
	for _, n := range nodes {
		e.nodes = append(e.nodes, n.node())
	}
	w.entries = append(w.entries, e)
	return w
}

// Case is one arm of a branch.
type Case struct {
	text string
	test func(any) bool
	node Node
}

// When makes an arm that is taken where test holds; a test that panics does not
// hold. The text stands for the condition in the workflow's description.
func When[In any](text string, test func(In) bool, n Node) Case {
	return Case{text, func(v any) (holds bool) {
		defer func() {
			if recover() != nil {
				holds = false
			}
		}()
		var in In
		return js.Into(v, &in) == nil && test(in)
	}, n}
}

// Branch runs every arm whose condition holds; its output maps the ids of the
// steps that ran to their outputs.
func (w *Workflow) Branch(cases ...Case) *Workflow {
	e := entry{kind: branchEntry, conditions: cases}
	for _, c := range cases {
		e.nodes = append(e.nodes, c.node.node())
	}
	w.entries = append(w.entries, e)
	return w
}

// ForEach runs a step on each element of a list, concurrency at a time.
func (w *Workflow) ForEach(n Node, concurrency int) *Workflow {
	w.entries = append(w.entries, entry{kind: foreachEntry, nodes: []*nodeDef{n.node()}, concurrency: max(1, concurrency)})
	return w
}
