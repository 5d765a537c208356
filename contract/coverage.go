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
	lost    int         // requests without an answer
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
	t := c.tally(v.OperationID)
	switch {
	case x.Status/100 != 2:
		t.refused[x.Status]++
	case failsInBand(x):
		t.inBand++
	default:
		t.good++
	}
}

// AddLost counts a request of the operation to which no answer came.
func (c *Coverage) AddLost(operation string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tally(operation).lost++
}

func (c *Coverage) tally(operation string) *tally {
	t := c.operations[operation]
	if t == nil {
		t = &tally{refused: map[int]int{}}
		if c.operations == nil {
			c.operations = map[string]*tally{}
		}
		c.operations[operation] = t
	}
	return t
}

// fails tells whether the operation was seen to fail. The server never refuses to
// say that it is well: it is only not there.
func (t *tally) fails(operation string) bool {
	return t.inBand > 0 || len(t.refused) > 0 || operation == "Health" && t.lost > 0
}

// Missing lists what was not seen: a good answer to each of well, and a failing one
// to each of failing.
func (c *Coverage) Missing(well, failing []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, id := range well {
		if t := c.operations[id]; t == nil || t.good == 0 {
			out = append(out, id+": no good answer")
		}
	}
	for _, id := range failing {
		if t := c.operations[id]; t == nil || !t.fails(id) {
			out = append(out, id+": no failing answer")
		}
	}
	return out
}

// Write prints the table of all operations, those never called included.
// unreachable are those of which no good answer is to be had.
func (c *Coverage) Write(w io.Writer, all, unreachable []string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "operation\tgood\tfailed in a 200\trefused")
	exchanges, both, apart := c.other, 0, 0
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
		if t.lost > 0 {
			statuses = append(statuses, fmt.Sprintf("no answer x%d", t.lost))
		}
		exchanges += t.good + t.inBand + refused
		switch failed := t.fails(id); {
		case failed && t.good > 0:
			both++
		case failed && slices.Contains(unreachable, id):
			apart++
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", id, t.good, t.inBand, strings.Join(statuses, ", "))
	}
	fmt.Fprintf(table, "\n%d of %d operations with both cases and %d unreachable, %d exchanges (%d of other routes), %d events, %d mismatches\n",
		both, len(all), apart, exchanges, c.other, c.events, c.mismatches)
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
