package mockserver_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/mockserver"
)

func TestVector_ScoresFollowTheMetric(t *testing.T) {
	_, c := start(t, mockserver.WithVectorStore("mine"))
	for metric, want := range map[string][]float64{
		"cosine":     {1, 0.6, 0},
		"euclidean":  {1 / (1 + 4.0), 1 / (1 + 4.47213595499958), 1 / (1 + 1.4142135623730951)},
		"dotproduct": {5, 3, 0},
	} {
		t.Run(metric, func(t *testing.T) {
			c.object("/api/vector/mine/create-index", map[string]any{"indexName": metric, "dimension": 2, "metric": metric})
			c.object("/api/vector/mine/upsert", map[string]any{"indexName": metric,
				"vectors": [][]float64{{5, 0}, {3, 4}, {0, 1}}, "ids": []string{"a", "b", "c"}})
			_, answer := c.post("/api/vector/mine/query", map[string]any{"indexName": metric, "queryVector": []float64{1, 0}})
			scores := map[string]float64{}
			for _, hit := range decodeList(t, answer) {
				scores[hit["id"].(string)] = hit["score"].(float64)
			}
			for i, id := range []string{"a", "b", "c"} {
				assert.InDelta(t, want[i], scores[id], 1e-6, id)
			}
			_, description := c.get("/api/vector/mine/indexes/" + metric)
			assert.Equal(t, metric, decode(t, description)["metric"])
		})
	}
}

func TestVector_StoreOfOnesOwnIsTheOnlyOne(t *testing.T) {
	_, c := start(t, mockserver.WithVectorStore("mine"))
	status, _ := c.get("/api/vector/vec/indexes")
	assert.Equal(t, 404, status)
	_, answer := c.get("/api/vector/mine/indexes")
	assert.Equal(t, "[]", answer)
}

func TestIndex_ThatIsEmptyTakesAnyQuery(t *testing.T) {
	_, c := start(t)
	c.object("/api/vector/vec/create-index", `{"indexName":"i","dimension":3}`)
	status, body := c.post("/api/vector/vec/query", `{"indexName":"i","queryVector":[1,0]}`)
	assert.Equal(t, 200, status)
	assert.Equal(t, "[]", body)
	status, _ = c.post("/api/vector/vec/create-index", `{"indexName":"j","dimension":65537}`)
	assert.Equal(t, 500, status)
}
