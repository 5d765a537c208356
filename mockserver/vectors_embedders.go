package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// listEmbedders answers the embedding models that the server knows by name.
func (s *Server) listEmbedders(c *call) error {
	list := []any{}
	for _, e := range []struct {
		provider, name        string
		dimensions, maxTokens int
	}{
		{"openai", "text-embedding-3-small", 1536, 8191},
		{"openai", "text-embedding-3-large", 3072, 8191},
		{"openai", "text-embedding-ada-002", 1536, 8191},
		{"google", "gemini-embedding-001", 768, 2048},
	} {
		vendor := map[string]string{"openai": "OpenAI", "google": "Google"}[e.provider]
		list = append(list, js.Obj("id", e.provider+"/"+e.name, "provider", e.provider, "name", e.name,
			"description", vendor+" "+e.name+" model", "dimensions", e.dimensions, "maxInputTokens", e.maxTokens))
	}
	return c.json(js.Obj("embedders", list))
}
