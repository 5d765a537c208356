package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// vectorStore finds the store of the path.
func (c *call) vectorStore() (*vectorStore, error) {
	name := c.param("vectorName")
	if s := c.srv.vectors[name]; s != nil {
		return s, nil
	}
	return nil, notFound("Vector with name %s not found", name)
}

func (s *Server) listVectorStores(c *call) error {
	list := []any{}
	for _, name := range s.config.vectorStores {
		list = append(list, js.Obj("id", name, "name", name, "type", "LibSQLVector"))
	}
	return c.json(js.Obj("vectors", list))
}

func (s *Server) createVectorIndex(c *call) error {
	name := c.body.Str("indexName")
	dimension, _ := c.body.Num("dimension")
	if name == "" || dimension <= 0 {
		return badRequest("Invalid request index, indexName and positive dimension number are required.")
	}
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	if err := store.create(name, dimension, c.body.Str("metric")); err != nil {
		return err
	}
	return c.json(js.Obj("success", true))
}

func (s *Server) listVectorIndexes(c *call) error {
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	return c.json(js.Strings(store.list()))
}

func (s *Server) describeVectorIndex(c *call) error {
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	info, err := store.describe(c.param("indexName"))
	if err != nil {
		return err
	}
	return c.json(info)
}

func (s *Server) deleteVectorIndex(c *call) error {
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	if err := checkIndexName(c.param("indexName")); err != nil {
		return err
	}
	store.drop(c.param("indexName"))
	return c.json(js.Obj("success", true))
}

func floats(list []any) []float64 {
	out := make([]float64, len(list))
	for i, v := range list {
		out[i], _ = v.(float64)
	}
	return out
}

func (s *Server) upsertVectors(c *call) error {
	if c.body.Str("indexName") == "" {
		return badRequest("Invalid request index. indexName and vectors array are required.")
	}
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	var vectors [][]float64
	for _, v := range c.body.Arr("vectors") {
		list, _ := v.([]any)
		vectors = append(vectors, floats(list))
	}
	var metadata []*js.Object
	for _, v := range c.body.Arr("metadata") {
		o, _ := v.(*js.Object)
		metadata = append(metadata, o)
	}
	var ids []string
	if c.body.Has("ids") {
		ids = []string{}
	}
	for _, v := range c.body.Arr("ids") {
		id, _ := v.(string)
		ids = append(ids, id)
	}
	out, err := store.upsert(c.body.Str("indexName"), vectors, metadata, ids)
	if err != nil {
		return err
	}
	return c.json(js.Obj("ids", js.Strings(out)))
}

func (s *Server) queryVectors(c *call) error {
	if c.body.Str("indexName") == "" {
		return badRequest("Invalid request query. indexName and queryVector array are required.")
	}
	store, err := c.vectorStore()
	if err != nil {
		return err
	}
	topK := float64(defaultTopK)
	if n, ok := c.body.Num("topK"); ok {
		topK = n
	}
	out, err := store.query(c.body.Str("indexName"), floats(c.body.Arr("queryVector")), topK, c.body.Obj("filter"), c.body.Bool("includeVector"))
	if err != nil {
		return err
	}
	return c.json(out)
}
