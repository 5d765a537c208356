package mockserver

import (
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// Map makes the next step's input of what there is: the result of f is the stage's
// output. The text stands for the function in the workflow's description. The
// stage's id is mapping_<workflow>_<n>, unless As gives another one.
func (w *Workflow) Map(text string, f func(s *StepCall) (any, error)) *Workflow {
	return w.add(entry{kind: stepEntry, nodes: []*nodeDef{{
		id: w.mappingID(), input: zod.Any(), output: zod.Any(), mapping: &text,
		run: func(s *StepCall, _ any) (any, error) {
			out, err := f(s)
			if err != nil {
				return nil, err
			}
			return js.From(out)
		},
	}}})
}

// mappingID counts the mappings before, and on where that id is taken.
func (w *Workflow) mappingID() string {
	n := 0
	for _, e := range w.entries {
		if only := e.only(); only != nil && only.mapping != nil {
			n++
		}
	}
	for {
		id := fmt.Sprintf("mapping_%s_%d", w.id, n)
		if w.stepByID(id) == nil {
			return id
		}
		n++
	}
}

// mappingShown is how long the text of a mapping is shown.
const mappingShown = 1000

func (n *nodeDef) mappingGraph() *js.Object {
	text := *n.mapping
	if units := js.Units(text); len(units) > mappingShown {
		text = js.FromUnits(units[:mappingShown]) + "...\n}"
	}
	return js.Obj("type", "mapping", "id", n.id, "mapConfig", text)
}
