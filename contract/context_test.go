package contract_test

import (
	"bytes"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// echo is the header that makes the server answer with the request context that it
// held for a call, and the header of that answer.
const echo = "X-Echo-Context"

// dropped are the operations for which the server takes no request context: it reads
// none of a PATCH or a DELETE, neither in the body nor in the query.
var dropped = []string{"MemoryThreadUpdate", "MemoryThreadDelete", "WorkflowDeleteRun", "VectorDeleteIndex"}

func TestRequestContext_OfEveryCallArrives(t *testing.T) {
	t.Parallel()
	plain := client(t)
	waits := func() *mastra.Run {
		run, _ := suspended(t, plain.Workflow("approval"), number{1})
		return run
	}
	values := map[string]any{"user": map[string]any{"name": "Zoë 😀", "age": 7}, "list": []string{"a&b=c", `"`}, "n": 1.5, "on": true, "none": nil}
	const want = `{"user":{"name":"Zoë 😀","age":7},"list":["a&b=c","\""],"n":1.5,"on":true,"none":null}`
	calls := everyCall(t, plain, waits)
	assert.Len(t, calls, len(suite.spec.Operations())-1, "all but Health")
	for operation := range calls {
		t.Run(operation, func(t *testing.T) {
			place := suite.spec.Operations()[operation].Extensions["x-mastra-request-context"]
			c, recorder := recorded(t, suite.server.URL(), mastra.WithHeader(echo, "yes"), mastra.WithRequestContext(values))
			err := everyCall(t, c, waits)[operation]()
			require.NotErrorIs(t, err, mastra.ErrInvalidInput)
			seen := 0
			for _, x := range recorder.Exchanges() {
				if suite.spec.Operation(x) != operation {
					continue
				}
				seen++
				assert.Equal(t, place, placeOf(t, x))
				if slices.Contains(dropped, operation) {
					assert.JSONEq(t, `{}`, x.Header.Get(echo), "the server drops it")
					continue
				}
				assert.JSONEq(t, want, x.Header.Get(echo))
			}
			assert.NotZero(t, seen, "%v", err)
		})
	}
}

// placeOf tells where a request carries its request context, as the description
// names the places.
func placeOf(t testing.TB, x contract.Exchange) string {
	t.Helper()
	at, err := url.Parse(x.Path)
	require.NoError(t, err)
	inQuery, inBody := at.Query().Has("requestContext"), bytes.Contains(x.RequestBody, []byte(`"requestContext"`))
	switch {
	case inQuery && inBody:
		return "query and body"
	case inQuery:
		return "query"
	case inBody:
		return "body"
	}
	return "none"
}
