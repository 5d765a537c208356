package mastra

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/tolerant"
	"github.com/mastra-go/mastra/stream"
)

// exchange is what one answer of the server tells of the model calls behind it. It
// stays undecoded until it is asked for: it repeats the conversation.
type exchange struct {
	answer json.RawMessage // one that was not streamed
	steps  []streamedStep  // of one that was
	list   json.RawMessage // as MarshalJSON has written them
}

// streamedStep is a model call of a stream.
type streamedStep struct {
	finish  stream.Chunk
	initial bool // the first of its run
	calls   []ToolCall
	results []ToolResult
}

// exchanges are those that the result comes from: several where client tools ran.
func (r *AgentResult) exchanges() []exchange {
	switch {
	case r == nil:
		return nil
	case r.told == nil && r.Raw != nil:
		return []exchange{{answer: r.Raw}}
	}
	return r.told
}

// Steps decodes the model calls of the run, with what each came to, its warnings and
// its model. Those of a stream lack Request, Reasoning, Sources, Files and what only
// the whole answer tells of the Response: its headers, and its messages as stored. A
// step that did not end, because the run waits or was stopped, is not there.
func (r *AgentResult) Steps() ([]AgentStep, error) {
	var all []AgentStep
	for _, x := range r.exchanges() {
		steps, err := x.decode()
		if err != nil {
			return nil, failed(http.StatusBadGateway, "mastra: the steps of the result do not decode: %s", strings.TrimPrefix(call.WithoutValue(err).Error(), "json: "))
		}
		all = append(all, steps...)
	}
	return all, nil
}

func (x *exchange) decode() ([]AgentStep, error) {
	var wire struct {
		Steps []AgentStep `json:"steps"`
	}
	var err error
	switch {
	case x.answer != nil:
		_, err = tolerant.Unmarshal(x.answer, &wire)
	case x.list != nil:
		_, err = tolerant.Unmarshal(x.list, &wire.Steps)
	}
	for i := range x.steps {
		if step, ok := x.steps[i].decode(); ok {
			wire.Steps = append(wire.Steps, step)
		}
	}
	return wire.Steps, err
}

// decode makes of a step-finish chunk what the whole answer has in its place. The chunk
// repeats the steps before; the last is its own.
func (s *streamedStep) decode() (step AgentStep, ok bool) {
	finish, ok := s.finish.Value().(*stream.StepFinish)
	if !ok {
		return step, false
	}
	if before, _ := finish.Output.Steps(); len(before) > 0 {
		_, _ = tolerant.Unmarshal(before[len(before)-1], &step) // one of another shape tells nothing
	}
	step.StepType = "tool-result"
	if s.initial {
		step.StepType = "initial"
	}
	step.FinishReason = string(finish.StepResult.Reason)
	step.Text, step.ReasoningText = "", ""
	for _, part := range step.Content {
		var is struct{ Type, Text string }
		switch _ = json.Unmarshal(part, &is); is.Type {
		case "text":
			step.Text += is.Text
		case "reasoning":
			step.ReasoningText += is.Text
		}
	}
	if step.Text == "" {
		step.Text = finish.Output.Text()
	}
	if step.Usage == nil {
		u := finish.Output.Usage()
		step.Usage = &gen.Usage{
			InputTokens: u.InputTokens, OutputTokens: u.OutputTokens, TotalTokens: u.TotalTokens, ReasoningTokens: u.ReasoningTokens,
			CachedInputTokens: u.CachedInputTokens, CacheCreationInputTokens: u.CacheCreationInputTokens,
		}
	}
	if step.Response == nil {
		step.Response = new(gen.AgentResponse)
	}
	_, _ = tolerant.Unmarshal(finish.Metadata, step.Response)
	calls, results := []toldChunk{}, []toldChunk{}
	for i := range s.calls {
		calls = append(calls, toldChunk{stream.TypeToolCall, s.calls[i].RunID, "AGENT", s.calls[i]})
	}
	for i := range s.results {
		if !s.results[i].IsError { // as in the whole answer
			results = append(results, toldChunk{stream.TypeToolResult, s.results[i].RunID, "AGENT", s.results[i]})
		}
	}
	again(calls, &step.ToolCalls)
	again(results, &step.ToolResults)
	return step, true
}

// stepEnded notes what a step came to.
func (b *agentBuilder) stepEnded(c *stream.Chunk) {
	p, results := &b.partial, max(b.stepResults, b.results) // behind those of client tools
	b.steps = append(b.steps, streamedStep{
		finish: *c, initial: !b.within,
		calls: slices.Clip(p.ToolCalls[b.stepCalls:]), results: slices.Clip(p.ToolResults[min(results, len(p.ToolResults)):]),
	})
	b.within, b.stepCalls, b.stepResults = true, len(p.ToolCalls), len(p.ToolResults)
}

// runEnded notes what the end of a run tells of all of it.
func (b *agentBuilder) runEnded(c *stream.Chunk) {
	b.finishes = append(b.finishes, *c)
	b.within = false
}

// tell puts into a result what was noted.
func (b *agentBuilder) tell(r *AgentResult) {
	if len(b.steps) > 0 {
		r.told = []exchange{{steps: slices.Clone(b.steps)}}
	}
	if len(b.finishes) == 0 {
		return
	}
	last, ok := b.finishes[len(b.finishes)-1].Value().(*stream.Finish)
	if !ok {
		return
	}
	var metadata struct {
		ModelID string `json:"modelId"`
	}
	_, _ = tolerant.Unmarshal(last.Metadata, &metadata) // it may be missing
	r.ModelID = metadata.ModelID
	if told := warningsOf(last.StepResult.Warnings); told != nil {
		r.Warnings = told
	}
	if r.conversation = all(last.Messages); r.conversation == nil {
		r.finish = &b.finishes[len(b.finishes)-1]
	}
}

// all is the conversation in the messages of a finish.
func all(messages json.RawMessage) json.RawMessage {
	var members struct {
		All json.RawMessage `json:"all"`
	}
	_ = json.Unmarshal(messages, &members) // of another shape, it tells none
	return members.All
}

func warningsOf(list json.RawMessage) (warnings []json.RawMessage) {
	_ = json.Unmarshal(list, &warnings) // of another shape, it tells none
	if len(warnings) == 0 {
		return nil
	}
	return warnings
}

// toldChunk is a chunk as steps have it.
type toldChunk struct {
	Type    string `json:"type"`
	RunID   string `json:"runId,omitzero"`
	From    string `json:"from"`
	Payload any    `json:"payload"`
}

// again reads what chunks look like as JSON.
func again(chunks []toldChunk, into any) {
	text, _ := call.Marshal(chunks) // it has been JSON before
	_ = json.Unmarshal(text, into)
}

// Messages decodes the messages of the run: remembered, sent, and answered. Of a
// stream they are those that the model was told, as its finish repeats them, without
// ids and times, and with tool calls in the Fields of their parts; nil where no finish
// came, because the run waits or was stopped, and for a result that was read from the
// JSON that MarshalJSON writes.
func (r *AgentResult) Messages() ([]StoredMessage, error) {
	var wire struct {
		Messages []StoredMessage `json:"messages"`
	}
	var err error
	switch {
	case r == nil:
	case r.Raw != nil:
		err = r.part(&wire)
	case r.conversation != nil:
		_, err = tolerant.Unmarshal(r.conversation, &wire.Messages)
	}
	return wire.Messages, err
}
