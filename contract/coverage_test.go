package contract_test

import (
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// unreachable is an operation whose good case no server of the demo world can show.
type unreachable struct {
	operation, method, path string
	request                 json.RawMessage // nil: no body
	status                  string
	answer                  json.RawMessage
}

// unreachables reads unreachable.txt: blocks of four lines, which are the operation
// with its method and path, the request's body or "-", the status, and the answer.
func unreachables() ([]unreachable, error) {
	data, err := os.ReadFile("unreachable.txt")
	if err != nil {
		return nil, err
	}
	var all []unreachable
	for block := range strings.SplitSeq(strings.TrimSpace(string(data)), "\n\n") {
		lines := slices.DeleteFunc(strings.Split(block, "\n"), func(line string) bool { return strings.HasPrefix(line, "#") })
		if len(lines) == 0 {
			continue
		}
		head := strings.Fields(lines[0])
		u := unreachable{operation: head[0], method: head[1], path: head[2], status: lines[2], answer: json.RawMessage(lines[3])}
		if lines[1] != "-" {
			u.request = json.RawMessage(lines[1])
		}
		all = append(all, u)
	}
	return all, nil
}

// covered gives the operations that must have been answered well, and those that
// must have been answered with a failure, when the whole suite has run.
func covered() (well, failing []string, err error) {
	failing = slices.Sorted(maps.Keys(suite.spec.Operations()))
	except, err := unreachables()
	if err != nil {
		return nil, nil, err
	}
	well = slices.Clone(failing)
	for _, u := range except {
		well = slices.DeleteFunc(well, func(id string) bool { return id == u.operation })
	}
	return well, failing, nil
}

func TestCoverage_UnreachableIsAnsweredAsItIsWrittenDown(t *testing.T) {
	t.Parallel()
	all, err := unreachables()
	require.NoError(t, err)
	assert.LessOrEqual(t, len(all), 12)
	c := client(t)
	for _, u := range all {
		t.Run(u.operation, func(t *testing.T) {
			op := suite.spec.Operations()[u.operation]
			require.NotNil(t, op)
			var in any
			if u.request != nil {
				in = u.request
			}
			err := c.Do(within(t), u.method, u.path, in, nil)
			e := failure(t, err)
			assert.Equal(t, u.status, strconv.Itoa(e.Status))
			assert.JSONEq(t, string(u.answer), string(e.Body))
		})
	}
}

func TestUnavailable_IsAServerThatIsGone(t *testing.T) {
	t.Parallel()
	server := mortal(t)
	c, recorder := recorded(t, server.URL())
	require.NoError(t, c.Health(within(t)))
	require.NoError(t, server.Kill())
	err := c.Health(within(t), mastra.WithRetries(1))
	require.ErrorIs(t, err, mastra.ErrUnavailable)
	assert.Equal(t, 2, failure(t, err).Attempts)
	assert.Equal(t, 503, mastra.HTTPStatus(err))
	assert.Equal(t, 2, recorder.Lost())
	require.NoError(t, server.Restart(within(t)))
	require.NoError(t, c.Health(within(t)))
}

func TestCoverage_MissesWhatWasNotSeen(t *testing.T) {
	t.Parallel()
	var c contract.Coverage
	good := contract.Exchange{Status: 200, Header: jsonHeader, Body: []byte(`{}`)}
	inBand := contract.Exchange{Status: 200, Header: jsonHeader, Body: []byte(`{"status":"failed"}`)}
	refused := contract.Exchange{Status: 404, Header: jsonHeader, Body: []byte(`{"error":"x"}`)}
	c.Add(good, contract.Verdict{OperationID: "Whole"})
	c.Add(refused, contract.Verdict{OperationID: "Whole"})
	c.Add(good, contract.Verdict{OperationID: "InBand"})
	c.Add(inBand, contract.Verdict{OperationID: "InBand"})
	c.Add(refused, contract.Verdict{OperationID: "Unreachable"})
	c.Add(good, contract.Verdict{OperationID: "Health"})
	c.Add(good, contract.Verdict{OperationID: "Lost"})
	c.Add(good, contract.Verdict{})
	c.AddLost("Health")
	c.AddLost("Lost")
	all := []string{"Whole", "InBand", "Health", "Lost", "Unreachable", "Never"}
	assert.Equal(t, []string{
		"Never: no good answer", "Lost: no failing answer", "Never: no failing answer",
	}, c.Missing([]string{"Whole", "InBand", "Health", "Lost", "Never"}, all))
	var table strings.Builder
	require.NoError(t, c.Write(&table, all, []string{"Unreachable"}))
	assert.Contains(t, table.String(), "3 of 6 operations with both cases and 1 unreachable, 8 exchanges (1 of other routes), 0 events, 0 mismatches")
	assert.Contains(t, table.String(), "no answer x1")
}
