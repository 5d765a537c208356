package differential_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/contract/differential"
)

const (
	fewestExchanges   = 350
	fewestOfOperation = 2
	leastIdentical    = 97 // percent
)

func TestMock_AnswersAsTheRealServerDoes(t *testing.T) {
	t.Chdir("..") // where the real server is
	scenes := script(t)
	played := performAll(t, scenes)
	r := report(t, played)
	publish(t, r)
	for _, o := range r.Different {
		t.Errorf("%s\n%s %s\n%s", o.Name(), o.Exchange.Method, o.Exchange.Path, listed(o.Differences))
	}
	if !whole() {
		return
	}
	t.Run("spoilt answers are caught", func(t *testing.T) { spoilt(t, played) })
	assert.GreaterOrEqual(t, r.Exchanges, fewestExchanges)
	assert.GreaterOrEqual(t, r.Percent(), float64(leastIdentical), "per cent identical")
	assert.LessOrEqual(t, len(r.Rows), differential.MostRows, "rows of the table")
	for _, row := range r.Stale() {
		t.Errorf("the table of deliberate differences has a row that no longer differs: %s", row.Reason)
	}
}

func listed(differences []differential.Difference) string {
	const most = 5
	var b strings.Builder
	for i, d := range differences {
		if i == most {
			fmt.Fprintf(&b, "... %d more\n", len(differences)-most)
			break
		}
		fmt.Fprintln(&b, d)
	}
	return b.String()
}

func TestScript_AsksEveryOperationTwice(t *testing.T) {
	t.Parallel()
	spec, err := contract.LoadSpec(t.Context(), "../../openapi.yaml")
	require.NoError(t, err)
	asked := map[string]int{}
	scenes, err := differential.Script()
	require.NoError(t, err)
	for _, scene := range scenes {
		for _, x := range scene.Exchanges {
			path := strings.NewReplacer("${", "", "}", "").Replace(x.Path)
			asked[spec.Operation(contract.Exchange{Method: x.Method, Path: path, RequestHeader: http.Header{}})]++
		}
	}
	for id := range spec.Operations() {
		assert.GreaterOrEqual(t, asked[id], fewestOfOperation, "exchanges of %s", id)
	}
}
