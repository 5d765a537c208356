package mockserver

import (
	"context"
	"fmt"
)

// Agent is a model with tools, memory and processors. WithAgent serves it.
type Agent struct {
	ID          string
	Description string
	// Instructions become the system message.
	Instructions string
	// Provider and ModelID name the model; "mock" and "mock-model" by default.
	Provider string
	ModelID  string
	// Model answers the model calls. Where Models is given it is not used.
	Model Model
	// Models is a list of models: where one fails the next one is asked.
	Models []ModelEntry
	Tools  []Tool
	// Agents are sub-agents; the model calls one as the tool agent-<id>.
	Agents []*Agent
	// Memory makes the agent remember; nil agents do not.
	Memory *Memory
	// Guard looks at the texts of the messages that the client sent, each on a line
	// of its own, before the model is called; a tripwire ends the run there.
	Guard *Processor
	// Gate looks at the text so far with every piece that arrives; a tripwire
	// ends the run before the piece is sent.
	Gate *Processor
	// Durable runs are recorded and can be observed by others.
	Durable bool
	Voice   *Voice
}

// ModelEntry is one model of an agent's list.
type ModelEntry struct {
	ID    string
	Model Model
	// MaxRetries is how often the model is asked again where it cannot be called,
	// after 1 s, 2 s, 4 s and so on. What is not in a list is asked again as often as
	// the request's modelSettings.maxRetries say.
	MaxRetries int
}

// Memory is an agent's memory.
type Memory struct {
	// LastMessages is how many messages of a thread the model sees again; 10 by
	// default.
	LastMessages int
	// WorkingMemory is the template of the working memory; "" turns it off.
	WorkingMemory string
	// WorkingMemoryScope says whose the working memory is; ScopeResource by default.
	WorkingMemoryScope Scope
}

// Scope says whose something in memory is.
type Scope string

// The scopes.
const (
	ScopeResource Scope = "resource"
	ScopeThread   Scope = "thread"
)

// DefaultWorkingMemory is the template the server uses where none is given.
const DefaultWorkingMemory = `
# User Information
- **First Name**: 
- **Last Name**: 
- **Location**: 
- **Occupation**: 
- **Interests**: 
- **Goals**: 
- **Events**: 
- **Facts**: 
- **Projects**: 
`

// Processor checks text and may block a run.
type Processor struct {
	ID    string
	Check func(ctx context.Context, text string) *Tripwire
}

// check asks the processor; one that panics blocks the run.
func (p *Processor) check(ctx context.Context, text string) (t *Tripwire) {
	defer func() {
		if reason := recover(); reason != nil {
			t = &Tripwire{Reason: fmt.Sprint(reason)}
		}
	}()
	return p.Check(ctx, text)
}

// Tripwire is why a run is blocked.
type Tripwire struct {
	Reason string
	// Metadata is sent along as JSON; nil sends none.
	Metadata any
}

// Voice is an agent's voice.
type Voice struct {
	// Speak turns text into audio of the given type, "audio/mpeg" by default.
	Speak       func(text string) ([]byte, error)
	ContentType string
	// Listen turns audio into text.
	Listen func(audio []byte) (string, error)
	// Speakers are the voices by id.
	Speakers []string
}

func (a *Agent) provider() string {
	if a.Provider == "" {
		return "mock"
	}
	return a.Provider
}

// models are the models to ask in order.
func (a *Agent) models() []ModelEntry {
	if len(a.Models) > 0 {
		return a.Models
	}
	id := a.ModelID
	if id == "" {
		id = "mock-model"
	}
	return []ModelEntry{{ID: id, Model: a.Model}}
}
