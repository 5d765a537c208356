package mockserver

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// modelChoice is one model that an agent may ask.
type modelChoice struct {
	id              string // of the list's entry
	provider, model string
	ask             Model
	maxRetries      float64
	enabled         bool
}

// modelSet is what an agent asks: one model, or the enabled ones of a list.
type modelSet struct {
	list   []modelChoice
	listed bool
}

func (m modelSet) enabled() []modelChoice {
	return slices.DeleteFunc(slices.Clone(m.list), func(c modelChoice) bool { return !c.enabled })
}

// modelSets are the models that clients have set.
type modelSets struct {
	mu  sync.Mutex
	set map[string]modelSet // by agent; others ask their own
}

// ownModels are the models that an agent has of itself.
func (a *Agent) ownModels() modelSet {
	m := modelSet{listed: len(a.Models) > 0}
	for _, e := range a.models() {
		m.list = append(m.list, modelChoice{id: e.ID, provider: a.provider(), model: e.ID, ask: e.Model, maxRetries: float64(e.MaxRetries), enabled: true})
	}
	return m
}

func (m *modelSets) of(a *Agent) modelSet {
	m.mu.Lock()
	defer m.mu.Unlock()
	if set, ok := m.set[a.ID]; ok {
		return set
	}
	return a.ownModels()
}

// change replaces an agent's models by what f makes of them.
func (m *modelSets) change(a *Agent, f func(modelSet) (modelSet, error)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before, ok := m.set[a.ID]
	if !ok {
		before = a.ownModels()
	}
	before.list = slices.Clone(before.list)
	after, err := f(before)
	if err != nil {
		return err
	}
	if m.set == nil {
		m.set = map[string]modelSet{}
	}
	m.set[a.ID] = after
	return nil
}

func (m *modelSets) reset(a *Agent) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.set, a.ID)
}

// unresolved is why a model could not be made, before it was called.
type unresolved struct{ error }

// foreign is a model of a provider. There is no key for any.
func foreign(provider, model string) Model {
	return func(context.Context, *ModelCall) error {
		if !isProvider(provider) {
			return unresolved{said("Could not find config for provider %s with model id %s/%s", provider, provider, model)}
		}
		return unresolved{said("Could not find API key process.env.%s for model id %s/%s", keyOf(provider), provider, model)}
	}
}

func (s *Server) setModel(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	provider, model := c.body.Str("provider"), c.body.Str("modelId")
	err = s.agents.models.change(a, func(modelSet) (modelSet, error) {
		return modelSet{list: []modelChoice{{id: model, provider: provider, model: model, ask: foreign(provider, model), enabled: true}}}, nil
	})
	if err != nil {
		return err
	}
	return c.message("Agent model updated")
}

func (s *Server) resetModel(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	s.agents.models.reset(a)
	return c.message("Agent model reset to original")
}

// changeList changes a list of models; agents with one model have none.
func (c *call) changeList(f func([]modelChoice) error) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	return c.srv.agents.models.change(a, func(m modelSet) (modelSet, error) {
		if !m.listed {
			return m, badRequest("Agent model list is not found or empty")
		}
		return m, f(m.list)
	})
}

func (s *Server) reorderModels(c *call) error {
	ids := c.body.Arr("reorderedModelIds")
	place := func(m modelChoice) int {
		if i := slices.Index(ids, any(m.id)); i >= 0 {
			return i
		}
		return len(ids)
	}
	err := c.changeList(func(list []modelChoice) error {
		slices.SortStableFunc(list, func(a, b modelChoice) int { return place(a) - place(b) })
		return nil
	})
	if err != nil {
		return err
	}
	return c.message("Model list reordered")
}

func (s *Server) updateModel(c *call) error {
	id := c.param("modelConfigId")
	err := c.changeList(func(list []modelChoice) error {
		i := slices.IndexFunc(list, func(m modelChoice) bool { return m.id == id })
		if i < 0 {
			return fail(http.StatusNotFound, "Model config with id %s not found", id)
		}
		m := &list[i]
		if o := c.body.Obj("model"); o != nil {
			m.provider, m.model = o.Str("provider"), o.Str("modelId")
			m.ask = foreign(m.provider, m.model)
		}
		if n, ok := c.body.Num("maxRetries"); ok {
			m.maxRetries = n
		}
		if c.body.Has("enabled") {
			m.enabled = c.body.Bool("enabled")
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.message("Model updated in model list")
}

// chooseModels takes the models of the run: its agent's, or the one that the
// request names.
func (c *call) chooseModels(r *agentRun) error {
	if err := r.chooseModels(); err != nil {
		return err
	}
	if r.durable() {
		return nil
	}
	var err error
	if r.options.timeouts, err = readTimeouts(c.body.Obj("modelSettings")); err != nil {
		return err
	}
	if name := c.body.Str("model"); name != "" {
		provider, model, ok := strings.Cut(name, "/")
		if !ok || provider == "" || model == "" {
			return said("[Agent:%s] - Failed to resolve model configuration", r.agent.ID)
		}
		r.choices = []modelChoice{{id: name, provider: provider, model: model, ask: foreign(provider, model), enabled: true}}
	}
	if len(r.choices) == 1 { // of a list each entry has retries of its own
		only := r.choices[0]
		if only.maxRetries, err = retriesOf(c.body.Obj("modelSettings")); err != nil {
			only.ask = func(context.Context, *ModelCall) error { return err }
		}
		r.choices = []modelChoice{only}
	}
	return nil
}

// retriesOf reads how often a model is asked again.
func retriesOf(settings *js.Object) (float64, error) {
	v := settings.Get("maxRetries")
	if n, isNumber := v.(float64); v != nil && !isNumber {
		return 0, &namedError{name: "TypeError", message: "Expected `retries` to be a number or Infinity."}
	} else if n < 0 {
		return 0, &namedError{name: "TypeError", message: "Expected `retries` to be a non-negative number."}
	} else {
		return n, nil
	}
}

// chooseModels takes the models that the run asks; a list may have none that is
// enabled.
func (r *agentRun) chooseModels() error {
	r.choices = r.srv.agents.models.of(r.agent).enabled()
	if len(r.choices) == 0 {
		return said("[Agent:%s] - No enabled models found in model list", r.agent.ID)
	}
	return nil
}

// models are the models that the run asks, in order.
func (r *agentRun) models() []modelChoice {
	if r.choices == nil && r.chooseModels() != nil {
		// A run that was begun with a model goes on with one.
		r.choices = r.agent.ownModels().list
	}
	return r.choices
}

func (r *agentRun) model() modelChoice {
	models := r.models()
	return models[min(r.modelFrom, len(models)-1)]
}
