package mockserver

import (
	"math"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// Write sends v to who reads the run's stream, as a workflow-step-output chunk. Where
// nobody does, as after start-async, it goes nowhere.
func (s *StepCall) Write(v any) error {
	value, err := js.From(v)
	if err == nil {
		s.write(value)
	}
	return err
}

func (s *StepCall) write(value any) {
	name := s.WorkflowID
	if s.node != nil {
		name = s.node.id
	}
	s.send(js.Obj("type", "workflow-step-output", "runId", s.execution.run.key.run, "from", "USER",
		"payload", js.Obj("output", value, "runId", s.execution.run.key.run, "stepName", name)))
}

// WriteChunk sends a chunk of the step's own, an object with a type and a payload or
// data, as Write sends its own.
func (s *StepCall) WriteChunk(chunk any) error {
	value, err := js.From(chunk)
	if err != nil {
		return err
	}
	if o, ok := value.(*js.Object); ok {
		s.send(o)
	}
	return nil
}

func (s *StepCall) send(chunk *js.Object) {
	if s.execution.write != nil {
		s.execution.write(chunk)
	}
}

// written takes a chunk that a step writes into the stream of a start, which makes
// it one of the run's.
func (o *runOutput) written(chunk *js.Object) {
	from := "WORKFLOW"
	if own := chunk.Str("from"); own != "" {
		from = own
	}
	out := js.Obj("type", chunk.Get("type"), "runId", o.run.key.run, "from", from)
	if chunk.Has("data") && !chunk.Has("payload") {
		o.append(out.Set("data", chunk.Get("data")).Merge(chunk.Without("type", "from", "payload", "data")))
		return
	}
	o.append(out.Set("payload", named(chunk.Obj("payload"))))
}

// countTokens adds up the usage where a step has written the end of an agent's stream.
func (o *runOutput) countTokens(chunk *js.Object) {
	written := chunk.Obj("payload").Obj("output")
	if chunk.Str("type") != "workflow-step-output" || written.Str("type") != "finish" {
		return
	}
	usage := written.Obj("payload").Obj("usage")
	if usage == nil {
		usage = written.Obj("payload").Obj("output").Obj("usage")
	}
	if usage == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	sum := func(total, told string) float64 {
		before, _ := o.usage.Num(total)
		more, _ := usage.Num(told)
		return before + math.Trunc(more)
	}
	input, output := "inputTokens", "outputTokens"
	if !usage.Has(input) {
		input, output = "promptTokens", "completionTokens" // as older models call them
	}
	o.usage = js.Obj("inputTokens", sum("inputTokens", input), "outputTokens", sum("outputTokens", output),
		"totalTokens", sum("totalTokens", "totalTokens"), "reasoningTokens", sum("reasoningTokens", "reasoningTokens"),
		"cachedInputTokens", sum("cachedInputTokens", "cachedInputTokens"),
		"cacheCreationInputTokens", sum("cacheCreationInputTokens", "cacheCreationInputTokens"))
}
