package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestVector_StoresAndEmbeddersAreListed(t *testing.T) {
	t.Parallel()
	c := client(t)
	stores, err := c.Vectors().List(within(t))
	require.NoError(t, err)
	require.Len(t, stores, 1)
	assert.Equal(t, "vec", stores[0].ID)
	embedders, err := c.Vectors().Embedders(within(t))
	require.NoError(t, err)
	byID := map[string]mastra.EmbedderInfo{}
	for _, e := range embedders {
		byID[e.ID] = e
	}
	require.Contains(t, byID, "openai/text-embedding-3-small")
	assert.Equal(t, 1536, byID["openai/text-embedding-3-small"].Dimensions)
}

func TestIndex_IsListedDescribedAndDeleted(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("vec")
	name := index(t, v)
	_, err := v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}, {0, 1}}})
	require.NoError(t, err)
	names, err := v.ListIndexes(within(t))
	require.NoError(t, err)
	assert.Contains(t, names, name)
	info, err := v.DescribeIndex(within(t), name)
	require.NoError(t, err)
	assert.Equal(t, mastra.IndexInfo{Dimension: 2, Count: 2, Metric: "cosine"}, *info)
	require.NoError(t, v.DeleteIndex(within(t), name))
	names, err = v.ListIndexes(within(t))
	require.NoError(t, err)
	assert.NotContains(t, names, name)
	require.NoError(t, v.DeleteIndex(within(t), name), "twice is no error")
	_, err = v.DescribeIndex(within(t), name)
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Contains(t, failure(t, err).Message, "not found")
}

func TestIndex_OfAStoreThatIsNotThereIsNotFound(t *testing.T) {
	t.Parallel()
	v := client(t).Vector("nothing")
	_, err := v.ListIndexes(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound)
	assert.Equal(t, "Vector with name nothing not found", failure(t, err).Message)
	_, err = v.DescribeIndex(within(t), "a")
	require.ErrorIs(t, err, mastra.ErrNotFound)
	require.ErrorIs(t, v.DeleteIndex(within(t), "a"), mastra.ErrNotFound)
}
