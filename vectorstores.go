package mastra

import (
	"context"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// What the server says about vector stores.
type (
	// VectorInfo is a vector store: see [gen.VectorStoreInfo].
	VectorInfo = gen.VectorStoreInfo
	// EmbedderInfo is a model that makes vectors of text: see [gen.EmbedderInfo].
	EmbedderInfo = gen.EmbedderInfo
	// IndexInfo is an index: its dimension, how many vectors it holds, its metric. See
	// [gen.IndexInfo].
	IndexInfo = gen.IndexInfo
)

// Vectors is the collection of the server's vector stores: see [Client.Vectors].
type Vectors struct{ c *Client }

// Vectors lists what the server offers.
func (c *Client) Vectors() Vectors { return Vectors{c} }

// List describes the vector stores.
//
// GET /vectors. Safe to repeat, and repeated.
func (v Vectors) List(ctx context.Context, opts ...Option) ([]VectorInfo, error) {
	var out gen.VectorStoreList
	err := v.c.call(ctx, opts, call.Request{Op: route.VectorsList}, &out)
	return out.Vectors, err
}

// Embedders describes the models that make vectors of text.
//
// GET /embedders. Safe to repeat, and repeated.
func (v Vectors) Embedders(ctx context.Context, opts ...Option) ([]EmbedderInfo, error) {
	var out gen.EmbedderList
	err := v.c.call(ctx, opts, call.Request{Op: route.VectorsEmbedders}, &out)
	return out.Embedders, err
}

// ListIndexes names the store's indexes. An unknown store matches [ErrNotFound].
//
// GET /vector/{vectorName}/indexes. Safe to repeat, and repeated.
func (v *Vector) ListIndexes(ctx context.Context, opts ...Option) ([]string, error) {
	var out []string
	err := v.c.call(ctx, opts, call.Request{Op: route.VectorListIndexes, IDs: []string{v.name}}, &out)
	return out, err
}

// DescribeIndex reads an index's dimension, count and metric. A missing index
// matches [ErrServer].
//
// GET /vector/{vectorName}/indexes/{indexName}. Safe to repeat, and repeated.
func (v *Vector) DescribeIndex(ctx context.Context, index string, opts ...Option) (*IndexInfo, error) {
	return callFor[IndexInfo](ctx, v.c, opts, call.Request{Op: route.VectorDescribeIndex, IDs: []string{v.name, index}})
}

// DeleteIndex removes an index and its vectors. One that is not there is no error.
//
// DELETE /vector/{vectorName}/indexes/{indexName}. Safe to repeat, and repeated.
func (v *Vector) DeleteIndex(ctx context.Context, index string, opts ...Option) error {
	return v.c.call(ctx, opts, call.Request{Op: route.VectorDeleteIndex, IDs: []string{v.name, index}}, nil)
}
