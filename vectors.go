package mastra

import (
	"context"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// VectorMatch is a vector that was found: see [gen.VectorMatch].
type VectorMatch = gen.VectorMatch

// VectorMetric is how the likeness of vectors is measured: see [gen.VectorMetric].
type VectorMetric = gen.VectorMetric

// The metrics. A store may know one only: LibSQL measures cosine whatever is asked.
const (
	Cosine     = gen.VectorMetricCosine
	Euclidean  = gen.VectorMetricEuclidean
	DotProduct = gen.VectorMetricDotproduct
)

// Vector is a handle to one vector store of the server. It holds the name only.
type Vector struct {
	c    *Client
	name string
}

// Vector gives a handle to the vector store of this name.
func (c *Client) Vector(name string) *Vector { return &Vector{c, name} }

// Name of the store.
func (v *Vector) Name() string { return v.name }

// CreateIndexRequest makes an index.
type CreateIndexRequest struct {
	// Index is its name: letters, digits and underscores.
	Index string `json:"indexName"`
	// Dimension is the length of its vectors.
	Dimension int `json:"dimension"`
	// Metric is cosine where it is empty.
	Metric VectorMetric `json:"metric,omitzero"`
}

// CreateIndex makes an index. One that exists stays as it is, even where its
// dimension differs. An unknown store matches [ErrNotFound], a dimension below 1
// [ErrBadRequest].
//
// POST /vector/{vectorName}/create-index. Safe to repeat, and repeated.
func (v *Vector) CreateIndex(ctx context.Context, req CreateIndexRequest, opts ...Option) error {
	return v.c.call(ctx, opts, call.Request{Op: route.VectorCreateIndex, IDs: []string{v.name}, Body: req}, nil)
}

// UpsertRequest stores vectors.
type UpsertRequest struct {
	Index string `json:"indexName"`
	// Vectors are all as long as the index's dimension.
	Vectors [][]float32 `json:"vectors"`
	// IDs, one for each vector; the client makes them where IDs is nil. An id that
	// exists is overwritten.
	IDs []string `json:"ids"`
	// Metadata, one for each vector, or nil.
	Metadata []map[string]any `json:"metadata,omitempty"`
}

// Upsert stores vectors and returns their ids, in order. A dimension that differs
// from the index's matches [ErrServer].
//
// POST /vector/{vectorName}/upsert. Safe to repeat, and repeated: the client
// fills in the ids.
func (v *Vector) Upsert(ctx context.Context, req UpsertRequest, opts ...Option) ([]string, error) {
	switch n := len(req.Vectors); {
	case n == 0:
		return nil, refuse("UpsertRequest.Vectors is empty")
	case req.IDs != nil && len(req.IDs) != n:
		return nil, refuse("UpsertRequest has %d vectors and %d ids", n, len(req.IDs))
	case req.Metadata != nil && len(req.Metadata) != n:
		return nil, refuse("UpsertRequest has %d vectors and %d metadata", n, len(req.Metadata))
	}
	if req.IDs == nil {
		req.IDs = make([]string, len(req.Vectors))
		for i := range req.IDs {
			req.IDs[i] = call.NewID()
		}
	}
	out, err := callFor[gen.UpsertResult](ctx, v.c, opts, call.Request{Op: route.VectorUpsert, IDs: []string{v.name}, Body: req})
	if err != nil {
		return nil, err
	}
	return out.Ids, nil
}

// QueryRequest asks for the vectors most like one.
type QueryRequest struct {
	Index  string    `json:"indexName"`
	Vector []float32 `json:"queryVector"`
	// TopK is how many to find at most; 0 leaves it to the server, which finds 10.
	TopK int `json:"topK,omitzero"`
	// Filter picks by metadata, in the store's filter language:
	// {"color": "red"}, {"n": {"$gt": 3}}.
	Filter map[string]any `json:"filter,omitempty"`
	// IncludeVector returns the vectors too.
	IncludeVector bool `json:"includeVector,omitzero"`
}

// Query finds the vectors most like req.Vector, the best first. A missing index
// matches [ErrServer], an unknown store [ErrNotFound].
//
// POST /vector/{vectorName}/query. Safe to repeat, and repeated.
func (v *Vector) Query(ctx context.Context, req QueryRequest, opts ...Option) ([]VectorMatch, error) {
	if req.TopK < 0 {
		return nil, refuse("QueryRequest.TopK is negative")
	}
	var out []VectorMatch
	err := v.c.call(ctx, opts, call.Request{Op: route.VectorQuery, IDs: []string{v.name}, Body: req}, &out)
	return out, err
}
