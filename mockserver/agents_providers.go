package mockserver

import (
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// provider is a provider of models.
type provider struct {
	id, name, key, docs string
	models              []string
}

// providers are some of those that a server knows.
func providers() []provider {
	return []provider{
		{"anthropic", "Anthropic", "ANTHROPIC_API_KEY", "https://docs.anthropic.com/en/docs/about-claude/models", []string{"claude-haiku-4-5", "claude-opus-4-5", "claude-sonnet-4-5"}},
		{"mistral", "Mistral", "MISTRAL_API_KEY", "https://docs.mistral.ai/getting-started/models/", []string{"mistral-large-latest", "mistral-small-latest"}},
		{"openai", "OpenAI", "OPENAI_API_KEY", "https://platform.openai.com/docs/models", []string{"gpt-4o", "gpt-4o-mini", "gpt-5", "gpt-5-mini", "o3"}},
	}
}

func isProvider(id string) bool {
	return slices.ContainsFunc(providers(), func(p provider) bool { return p.id == id })
}

// keyOf is the environment variable that holds a provider's key.
func keyOf(id string) string {
	for _, p := range providers() {
		if p.id == id {
			return p.key
		}
	}
	return strings.ToUpper(strings.ReplaceAll(id, "-", "_")) + "_API_KEY"
}

func (s *Server) listProviders(c *call) error {
	list := []any{}
	for _, p := range providers() {
		list = append(list, js.Obj("id", p.id, "name", p.name, "label", p.name, "description", "", "envVar", p.key, "connected", false,
			"docUrl", p.docs, "models", js.Strings(p.models)))
	}
	return c.json(js.Obj("providers", list))
}
