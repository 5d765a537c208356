package contract_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// index makes an index of the test's own, of vectors of two numbers.
func index(t testing.TB, v *mastra.Vector) string {
	t.Helper()
	name := strings.ReplaceAll(unique("i"), "-", "_")
	require.NoError(t, v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: name, Dimension: 2, Metric: mastra.Cosine}))
	return name
}

func ids(matches []mastra.VectorMatch) (out []string) {
	for _, m := range matches {
		out = append(out, m.ID)
	}
	return out
}

func TestVector_IsStoredAndTheLikestFound(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("vec")
	name := index(t, v)
	stored, err := v.Upsert(within(t), mastra.UpsertRequest{
		Index: name, Vectors: [][]float32{{1, 0}, {0, 1}, {1, 1}}, IDs: []string{"east", "north", "between/é"},
		Metadata: []map[string]any{{"color": "red", "n": 1}, {"color": "blue", "n": 2}, {"color": "red", "n": 3}},
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"east", "north", "between/é"}, stored)

	matches, err := v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{1, 0}})
	require.NoError(t, err)
	require.Equal(t, []string{"east", "between/é", "north"}, ids(matches))
	assert.InDelta(t, 1, matches[0].Score, 1e-6)
	assert.InDelta(t, 0.70710678, matches[1].Score, 1e-6)
	assert.InDelta(t, 0, matches[2].Score, 1e-6)
	assert.JSONEq(t, `"red"`, string(matches[0].Metadata["color"]))
	assert.Empty(t, matches[0].Vector)

	matches, err = v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{0, 1}, TopK: 1, IncludeVector: true})
	require.NoError(t, err)
	require.Equal(t, []string{"north"}, ids(matches))
	assert.Equal(t, []float32{0, 1}, matches[0].Vector)

	for want, filter := range map[string]map[string]any{
		"east between/é": {"color": "red"},
		"between/é":      {"color": "red", "n": map[string]any{"$gt": 1}},
		"":               {"color": "green"},
	} {
		matches, err = v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{1, 0}, Filter: filter})
		require.NoError(t, err)
		assert.Equal(t, want, strings.Join(ids(matches), " "))
	}
}

func TestVector_WithAnIDThatExistsReplacesIt(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("vec")
	name := index(t, v)
	for _, vector := range [][]float32{{1, 0}, {0, 1}} {
		_, err := v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{vector}, IDs: []string{"a"}})
		require.NoError(t, err)
	}
	matches, err := v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{0, 1}, IncludeVector: true})
	require.NoError(t, err)
	require.Len(t, matches, 1)
	assert.Equal(t, []float32{0, 1}, matches[0].Vector)
}

func TestVector_WithoutAnIDGetsOneFromTheClient(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("vec")
	name := index(t, v)
	stored, err := v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}, {0, 1}}})
	require.NoError(t, err)
	require.Len(t, stored, 2)
	assert.NotEqual(t, stored[0], stored[1])
	matches, err := v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{1, 0}})
	require.NoError(t, err)
	assert.Equal(t, stored, ids(matches))
}

func TestIndex_ThatExistsStaysAsItIs(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("vec")
	name := index(t, v)
	require.NoError(t, v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: name, Dimension: 2}))
	require.NoError(t, v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: name, Dimension: 3}))
	_, err := v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0, 0}}})
	require.ErrorIs(t, err, mastra.ErrServer, "it is still for vectors of two numbers")
	_, err = v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}}})
	require.NoError(t, err)
}

func TestVector_CallsFailWithATypedError(t *testing.T) {
	t.Parallel()
	c := client(t)
	v, unknown := c.Vector("vec"), c.Vector("nothing")
	name := index(t, v)
	one := [][]float32{{1, 0}}
	for what, x := range map[string]struct {
		err  error
		want error
	}{
		"unknown store, create": {unknown.CreateIndex(within(t), mastra.CreateIndexRequest{Index: name, Dimension: 2}), mastra.ErrNotFound},
		"unknown store, upsert": {upsert(t, unknown, mastra.UpsertRequest{Index: name, Vectors: one}), mastra.ErrNotFound},
		"unknown store, query":  {query(t, unknown, mastra.QueryRequest{Index: name, Vector: one[0]}), mastra.ErrNotFound},
		"no dimension":          {v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a"}), mastra.ErrBadRequest},
		"negative dimension":    {v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a", Dimension: -1}), mastra.ErrBadRequest},
		"no name":               {v.CreateIndex(within(t), mastra.CreateIndexRequest{Dimension: 2}), mastra.ErrBadRequest},
		"a name with a dash":    {v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a-b", Dimension: 2}), mastra.ErrServer},
		"unknown metric":        {v.CreateIndex(within(t), mastra.CreateIndexRequest{Index: "a", Dimension: 2, Metric: "taxi"}), mastra.ErrBadRequest},
		"missing index, upsert": {upsert(t, v, mastra.UpsertRequest{Index: "missing", Vectors: one}), mastra.ErrServer},
		"missing index, query":  {query(t, v, mastra.QueryRequest{Index: "missing", Vector: one[0]}), mastra.ErrServer},
		"another dimension":     {upsert(t, v, mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0, 0}}}), mastra.ErrServer},
		"unknown operator": {query(t, v, mastra.QueryRequest{Index: name, Vector: one[0], Filter: map[string]any{"k": map[string]any{"$zzz": 1}}}),
			mastra.ErrServer},
	} {
		assert.ErrorIs(t, x.err, x.want, what)
		assert.NotErrorIs(t, x.err, mastra.ErrOutcomeUnknown, what)
	}
	for what, err := range map[string]error{
		"too few ids":      upsert(t, v, mastra.UpsertRequest{Index: name, Vectors: one, IDs: []string{}}),
		"too few metadata": upsert(t, v, mastra.UpsertRequest{Index: name, Vectors: one, Metadata: []map[string]any{{}, {}}}),
		"no vectors":       upsert(t, v, mastra.UpsertRequest{Index: name}),
		"negative topK":    query(t, v, mastra.QueryRequest{Index: name, Vector: one[0], TopK: -1}),
		"no name":          c.Vector("").CreateIndex(within(t), mastra.CreateIndexRequest{Index: name, Dimension: 2}),
	} {
		var e *mastra.Error
		assert.ErrorIs(t, err, mastra.ErrInvalidInput, what)
		assert.NotErrorAs(t, err, &e, "%s: refused before it is sent", what)
	}
}

func upsert(t testing.TB, v *mastra.Vector, req mastra.UpsertRequest) error {
	_, err := v.Upsert(within(t), req)
	return err
}

func query(t testing.TB, v *mastra.Vector, req mastra.QueryRequest) error {
	_, err := v.Query(within(t), req)
	return err
}
