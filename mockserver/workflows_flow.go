package mockserver

import (
	"slices"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// A step that runs beside others has this long before the next one starts too:
// steps that end at once run one after the other, in order, and slow ones side by
// side. It is counted in turns, so that a busy machine holds up both alike.
const (
	handOverTurns = 10
	handOverTurn  = time.Millisecond
)

// handOver runs f beside others; it returns when f has ended, or after the hand-over
// time.
func handOver(wg *sync.WaitGroup, f func()) {
	ended := make(chan struct{})
	wg.Go(func() {
		defer close(ended)
		f()
	})
	for range handOverTurns {
		select {
		case <-ended:
			return
		case <-time.After(handOverTurn):
		}
	}
}

// together runs functions side by side and waits for all.
func together(n int, run func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		handOver(&wg, func() { run(i) })
	}
	wg.Wait()
}

// sideBySide announces all steps of a stage, then runs them. indexes are their
// places in the stage.
func (x *execution) sideBySide(nodes []*nodeDef, position int, indexes []int, input any) []outcome {
	pending := make([]*pendingStep, len(nodes))
	for i, n := range nodes {
		pending[i] = x.begin(stepRun{node: n, input: input, position: []int{position, indexes[i]}, resume: x.resume})
	}
	results := make([]outcome, len(nodes))
	order := make([]int, len(nodes))
	for i := range order {
		order[i] = i
	}
	// Each begins a little later than the one before it.
	slices.SortStableFunc(order, func(a, b int) int { return 2*a + pending[a].length() - 2*b - pending[b].length() })
	together(len(nodes), func(i int) { results[order[i]] = pending[order[i]].finish() })
	return results
}

// length is how long a step takes that does nothing slow. One that is refused is
// over before its neighbour, a workflow is longer than any function, and an agent
// longer than that.
func (p *pendingStep) length() int {
	if len(p.issues) > 0 || p.unfit != nil {
		return 0
	}
	return p.node.length()
}

func (n *nodeDef) length() int {
	const function, workflow, agent = 3, 10_000, 20_000
	switch {
	case n.component == "AGENT":
		return agent
	case n.nested == nil:
		return function
	}
	longest := function
	for _, inner := range n.nested.stepDefs() {
		longest = max(longest, inner.length())
	}
	return workflow + longest
}

// blockResult joins the results of steps that ran side by side.
func (x *execution) blockResult(nodes []*nodeDef, results []outcome) outcome {
	output := js.Obj()
	var suspended outcome
	for i, r := range results {
		switch r.Str("status") {
		case "failed":
			return failedStage(r)
		case "suspended":
			if suspended == nil {
				suspended = r
			}
		case "success":
			output.Set(nodes[i].id, valueOf(r, "output"))
		}
	}
	if suspended != nil {
		return js.Obj("status", "suspended", "suspendPayload", suspended.Get("suspendPayload"))
	}
	return js.Obj("status", "success", "output", output)
}

// failedStage is the result of a stage one of whose steps has failed.
func failedStage(step outcome) outcome {
	return js.Obj("status", "failed", "error", step.Get("error"), "tripwire", valueOf(step, "tripwire"))
}

// resumeBlock resumes one step of a stage whose steps ran side by side, and
// looks whether the stage is complete with it.
func (x *execution) resumeBlock(e *entry, position int, prev any) outcome {
	index := x.resume.path[0]
	x.resume.path = x.resume.path[1:]
	n := e.nodes[index]
	x.step(stepRun{node: n, input: x.inputOf(n.id, prev, true), position: []int{position, index}, resume: x.resume})
	output, complete := js.Obj(), true
	var failed, suspended outcome
	x.mu.Lock()
	defer x.mu.Unlock()
	for i, n := range e.nodes {
		r := x.results.Obj(n.id)
		if r == nil && e.kind == branchEntry {
			continue
		}
		switch r.Str("status") {
		case "success":
			output.Set(n.id, valueOf(r, "output"))
			continue
		case "failed":
			if failed == nil {
				failed = r
			}
		case "suspended":
			x.suspended.Set(n.id, []any{position, i})
			if suspended == nil {
				suspended = r
			}
		}
		complete = false
	}
	switch {
	case complete:
		return js.Obj("status", "success", "output", output)
	case failed != nil:
		return failedStage(failed)
	}
	// A step that has bailed beside it leaves the stage waiting for nothing.
	var told any = js.Obj()
	if suspended != nil {
		told = valueOf(suspended, "suspendPayload")
	}
	return js.Obj("status", "suspended", "payload", told, "suspendPayload", told, "suspendedAt", nowMillis())
}
