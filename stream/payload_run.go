package stream

import (
	"cmp"
	"encoding/json"
)

// Start is the payload of `start`: a run begins. Resumed streams have none.
type Start struct {
	// ID is the agent's id.
	ID        string `json:"id,omitempty"`
	MessageID string `json:"messageId,omitempty"`
}

// StepStart is the payload of `step-start`: a model call begins.
type StepStart struct {
	StepID    string          `json:"stepId,omitempty"`
	MessageID string          `json:"messageId,omitempty"`
	StartedAt Time            `json:"startedAt,omitzero"`
	Request   json.RawMessage `json:"request,omitempty"`
	Warnings  json.RawMessage `json:"warnings,omitempty"`
}

// decode also reads the form in which an observed run has it, with a whole chunk
// in the place of the payload.
func (s *StepStart) decode(c *Chunk) error {
	payload := c.Payload()
	if payload == nil {
		return errNoPayload
	}
	if inner, ok := nested(payload); ok && inner.Type == c.Type {
		payload = inner.Payload()
	}
	type plain StepStart
	return decodePayload(payload, (*plain)(s))
}

// StepResult is how a step or a run ended.
type StepResult struct {
	Reason FinishReason `json:"reason"`
	// RawReason is the provider's own word for it.
	RawReason string `json:"rawReason,omitempty"`
	// IsContinued tells that another step follows.
	IsContinued bool            `json:"isContinued,omitempty"`
	Warnings    json.RawMessage `json:"warnings,omitempty"`
}

// Output is the `output` member of `step-finish` and `finish`. It repeats the
// whole conversation so far, so it stays JSON until a method asks for a part.
type Output json.RawMessage

// Raw returns the JSON; nil if there was none.
func (o Output) Raw() json.RawMessage { return json.RawMessage(o) }

// MarshalJSON writes the JSON as it came, null for none.
func (o Output) MarshalJSON() ([]byte, error) { return orNull(o), nil }

// UnmarshalJSON keeps the JSON as it is; null is none.
func (o *Output) UnmarshalJSON(b []byte) error {
	*o = nil
	if string(b) != "null" {
		*o = append(*o, b...)
	}
	return nil
}

// Text returns the text of the step or run.
func (o Output) Text() string {
	text, _ := jsonString(member(o, "text"))
	return text
}

// Usage returns the tokens used; zero where the server says nothing.
func (o Output) Usage() Usage {
	var u Usage
	if json.Unmarshal(member(o, "usage"), &u) != nil {
		return Usage{}
	}
	return u
}

// ToolCalls returns the calls that the step made.
func (o Output) ToolCalls() ([]ToolCall, error) {
	return decodeList[ToolCall](member(o, "toolCalls"))
}

// Object returns the structured answer, or nil.
func (o Output) Object() json.RawMessage { return member(o, "object") }

// Steps returns the steps, each any JSON.
func (o Output) Steps() ([]json.RawMessage, error) {
	return decodeList[json.RawMessage](member(o, "steps"))
}

func decodeList[T any](raw json.RawMessage) ([]T, error) {
	if raw == nil {
		return nil, nil
	}
	var list []T
	err := decodePayload(raw, &list)
	return list, err
}

