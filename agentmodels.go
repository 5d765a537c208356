package mastra

import (
	"context"
	"errors"

	"github.com/mastra-go/mastra/gen"
)

var (
	opAgentsProviders  = get("AgentsProviders", "/agents/providers")
	opAgentSetModel    = post("AgentSetModel", "/agents/{agentId}/model").contextInQuery()
	opAgentResetModel  = post("AgentResetModel", "/agents/{agentId}/model/reset").contextInQuery()
	opAgentReorder     = post("AgentReorderModels", "/agents/{agentId}/models/reorder").contextInQuery()
	opAgentUpdateModel = post("AgentUpdateModelConfig", "/agents/{agentId}/models/{modelConfigId}").contextInQuery()
	opAgentEnhance     = post("AgentEnhanceInstructions", "/agents/{agentId}/instructions/enhance").contextInQuery()
	opAgentClone       = post("AgentClone", "/agents/{agentId}/clone").contextInQuery()
	opAgentPlanFile    = get("AgentPlanFile", "/agents/{agentId}/plans/file")
	opAgentSkill       = get("AgentSkill", "/agents/{agentId}/skills/{skillName}")
)

// What the server says about models, skills and plans.
type (
	// AgentProvider is a model provider that the server knows.
	AgentProvider = gen.AgentProvider
	// ModelRef names a model and its provider.
	ModelRef = gen.ModelRequest
	// StoredAgent is an agent that the server's editor keeps.
	StoredAgent = gen.StoredAgent
	// AgentSkill is a skill in an agent's workspace.
	AgentSkill = gen.AgentSkill
	// AgentPlan is a plan file of an agent.
	AgentPlan = gen.AgentPlan
	// EnhancedInstructions is a proposal for better instructions.
	EnhancedInstructions = gen.EnhancedInstructions
)

// Providers lists the model providers that the server knows, and whether it has
// a key for them.
//
// GET /agents/providers. Safe to repeat, and repeated.
func (a Agents) Providers(ctx context.Context, opts ...Option) ([]AgentProvider, error) {
	var out gen.ProviderList
	err := a.c.call(ctx, request{op: opAgentsProviders, opts: opts}, &out)
	return out.Providers, err
}

// SetModel makes the agent use another model, for everybody, until the server
// restarts or [Agent.ResetModel]. It replaces a list of models too.
//
// POST /agents/{agentId}/model. Repeated only where the server refused it unprocessed.
func (a *Agent) SetModel(ctx context.Context, model ModelRef, opts ...Option) error {
	if err := checkModel(model); err != nil {
		return err
	}
	return a.c.call(ctx, request{op: opAgentSetModel, ids: []string{a.id}, body: model, opts: opts}, nil)
}

// checkModel: the server would take it, and the agent fail from then on.
func checkModel(m ModelRef) error {
	if m.ModelID == "" || m.Provider == "" {
		return errors.New("mastra: ModelRef: the model or its provider is empty")
	}
	return nil
}

// ResetModel undoes [Agent.SetModel].
//
// POST /agents/{agentId}/model/reset. Repeated only where the server refused it unprocessed.
func (a *Agent) ResetModel(ctx context.Context, opts ...Option) error {
	return a.c.call(ctx, request{op: opAgentResetModel, ids: []string{a.id}, opts: opts}, nil)
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
	return a.c.call(ctx, request{op: opAgentReorder, ids: []string{a.id}, body: body, opts: opts}, nil)
}

// ModelUpdate changes one entry of an agent's model list; nil leaves as it is.
type ModelUpdate struct {
	Model *ModelRef `json:"model,omitempty"`
	// MaxRetries is how often the server repeats a failing call of this model
	// before it asks the next one.
	MaxRetries *int  `json:"maxRetries,omitempty"`
	Enabled    *bool `json:"enabled,omitempty"`
}

// UpdateModel changes one entry of the agent's model list, for everybody. An
// unknown entry matches [ErrNotFound].
//
// POST /agents/{agentId}/models/{modelConfigId}. Repeated only where the server
// refused it unprocessed.
func (a *Agent) UpdateModel(ctx context.Context, entryID string, update ModelUpdate, opts ...Option) error {
	if update.Model != nil {
		if err := checkModel(*update.Model); err != nil {
			return err
		}
	}
	return a.c.call(ctx, request{op: opAgentUpdateModel, ids: []string{a.id, entryID}, body: update, opts: opts}, nil)
}

// EnhanceRequest asks for better instructions.
type EnhanceRequest struct {
	// Instructions as they are; Comment says what should be better.
	Instructions string `json:"instructions"`
	Comment      string `json:"comment"`
}

// EnhanceInstructions has a model propose better instructions. It changes nothing.
//
// POST /agents/{agentId}/instructions/enhance. Repeated only where the server
// refused it unprocessed.
func (a *Agent) EnhanceInstructions(ctx context.Context, req EnhanceRequest, opts ...Option) (*EnhancedInstructions, error) {
	return callFor[EnhancedInstructions](ctx, a.c, request{op: opAgentEnhance, ids: []string{a.id}, body: req, opts: opts})
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
	return callFor[StoredAgent](ctx, a.c, request{op: opAgentClone, ids: []string{a.id}, body: req, context: req.RequestContext, opts: opts})
}

// PlanFile reads a plan file of the agent. One that is missing matches [ErrNotFound].
//
// GET /agents/{agentId}/plans/file. Safe to repeat, and repeated.
func (a *Agent) PlanFile(ctx context.Context, path string, opts ...Option) (*AgentPlan, error) {
	if path == "" {
		return nil, errors.New("mastra: the path of the plan file is empty")
	}
	var p params
	p.set("path", path)
	return callFor[AgentPlan](ctx, a.c, request{op: opAgentPlanFile, ids: []string{a.id}, query: p.values, opts: opts})
}

// Skill reads a skill of the agent's workspace. One that is missing matches [ErrNotFound].
//
// GET /agents/{agentId}/skills/{skillName}. Safe to repeat, and repeated.
func (a *Agent) Skill(ctx context.Context, name string, opts ...Option) (*AgentSkill, error) {
	return callFor[AgentSkill](ctx, a.c, request{op: opAgentSkill, ids: []string{a.id, name}, opts: opts})
}
