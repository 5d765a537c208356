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
	context         *zod.Schema
	retries         *int // nil for what the workflow says
	run             func(s *StepCall, input any) (any, error)
	nested          *Workflow
	// mapping is the text of a mapping's function; nil where the node is none.
	mapping *string
	// component is what the node is made of, "AGENT", "TOOL" or "WORKFLOW"; "" for a
	// function.
	component string
	metadata  any // as the description shows it, nil for none
	// structured is the schema of an agent's answer, nil where that is a text.
	structured *zod.Schema
}

// Step is a step of workflows: a Go function, an agent or a tool. NewStep, AgentStep
// and ToolStep make one.
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

// Metadata sets what the workflow's description shows of the step besides. It panics
// where v is no JSON.
func (s *Step) Metadata(v any) *Step {
	metadata, err := js.From(v)
	if err != nil {
		panic("mockserver: metadata of step " + s.def.id + ": " + err.Error())
	}
	s.def.metadata = metadata
	return s
}

// Suspends says that the step may suspend with a payload of the sample's type.
func (s *Step) Suspends(sample any) *Step { s.def.suspend = schemaOf(sample); return s }

// Resumes says that the step is resumed with data of the sample's type.
func (s *Step) Resumes(sample any) *Step { s.def.resume = schemaOf(sample); return s }

// State says that the step sets a shared state of the sample's type: what it sets
// must fit, and is stripped of what the type does not have.
func (s *Step) State(sample any) *Step { s.def.state = schemaOf(sample); return s }

// RequestContext says that the step needs a request context of the sample's type; it
// fails where that does not fit.
func (s *Step) RequestContext(sample any) *Step { s.def.context = schemaOf(sample); return s }

// Workflow is a graph of steps. NewWorkflow makes one; the methods append to
// it in order.
type Workflow struct {
	id, description string
	input, output   zod.Schema
	state           *zod.Schema
	context         *zod.Schema
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
	conditions []Case
	width      *width // of a foreach
	until      bool   // of a loop: it ends when its condition holds
	nap        *nap   // of a sleep
}

// only is the node of a stage that has one, nil for others.
func (e *entry) only() *nodeDef {
	if !e.single() {
		return nil
	}
	return e.nodes[0]
}

// single tells whether the stage's output is that of its only node.
func (e *entry) single() bool { return e.kind != parallelEntry && e.kind != branchEntry }

// NewWorkflow makes an empty workflow that takes In and gives Out.
func NewWorkflow[In, Out any](id string) *Workflow {
	return &Workflow{id: id, input: zod.Of[In](), output: zod.Of[Out]()}
}

func (w *Workflow) node() *nodeDef {
	return &nodeDef{id: w.id, description: w.description, input: w.input, output: w.output, state: w.state, context: w.context, nested: w, component: "WORKFLOW"}
}

// ID is the workflow's id.
func (w *Workflow) ID() string { return w.id }

// Describe sets the workflow's description.
func (w *Workflow) Describe(text string) *Workflow { w.description = text; return w }

// State says that the workflow's steps share a state of the sample's type: a start
// whose initial state does not fit is refused. A workflow without takes any state,
// and as a nested one shares that of the workflow around it.
func (w *Workflow) State(sample any) *Workflow { w.state = schemaOf(sample); return w }

// RequestContext says that the workflow needs a request context of the sample's type:
// a start where that does not fit is refused.
func (w *Workflow) RequestContext(sample any) *Workflow { w.context = schemaOf(sample); return w }

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
	if n := e.only(); n != nil && (e.kind == sleepEntry || n.mapping != nil) {
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
