package mastra

import (
	"context"
	"strings"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// What the server says about models, skills and plans.
type (
	// AgentProvider is a model provider that the server knows: see [gen.AgentProvider].
	AgentProvider = gen.AgentProvider
	// StoredAgent is an agent that the server's editor keeps: see [gen.StoredAgent].
	StoredAgent = gen.StoredAgent
	// AgentSkill is a skill in an agent's workspace: see [gen.AgentSkill].
	AgentSkill = gen.AgentSkill
	// AgentPlan is a plan file of an agent: see [gen.AgentPlan].
	AgentPlan = gen.AgentPlan
	// EnhancedInstructions is a proposal for better instructions: see
	// [gen.EnhancedInstructions].
	EnhancedInstructions = gen.EnhancedInstructions
)

// Providers lists the model providers that the server knows, and whether it has
// a key for them.
//
// GET /agents/providers. Safe to repeat, and repeated.
func (a Agents) Providers(ctx context.Context, opts ...Option) ([]AgentProvider, error) {
	var out gen.ProviderList
	err := a.c.call(ctx, opts, call.Request{Op: route.AgentsProviders}, &out)
	return out.Providers, err
}

// SetModel makes the agent use another model, as "provider/model", for everybody, until the server
// restarts or [Agent.ResetModel]. It replaces a list of models too.
//
// POST /agents/{agentId}/model. Repeated only where the server refused it unprocessed.
func (a *Agent) SetModel(ctx context.Context, model string, opts ...Option) error {
	body, err := modelOf(model)
	if err != nil {
		return err
	}
	return a.c.call(ctx, opts, call.Request{Op: route.AgentSetModel, IDs: []string{a.id}, Body: body}, nil)
}

// modelOf takes "provider/model" apart. The server would take an empty half, and the
// agent fail from then on.
func modelOf(name string) (*gen.ModelRequest, error) {
	provider, model, _ := strings.Cut(name, "/")
	if provider == "" || model == "" {
		return nil, refuse("the model is %q; it must be provider/model", name)
	}
	return &gen.ModelRequest{Provider: provider, ModelID: model}, nil
}

// ResetModel undoes [Agent.SetModel].
//
// POST /agents/{agentId}/model/reset. Repeated only where the server refused it unprocessed.
func (a *Agent) ResetModel(ctx context.Context, opts ...Option) error {
	return a.c.call(ctx, opts, call.Request{Op: route.AgentResetModel, IDs: []string{a.id}}, nil)
}

// ReorderModels sets the order in which an agent's models are tried, by the ids
// of their entries in [AgentInfo].ModelList. Unknown ids do not count. An agent
// with a single model matches [ErrBadRequest].
//
// POST /agents/{agentId}/models/reorder. Repeated only where the server refused it unprocessed.
func (a *Agent) ReorderModels(ctx context.Context, entryIDs []string, opts ...Option) error {
	if entryIDs == nil {
		entryIDs = []string{}
	}
	body := gen.ReorderModelsRequest{ReorderedModelIDs: entryIDs}
	return a.c.call(ctx, opts, call.Request{Op: route.AgentReorderModels, IDs: []string{a.id}, Body: body}, nil)
}

// UpdateModelRequest changes one entry of an agent's model list; what is empty or nil
// stays as it is.
type UpdateModelRequest struct {
	// Model is another model, as "provider/model".
	Model string
	// MaxRetries is how often the server repeats a failing call of this model
	// before it asks the next one.
	MaxRetries *int
	Enabled    *bool
}

// UpdateModel changes one entry of the agent's model list, for everybody. An
// unknown entry matches [ErrNotFound].
//
// POST /agents/{agentId}/models/{modelConfigId}. Repeated only where the server
// refused it unprocessed.
func (a *Agent) UpdateModel(ctx context.Context, entryID string, req UpdateModelRequest, opts ...Option) error {
	body := struct {
		Model      *gen.ModelRequest `json:"model,omitempty"`
		MaxRetries *int              `json:"maxRetries,omitempty"`
		Enabled    *bool             `json:"enabled,omitempty"`
	}{nil, req.MaxRetries, req.Enabled}
	if req.Model != "" {
		var err error
		if body.Model, err = modelOf(req.Model); err != nil {
			return err
		}
	}
	return a.c.call(ctx, opts, call.Request{Op: route.AgentUpdateModelConfig, IDs: []string{a.id, entryID}, Body: body}, nil)
}

// EnhanceInstructionsRequest asks for better instructions.
type EnhanceInstructionsRequest struct {
	// Instructions as they are; Comment says what should be better.
	Instructions string `json:"instructions"`
	Comment      string `json:"comment"`
}

// EnhanceInstructions has a model propose better instructions. It changes nothing.
//
// POST /agents/{agentId}/instructions/enhance. Repeated only where the server
// refused it unprocessed.
func (a *Agent) EnhanceInstructions(ctx context.Context, req EnhanceInstructionsRequest, opts ...Option) (*EnhancedInstructions, error) {
	return callFor[EnhancedInstructions](ctx, a.c, opts, call.Request{Op: route.AgentEnhanceInstructions, IDs: []string{a.id}, Body: req})
}

// CloneAgentRequest names a copy of an agent; what is empty the server chooses.
type CloneAgentRequest struct {
	ID       string         `json:"newId,omitzero"`
	Name     string         `json:"newName,omitzero"`
	AuthorID string         `json:"authorId,omitzero"`
	Metadata map[string]any `json:"metadata,omitempty"`
	// RequestContext is merged over the client's and the call's.
	RequestContext map[string]any `json:"-"`
}

// Clone copies the agent into the server's editor. A server without one matches
// [ErrServer].
//
// POST /agents/{agentId}/clone. Repeated only where the server refused it unprocessed.
func (a *Agent) Clone(ctx context.Context, req CloneAgentRequest, opts ...Option) (*StoredAgent, error) {
	return callFor[StoredAgent](ctx, a.c, opts, call.Request{
		Op: route.AgentClone, IDs: []string{a.id}, Body: req, Context: a.version.inContext(req.RequestContext), Refused: a.version.byID("a clone"),
	})
}

// PlanFile reads a plan file of the agent. One that is missing matches [ErrNotFound].
//
// GET /agents/{agentId}/plans/file. Safe to repeat, and repeated.
func (a *Agent) PlanFile(ctx context.Context, path string, opts ...Option) (*AgentPlan, error) {
	if path == "" {
		return nil, refuse("the path of the plan file is empty")
	}
	var p call.Params
	p.Set("path", path)
	a.version.query(&p)
	return callFor[AgentPlan](ctx, a.c, opts, call.Request{Op: route.AgentPlanFile, IDs: []string{a.id}, Query: p.Values})
}

// Skill reads a skill of the agent's workspace. One that is missing matches [ErrNotFound].
//
// GET /agents/{agentId}/skills/{skillName}. Safe to repeat, and repeated.
func (a *Agent) Skill(ctx context.Context, name string, opts ...Option) (*AgentSkill, error) {
	return a.skill(ctx, name, "", opts)
}

// SkillAt is Skill where several have that name: it reads the one at this path, which
// [AgentInfo].Skills tells.
//
// GET /agents/{agentId}/skills/{skillName}. Safe to repeat, and repeated.
func (a *Agent) SkillAt(ctx context.Context, name, path string, opts ...Option) (*AgentSkill, error) {
	if path == "" {
		return nil, refuse("the path of the skill is empty")
	}
	return a.skill(ctx, name, path, opts)
}

func (a *Agent) skill(ctx context.Context, name, path string, opts []Option) (*AgentSkill, error) {
	var p call.Params
	p.Set("path", path)
	return callFor[AgentSkill](ctx, a.c, opts, call.Request{Op: route.AgentSkill, IDs: []string{a.id, name}, Query: p.Values, Refused: a.version.unversioned("a skill")})
}
