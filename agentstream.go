package mastra

import (
	"encoding/json"
	"iter"
	"slices"
	"sync"

	"github.com/mastra-go/mastra/internal/veil"
	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// AgentStream is the stream of an agent's run: see [stream.Stream] for Chunks and
// Close. It belongs to one goroutine.
type AgentStream struct {
	*stream.Stream
	b *agentBuilder
}

// Text iterates over the answer's text, piece by piece and in whole characters, and
// ends with the error that ended the stream: a [*RunError] for a model that failed, a
// [*TripwireError], [ErrTruncated] for a connection that broke, the context's error.
// Breaking out of the loop closes the stream.
//
// No text and no error usually means that the run waits: see Pending.
func (s *AgentStream) Text() iter.Seq2[string, error] { return growth(s.Stream, &s.b.text) }

// Result reads what is left of the stream and returns what the run came to. It
// may be called after Text or Chunks, or instead of them. When the stream ended
// badly, it returns what came before together with the error.
func (s *AgentStream) Result() (*AgentResult, error) {
	for _, err := range s.Chunks() {
		if err != nil {
			return s.b.result(), err
		}
	}
	if !s.b.ended {
		return s.b.result(), ErrClosed
	}
	return s.b.result(), nil
}

// Pending reads what is left of the stream and lists what the run waits for.
func (s *AgentStream) Pending() ([]Pending, error) {
	res, err := s.Result()
	return res.Pending(), err
}

// agentBuilder makes an AgentResult from the chunks of a stream. The large
// chunks at the end are looked into once, when the result is asked for.
type agentBuilder struct {
	veil            func() *veil.Veil
	text, reasoning wtf8.Text
	partial         AgentResult
	steps           []streamedStep
	finishes        []stream.Chunk
	transcript      *transcript // only for client tools
	calls, results  int         // of the rounds before: some models count their calls anew in each
	rounds          int         // finishes of the rounds before
	ended           bool

	within                 bool // a step of this run has ended
	stepCalls, stepResults int  // of the steps before
}

func (b *agentBuilder) add(c *stream.Chunk) {
	if v, ok := c.Observed(); ok {
		c = &v.Chunk
	}
	if c.RunID != "" {
		b.partial.RunID = c.RunID
	}
	if b.transcript != nil {
		b.transcript.add(c)
	}
	switch c.Type {
	case stream.TypeTextDelta, stream.TypeTextStart, stream.TypeTextEnd:
		stream.AddText(&b.text, c)
		return
	case stream.TypeReasoningDelta, stream.TypeReasoningStart, stream.TypeReasoningEnd:
		stream.AddText(&b.reasoning, c)
		return
	case stream.TypeStepFinish:
		b.stepEnded(c)
		return
	case stream.TypeFinish:
		b.runEnded(c)
		return
	case stream.TypeObject, stream.TypeToolCallDelta:
		return
	}
	p := &b.partial
	switch v := c.Value().(type) {
	case *stream.Start:
		p.MessageID = v.MessageID
	case *stream.StepStart:
		p.Warnings = warningsOf(v.Warnings)
	case *stream.ToolCall:
		p.ToolCalls = append(p.ToolCalls, *v)
	case *stream.ToolResult:
		b.answered(*v)
	case *stream.ToolErrorChunk:
		b.answered(v.Result())
	case *stream.ToolOutputDenied:
		b.answered(ToolResult{RunID: v.RunID, ID: v.ID, Name: v.Name, Args: v.Args, IsError: true, Err: v.Approval.Reason})
	case *stream.Source:
		p.Sources = append(p.Sources, *v)
	case *stream.File:
		p.Files = append(p.Files, *v)
	case *stream.ObjectResult:
		p.Object = c.Payload()
		var meta struct {
			Fallback bool `json:"fallback"`
		}
		p.UsedFallbackValue = json.Unmarshal(c.Metadata(), &meta) == nil && meta.Fallback
	case *stream.ToolCallApproval:
		b.waits(v.Pending())
	case *stream.ToolCallSuspended:
		b.waits(v.Pending())
	case *stream.Tripwire:
		p.Tripwire = v.Err()
	case *stream.ErrorChunk:
		p.failure = v.Err()
	}
}

func (b *agentBuilder) waits(p Pending) {
	b.settle(p.ToolCallID)
	b.partial.pending = append(b.partial.pending, p)
}

func (b *agentBuilder) answered(r ToolResult) {
	b.settle(r.ID)
	b.partial.ToolResults = append(b.partial.ToolResults, r)
}

// called tells whether the run has made the call.
func (b *agentBuilder) called(id string) bool {
	return slices.ContainsFunc(b.partial.ToolCalls, func(c ToolCall) bool { return c.ID == id })
}

// knows tells whether the call has a result.
func (b *agentBuilder) knows(callID string) bool {
	return slices.ContainsFunc(b.partial.ToolResults, func(r ToolResult) bool { return r.ID == callID })
}

func (b *agentBuilder) settle(callID string) {
	b.partial.pending = slices.DeleteFunc(b.partial.pending, func(p Pending) bool { return p.ToolCallID == callID })
}

// result adds up what has come so far.
func (b *agentBuilder) result() *AgentResult {
	r := b.partial
	r.pending = slices.Clone(r.pending)
	r.Text, r.Reasoning = b.text.String(), b.reasoning.String()
	b.tell(&r)
	for i := range b.finishes {
		if v, ok := b.finishes[i].Value().(*stream.Finish); ok {
			if i >= b.rounds {
				r.FinishReason = v.Reason()
			}
			r.Usage = r.Usage.Add(v.Usage())
		}
	}
	if len(b.finishes) == 0 {
		for i := range b.steps {
			if v, ok := b.steps[i].finish.Value().(*stream.StepFinish); ok {
				r.Usage = r.Usage.Add(v.Output.Usage())
			}
		}
	}
	switch {
	case r.failure != nil && len(b.finishes) > 0 && r.FinishReason != FinishError:
		r.failure = nil // another model has answered
	case len(r.pending) > 0 && r.FinishReason == "":
		r.FinishReason = FinishSuspended
	case r.Tripwire != nil && r.FinishReason == "":
		r.FinishReason = FinishOther // as in an answer that is not streamed
	}
	r.clientTools(r.ToolCalls[b.calls:], r.ToolResults[min(b.results, len(r.ToolResults)):])
	if b.veil != nil { // else whoever asked for the answer hides
		r.hide(sync.OnceValue(b.veil))
	}
	return &r
}