// StepFinish is the payload of `step-finish`: a model call ended.
type StepFinish struct {
	ID         string     `json:"id,omitempty"`
	MessageID  string     `json:"messageId,omitempty"`
	StepResult StepResult `json:"stepResult"`
	Output     Output     `json:"output,omitempty"`
	// Metadata holds the response's id, time and model, and the provider's metadata.
	Metadata json.RawMessage `json:"metadata,omitempty"`
	// Messages holds the conversation: {all, user, nonUser}.
	Messages json.RawMessage `json:"messages,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

// Finish is the payload of `finish`: a run ended, well or not; see
// StepResult.Reason. A stream may hold more than one.
type Finish struct {
	MessageID  string     `json:"messageId,omitempty"`
	StepResult StepResult `json:"stepResult"`
	Output     Output     `json:"output,omitempty"`
	// Metadata holds the response's id, time and model, and the provider's metadata.
	Metadata json.RawMessage `json:"metadata,omitempty"`
	// Messages holds the conversation: {all, user, nonUser}.
	Messages json.RawMessage `json:"messages,omitempty"`
	Response json.RawMessage `json:"response,omitempty"`
}

// Reason is StepResult.Reason.
func (f *Finish) Reason() FinishReason { return f.StepResult.Reason }

// Usage is the tokens that the run used.
func (f *Finish) Usage() Usage { return f.Output.Usage() }

func (f *StepFinish) decode(c *Chunk) error {
	return decodeFinish(c, finishFields{&f.ID, &f.MessageID, &f.StepResult, &f.Output, &f.Metadata, &f.Messages, &f.Response})
}

func (f *Finish) decode(c *Chunk) error {
	var id string
	return decodeFinish(c, finishFields{&id, &f.MessageID, &f.StepResult, &f.Output, &f.Metadata, &f.Messages, &f.Response})
}

// finishFields are the members of StepFinish and Finish.
type finishFields struct {
	id, messageID                *string
	stepResult                   *StepResult
	output                       *Output
	metadata, messages, response *json.RawMessage
}

// decodeFinish walks the payload once and leaves the members that repeat the
// conversation where they are; encoding/json would take a millisecond for them.
func decodeFinish(c *Chunk, f finishFields) error {
	payload := c.Payload()
	if !isObject(payload) {
		return errNotObject
	}
	for key, value := range membersOf(payload) {
		switch key {
		case "id":
			*f.id, _ = jsonString(value)
		case "messageId":
			*f.messageID, _ = jsonString(value)
		case "stepResult":
			if err := decodePayload(value, f.stepResult); err != nil {
				return err
			}
		case "output":
			*f.output = Output(value)
		case "metadata":
			*f.metadata = value
		case "messages":
			*f.messages = value
		case "response":
			*f.response = value
		}
	}
	return nil
}

// ErrorChunk is the payload of `error`: a model, or the run, failed. The stream goes on
// to its end and then ends with a [RunError], unless a `finish` of the same run follows
// with another reason than "error": then another model has answered, and the run is a
// success. An event {"error": ...} without a type is taken for such a chunk.
type ErrorChunk struct {
	RunID string
	Error ErrorDetail
}

func (e *ErrorChunk) decode(c *Chunk) error {
	*e = *errorChunk(c)
	return nil
}

func errorChunk(c *Chunk) *ErrorChunk {
	return &ErrorChunk{RunID: c.RunID, Error: errorDetail(c.errorJSON())}
}

// Err returns the failure as an error. Whether the run came to it, the end of the stream
// tells.
func (e *ErrorChunk) Err() *RunError {
	return &RunError{RunID: e.RunID, Name: e.Error.Name, Message: e.Error.Message, Code: e.Error.Code, StatusCode: e.Error.StatusCode}
}

// Abort is an `abort` chunk: the run was aborted.
type Abort struct{}

// Tripwire is the payload of `tripwire`: a processor stopped the run. The stream
// then ends with a [TripwireError].
type Tripwire struct {
	RunID       string          `json:"runId,omitempty"`
	Reason      string          `json:"reason"`
	Retry       bool            `json:"retry,omitempty"`
	ProcessorID string          `json:"processorId,omitempty"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

func (t *Tripwire) setRunID(id string) { t.RunID = cmp.Or(t.RunID, id) }

// Err returns the stop as an error.
func (t *Tripwire) Err() *TripwireError {
	return &TripwireError{RunID: t.RunID, Reason: t.Reason, ProcessorID: t.ProcessorID, Retry: t.Retry, Metadata: t.Metadata}
}

// TaskComplete is the payload of `is-task-complete`: a completion check ran.
type TaskComplete struct {
	Iteration           int             `json:"iteration"`
	Passed              bool            `json:"passed"`
	Results             json.RawMessage `json:"results,omitempty"`
	DurationMS          float64         `json:"duration"`
	TimedOut            bool            `json:"timedOut,omitempty"`
	Reason              string          `json:"reason,omitempty"`
	MaxIterationReached bool            `json:"maxIterationReached,omitempty"`
	SuppressFeedback    bool            `json:"suppressFeedback,omitempty"`
}

// Goal is the payload of `goal`: the state of an agent that works towards an
// objective.
type Goal struct {
	Objective json.RawMessage `json:"objective,omitempty"`
	Iteration int             `json:"iteration"`
	MaxRuns   int             `json:"maxRuns,omitempty"`
	Passed    bool            `json:"passed"`
	// Status is "active", "paused" or "done".
	Status       string          `json:"status"`
	Results      json.RawMessage `json:"results,omitempty"`
	Reason       string          `json:"reason,omitempty"`
	PausedReason string          `json:"pausedReason,omitempty"`
}

// StepOutput is the payload of `step-output`: what a processor or step wrote.
type StepOutput struct {
	Output json.RawMessage `json:"output"`
}

// RawChunk is the payload of `raw`: what the model provider sent.
type RawChunk struct {
	Value json.RawMessage
}

func (r *RawChunk) decode(c *Chunk) error {
	r.Value = c.Payload()
	return nil
}

// Watch is the payload of `watch`, any JSON.
type Watch struct {
	Value json.RawMessage
}

func (w *Watch) decode(c *Chunk) error {
	w.Value = c.Payload()
	return nil
}

// Unknown is a chunk of a type that this package does not know, or one whose
// payload is not of the shape that its type has.
type Unknown struct {
	Type    string
	Payload json.RawMessage
	// Err says why the payload does not fit; nil for an unknown type. It is left out of
	// JSON.
	Err error `json:"-"`
}
