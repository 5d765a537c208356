package mastra

import (
	"encoding/json"
	"time"

	"github.com/mastra-go/mastra/gen"
)

// AgentRequest asks an agent. Only Messages is required; the rest overrides what
// the agent is configured with, for this call.
type AgentRequest struct {
	// Messages is the conversation, oldest first: [Prompt] for a single question.
	Messages Messages `json:"messages"`
	// Memory names the thread to remember the conversation in. An agent without
	// memory ignores it.
	Memory *MemoryRef `json:"memory,omitempty"`
	// RunID is the run's id; the server makes one where it is empty. The same id
	// twice is two runs.
	RunID string `json:"runId,omitzero"`
	// Instructions replace the agent's own.
	Instructions string `json:"instructions,omitzero"`
	// System holds further system messages.
	System []string `json:"system,omitempty"`
	// Context holds messages that the model sees and memory does not keep.
	Context Messages `json:"context,omitempty"`
	// MaxSteps bounds the model calls of the run; 0 leaves it to the agent.
	MaxSteps int `json:"maxSteps,omitzero"`
	// Model is another model to use, as "provider/model".
	Model         string         `json:"model,omitzero"`
	ModelSettings *ModelSettings `json:"modelSettings,omitempty"`
	// ProviderOptions go to the model's provider, by provider name.
	ProviderOptions map[string]any `json:"providerOptions,omitempty"`
	// ActiveTools names the tools that the model may call; nil allows all, an empty
	// list none.
	ActiveTools []string       `json:"activeTools,omitzero"`
	Toolsets    map[string]any `json:"toolsets,omitempty"`
	// ClientTools are Go functions that the model may call, besides the agent's
	// own tools. Generate and Stream run the calls, all of a round and some of them
	// at once, and go on until the model is done. One that has the name of a tool
	// of the server takes its place.
	//
	// A call that the model makes in the same step as one that waits for an approval or
	// an answer is not run: once that was answered, the server goes on without it.
	ClientTools []ClientTool `json:"-"`
	// MaxToolRounds is how often client tools are run before the call ends with
	// [ErrToolRounds]; 0 means 10.
	MaxToolRounds int `json:"-"`
	// ToolChoice is [ToolChoiceAuto] and its like, or [ToolChoiceOf] one tool.
	ToolChoice ToolChoice `json:"toolChoice,omitzero"`
	// RequireToolApproval makes every tool call wait for an approval.
	RequireToolApproval bool `json:"requireToolApproval,omitzero"`
	// StructuredOutput asks for an answer that fits a JSON Schema.
	StructuredOutput *StructuredOutput `json:"structuredOutput,omitempty"`
	// SavePerStep saves messages after every step rather than at the end.
	SavePerStep      bool            `json:"savePerStep,omitzero"`
	Scorers          map[string]any  `json:"scorers,omitempty"`
	ReturnScorerData bool            `json:"returnScorerData,omitzero"`
	Tracing          *TracingOptions `json:"tracingOptions,omitempty"`
	// UntilIdle keeps a stream open until the background tasks of the run have
	// ended; the stream may then hold several finish chunks.
	UntilIdle *UntilIdle `json:"untilIdle,omitempty"`
	// Versions picks stored versions of the agent and its sub-agents: see [VersionsOf],
	// and [Agent.Version] for the agent alone.
	Versions *VersionOverrides `json:"versions,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
	// Extra holds members of the body that this struct does not model, such as
	// stopWhen. Naming one that it does model is an error.
	Extra map[string]any `json:"-"`
}

// ModelSettings are the sampling parameters and limits of a model call: see
// [gen.ModelSettings].
type ModelSettings = gen.ModelSettings

// ModelTimeout bounds the time of a run and of its model calls: see
// [gen.ModelTimeout].
type ModelTimeout = gen.ModelTimeout

// ErrorStrategy is what becomes of a structured answer that does not fit its schema:
// see [gen.ErrorStrategy].
type ErrorStrategy = gen.ErrorStrategy

// What can become of an answer that does not fit: it fails the call, it is passed on
// with a warning in the server's log, or another value takes its place.
const (
	ErrorStrict   = gen.ErrorStrategyStrict
	ErrorWarn     = gen.ErrorStrategyWarn
	ErrorFallback = gen.ErrorStrategyFallback
)

// StructuredOutput asks for an answer that fits a JSON Schema.
type StructuredOutput struct {
	// Schema is the JSON Schema: a json.RawMessage, a map, or anything else that
	// encodes to one.
	Schema any `json:"schema"`
	// Model does the shaping; the agent's own where it is empty.
	Model        string `json:"model,omitzero"`
	Instructions string `json:"instructions,omitzero"`
	// JSONPromptInjection writes the schema into the prompt, for models that
	// cannot be given one.
	JSONPromptInjection bool `json:"jsonPromptInjection,omitzero"`
	// ErrorStrategy is what becomes of an answer that does not fit; [ErrorStrict]
	// where it is empty.
	ErrorStrategy ErrorStrategy `json:"errorStrategy,omitzero"`
	// FallbackValue is the answer of [ErrorFallback].
	FallbackValue any `json:"fallbackValue,omitempty"`
}

// UntilIdle says how long a stream waits for background tasks.
type UntilIdle struct {
	// MaxIdle is how long to wait without an event, to the millisecond; 0 leaves it to
	// the server.
	MaxIdle time.Duration
}

// milliseconds is the limit as the server reads it: one that is less than that is one.
func (u UntilIdle) milliseconds() int64 {
	if u.MaxIdle <= 0 {
		return 0
	}
	return int64((u.MaxIdle-1)/time.Millisecond) + 1
}

// MarshalJSON gives true where no limit is set.
func (u UntilIdle) MarshalJSON() ([]byte, error) {
	if u.MaxIdle == 0 {
		return []byte("true"), nil
	}
	return json.Marshal(map[string]int64{"maxIdleMs": u.milliseconds()})
}

// ToolChoice says whether the model must call a tool, and which.
type ToolChoice struct{ mode, tool string }

// The choices that name no tool. The zero ToolChoice leaves it to the agent.
var (
	ToolChoiceAuto     = ToolChoice{mode: "auto"}
	ToolChoiceNone     = ToolChoice{mode: "none"}
	ToolChoiceRequired = ToolChoice{mode: "required"}
)

// ToolChoiceOf makes the model call the tool of that name.
func ToolChoiceOf(tool string) ToolChoice { return ToolChoice{tool: tool} }

// MarshalJSON gives the mode, or the tool's name.
func (t ToolChoice) MarshalJSON() ([]byte, error) {
	if t.tool == "" {
		return json.Marshal(t.mode)
	}
	return json.Marshal(map[string]string{"type": "tool", "toolName": t.tool})
}

// checkAsk refuses a request that the server could only refuse or misread.
func (r *AgentRequest) check() error {
	switch {
	case len(r.Messages) == 0:
		return refuse("AgentRequest.Messages is empty; use Prompt, or a Messages literal")
	case r.Memory != nil && r.Memory.ThreadID == "":
		return refuse("AgentRequest.Memory.ThreadID is empty")
	}
	return checkLimits(r.MaxSteps, r.UntilIdle)
}

// checkLimits: the server takes a negative number for no limit at all.
func checkLimits(maxSteps int, idle *UntilIdle) error {
	switch {
	case maxSteps < 0:
		return refuse("MaxSteps is negative")
	case idle != nil && idle.MaxIdle < 0:
		return refuse("UntilIdle.MaxIdle is negative")
	}
	return nil
}
