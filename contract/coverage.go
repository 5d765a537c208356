package contract

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
)

// Coverage counts, by operation, the answers that were recorded. It is safe for
// concurrent use.
type Coverage struct {
	mu         sync.Mutex
	operations map[string]*tally
	other      int // exchanges of no operation
	events     int
	mismatches int
}

// tally is what was seen of one operation.
type tally struct {
	good    int         // 2xx, all well
	inBand  int         // 2xx that tell of a failure
	refused map[int]int // other answers, by status
}

// Add counts an exchange by the verdict on it.
func (c *Coverage) Add(x Exchange, v Verdict) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events += v.Events
	c.mismatches += len(v.Problems)
	if v.OperationID == "" {
		c.other++
		return
	}
	if c.operations == nil {
		c.operations = map[string]*tally{}
	}
	t := c.operations[v.OperationID]
	if t == nil {
		t = &tally{refused: map[int]int{}}
		c.operations[v.OperationID] = t
	}
	switch {
	case x.Status/100 != 2:
		t.refused[x.Status]++
	case failsInBand(x):
		t.inBand++
	default:
		t.good++
	}
}

// Missing lists those of the operations that lack a good or a failing answer.
func (c *Coverage) Missing(operations []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, id := range operations {
		t := c.operations[id]
		if t == nil || t.good == 0 {
			out = append(out, id+": no good answer")
		}
		if t == nil || t.inBand == 0 && len(t.refused) == 0 {
			out = append(out, id+": no failing answer")
		}
	}
	return out
}

// Write prints the table of all operations, those never called included.
func (c *Coverage) Write(w io.Writer, all []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "operation\tgood\tfailed in a 200\trefused")
	exchanges, both := c.other, 0
	for _, id := range slices.Sorted(slices.Values(all)) {
		t := c.operations[id]
		if t == nil {
			fmt.Fprintf(table, "%s\t-\t-\t-\n", id)
			continue
		}
		var statuses []string
		refused := 0
		for _, status := range slices.Sorted(maps.Keys(t.refused)) {
			refused += t.refused[status]
			statuses = append(statuses, fmt.Sprintf("%d x%d", status, t.refused[status]))
		}
		exchanges += t.good + t.inBand + refused
		if t.good > 0 && t.inBand+refused > 0 {
			both++
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", id, t.good, t.inBand, strings.Join(statuses, ", "))
	}
	fmt.Fprintf(table, "\n%d of %d operations with both cases, %d exchanges (%d of other routes), %d events, %d mismatches\n",
		both, len(all), exchanges, c.other, c.events, c.mismatches)
	return table.Flush()
}

// failsInBand tells whether an answer of status 200 reports a failure: a tool's
// that did not validate, a generate's that a processor stopped, a stream's with an
// error in it, or a workflow's that failed.
func failsInBand(x Exchange) bool {
	switch mediaType(x.Header) {
	case "application/json":
		var answer struct {
			Error    json.RawMessage `json:"error"`
			Tripwire json.RawMessage `json:"tripwire"`
			Status   string          `json:"status"`
		}
		if json.Unmarshal(x.Body, &answer) != nil {
			return false // not an object
		}
		return string(answer.Error) == "true" || answer.Tripwire != nil || answer.Status == "failed"
	case "text/event-stream":
		return bytes.Contains(x.Body, []byte(`"type":"error"`)) || bytes.Contains(x.Body, []byte(`"type":"tripwire"`))
	case "text/plain":
		return bytes.Contains(x.Body, []byte(`"workflowStatus":"failed"`))
	}
	return false
}
