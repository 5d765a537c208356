package mockserver

import (
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
	state           *zod.Schema
	retries         *int // nil for what the workflow says
	run             func(s *StepCall, input any) (any, error)
	nested          *Workflow
	// mapping is the text of a mapping's function; nil where the node is none.
	mapping *string
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

// Retries sets how often a failing step is tried again. By default that is the
// workflow's to say.
func (s *Step) Retries(n int) *Step { s.def.retries = &n; return s }

// Suspends says that the step may suspend with a payload of the sample's type.
func (s *Step) Suspends(sample any) *Step { s.def.suspend = schemaOf(sample); return s }

// Resumes says that the step is resumed with data of the sample's type.
func (s *Step) Resumes(sample any) *Step { s.def.resume = schemaOf(sample); return s }

// State says that the step sets a shared state of the sample's type: what it sets
// must fit, and is stripped of what the type does not have.
func (s *Step) State(sample any) *Step { s.def.state = schemaOf(sample); return s }

// Workflow is a graph of steps. NewWorkflow makes one; the methods append to
// it in order.
type Workflow struct {
	id, description string
	input, output   zod.Schema
	state           *zod.Schema
	retries         int // of steps that say nothing about it
	retryDelay      time.Duration
	entries         []entry
}

type entryKind int

const (
	stepEntry entryKind = iota
	parallelEntry
	branchEntry
	foreachEntry
	loopEntry
	sleepEntry
)

// entry is one stage of a workflow.
type entry struct {
	kind  entryKind
	id    string // given by As; "" where it was not
	nodes []*nodeDef
	// conditions are those of the arms of a branch, or the one of a loop.
	conditions  []Case
	concurrency int
	until       bool // of a loop: it ends when its condition holds
	nap         *nap // of a sleep
}

// single tells whether the stage's output is that of its only node.
func (e *entry) single() bool { return e.kind != parallelEntry && e.kind != branchEntry }

// NewWorkflow makes an empty workflow that takes In and gives Out.
func NewWorkflow[In, Out any](id string) *Workflow {
	return &Workflow{id: id, input: zod.Of[In](), output: zod.Of[Out]()}
}

func (w *Workflow) node() *nodeDef {
	return &nodeDef{id: w.id, description: w.description, input: w.input, output: w.output, state: w.state, nested: w}
}

// ID is the workflow's id.
func (w *Workflow) ID() string { return w.id }

// Describe sets the workflow's description.
func (w *Workflow) Describe(text string) *Workflow { w.description = text; return w }

// State says that the workflow's steps share a state of the sample's type: a start
// whose initial state does not fit is refused. A workflow without takes any state,
// and as a nested one shares that of the workflow around it.
func (w *Workflow) State(sample any) *Workflow { w.state = schemaOf(sample); return w }

// Retries sets how often a failing step that does not say so itself is tried again,
// and the pause before each attempt but the first. A run that was resumed knows
// nothing of it.
func (w *Workflow) Retries(n int, pause time.Duration) *Workflow {
	w.retries, w.retryDelay = n, pause
	return w
}

func (w *Workflow) add(e entry) *Workflow { w.entries = append(w.entries, e); return w }

// As gives the stage before it an id. Sleeps and mappings are known by it, in
// place of one that is made up; other stages but those of Then show it in their
// graph.
func (w *Workflow) As(id string) *Workflow {
	if len(w.entries) == 0 {
		return w
	}
	e := &w.entries[len(w.entries)-1]
	if n := e.nodes[0]; e.kind == sleepEntry || n.mapping != nil {
		n.id = id
	} else {
		e.id = id
	}
	return w
}

// Then runs a step, or another workflow, on the output of what comes before.
func (w *Workflow) Then(n Node) *Workflow {
	return w.add(entry{kind: stepEntry, nodes: []*nodeDef{n.node()}})
}

// Parallel runs steps side by side; its output maps step ids to outputs.
func (w *Workflow) Parallel(nodes ...Node) *Workflow {
	e := entry{kind: parallelEntry}
	for _, n := range nodes {
		e.nodes = append(e.nodes, n.node())
	}
	return w.add(e)
}

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

// ForEach runs a step on each element of a list, concurrency at a time.
func (w *Workflow) ForEach(n Node, concurrency int) *Workflow {
	return w.add(entry{kind: foreachEntry, nodes: []*nodeDef{n.node()}, concurrency: max(1, concurrency)})
}
