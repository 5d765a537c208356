package mockserver

import (
	_ "embed" // the schemas below

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// The server makes a workflow of each kind of processors that an agent has, and
// lists it among the others. Nobody runs it directly; its schemas are those of
// every processor.
var (
	//go:embed processor_schema.json
	processorSchema string
	//go:embed processor_output_schema.json
	processorOutputSchema string
)

// processorWorkflow is such a workflow, as it is listed.
type processorWorkflow struct{ id, step string }

func (w *world) processorWorkflows() []processorWorkflow {
	var list []processorWorkflow
	for _, a := range w.agents {
		if a.Guard != nil {
			list = append(list, processorWorkflow{a.ID + "-input-processor", a.Guard.ID})
		}
		if a.Gate != nil {
			list = append(list, processorWorkflow{a.ID + "-output-processor", a.Gate.ID})
		}
	}
	return list
}

func (p processorWorkflow) info(partial bool) *js.Object {
	id, description := "processor:"+p.step, "Processor "+p.step
	graph := []any{js.Obj("type", "step",
		"step", js.Obj("id", id, "description", description, "component", "PROCESSOR", "canSuspend", false))}
	options := js.Obj("validateInputs", false, "emitStepEvents", true, "tracingPolicy", js.Obj("internal", 1))
	if partial {
		return js.Obj("name", p.id, "stepCount", 1, "stepGraph", graph, "options", options, "steps", js.Obj(), "allSteps", js.Obj(), "origin", "code")
	}
	step := func() *js.Object {
		return js.Obj("id", id, "description", description, "inputSchema", processorSchema, "outputSchema", processorOutputSchema)
	}
	return js.Obj("name", p.id, "origin", "code",
		"steps", js.Obj(id, step().Set("component", "PROCESSOR")),
		"allSteps", js.Obj(id, step().Set("isWorkflow", false).Set("component", "PROCESSOR")),
		"stepGraph", graph, "inputSchema", processorSchema, "outputSchema", processorSchema,
		"options", options, "isProcessorWorkflow", true)
}
