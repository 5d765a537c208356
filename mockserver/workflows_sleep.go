package mockserver

import (
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// nap is how long a sleep takes.
type nap struct {
	kind string // as the graph names it
	// key and shown are the member of the graph that describes it.
	key   string
	shown any
	end   func(s *StepCall) time.Time
}

// Sleep waits for a time and gives on what it gets. The stage's id is made up,
// unless As gives one.
func (w *Workflow) Sleep(d time.Duration) *Workflow {
	return w.sleep(&nap{"sleep", "duration", float64(d) / float64(time.Millisecond),
		func(*StepCall) time.Time { return time.Now().Add(d) }})
}

// SleepFunc is Sleep for a time that depends on the run. The text stands for the
// function in the workflow's description. A function that panics breaks the run:
// who started it gets the error, and its record is left as it is.
func (w *Workflow) SleepFunc(text string, d func(s *StepCall) time.Duration) *Workflow {
	return w.sleep(&nap{"sleep", "fn", text, func(s *StepCall) time.Time { return time.Now().Add(d(s)) }})
}

// SleepUntil waits until a moment, and not at all where it is over.
func (w *Workflow) SleepUntil(t time.Time) *Workflow {
	return w.sleep(&nap{"sleepUntil", "date", js.ISO(t), func(*StepCall) time.Time { return t }})
}

// SleepUntilFunc is SleepUntil with a moment that depends on the run, as SleepFunc
// is Sleep.
func (w *Workflow) SleepUntilFunc(text string, t func(s *StepCall) time.Time) *Workflow {
	return w.sleep(&nap{"sleepUntil", "fn", text, t})
}

func (w *Workflow) sleep(n *nap) *Workflow {
	return w.add(entry{kind: sleepEntry, nap: n,
		nodes: []*nodeDef{{id: "sleep_" + newID(), input: zod.Object(), output: zod.Object()}}})
}

func (n *nap) graph(id string) *js.Object { return js.Obj("type", n.kind, "id", id, n.key, n.shown) }

// sleep waits, and is cut short when the run is cancelled.
func (x *execution) sleep(e *entry, position int, prev any) outcome {
	id, started := e.nodes[0].id, nowMillis()
	x.walked(id)
	waiting := js.Obj("payload", prev, "startedAt", started, "status", "waiting")
	x.emit(js.Obj("type", "workflow-step-waiting", "payload", js.Obj("id", id).Merge(waiting)))
	x.set(id, js.Obj("status", "waiting", "payload", prev, "startedAt", started))
	x.mu.Lock()
	x.active.Set(id, []any{position})
	x.mu.Unlock()
	x.persist("waiting", nil, nil)
	x.run.begin()

	s := x.call(prev)
	var end time.Time
	if err := guard(func() { end = e.nap.end(s) }); err != nil {
		return x.throw(err)
	}
	if s.update != js.Undefined {
		x.state = newSharedState(s.update)
	}
	s.Sleep(time.Until(end))

	x.mu.Lock()
	x.active.Delete(id)
	x.mu.Unlock()
	if x.run.ctx.Err() != nil {
		return js.Obj("status", "canceled")
	}
	x.persist("running", nil, nil)
	ended := nowMillis()
	x.set(id, js.Obj("payload", prev, "startedAt", started, "endedAt", ended, "status", "success", "output", prev))
	x.emit(js.Obj("type", "workflow-step-result", "payload", js.Obj("id", id, "endedAt", ended, "status", "success", "output", prev)))
	return x.result(id)
}
