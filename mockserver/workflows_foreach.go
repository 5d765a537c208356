package mockserver

import (
	"fmt"
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// width is how many elements of a foreach run at a time.
type width struct {
	n    int
	text string // of the function that tells, "" where there is none
	f    func(s *StepCall) int
}

// ForEach runs a step on each element of a list, concurrency at a time.
func (w *Workflow) ForEach(n Node, concurrency int) *Workflow {
	return w.forEach(n, &width{n: concurrency})
}

// ForEachFunc is ForEach with a concurrency that depends on the run: on the list and
// on the run's input. The text stands for the function in the workflow's
// description.
func (w *Workflow) ForEachFunc(n Node, text string, concurrency func(s *StepCall) int) *Workflow {
	return w.forEach(n, &width{text: text, f: concurrency})
}

func (w *Workflow) forEach(n Node, at *width) *Workflow {
	return w.add(entry{kind: foreachEntry, nodes: []*nodeDef{n.node()}, width: at})
}

func (w *width) graph() *js.Object {
	if w.f != nil {
		return js.Obj("fn", w.text)
	}
	return js.Obj("concurrency", w.n)
}

// of is the concurrency in a run, at least 1.
func (w *width) of(s *StepCall) (n int, err error) {
	if n = w.n; w.f != nil {
		err = guard(func() { n = w.f(s) })
	}
	return max(1, n), err
}

// foreachRun is one pass over the elements of a foreach.
type foreachRun struct {
	*execution
	node     *nodeDef
	position int
	info     *js.Object

	mu        sync.Mutex
	outputs   []any // the outputs by index
	iteration []any // the elements' step results by index
	completed int
	total     int
	failure   outcome
	exit      outcome // of an element that ended otherwise: that bailed
	nested    []any   // the runs of nested workflows by index
	labels    *js.Object
	waiting   map[int]*js.Object // the suspended elements by index
}

// foreach runs a step on every element of a list, some at a time, and stops
// taking elements when one suspends or fails.
func (x *execution) foreach(e *entry, position int, input any) outcome {
	n := e.nodes[0]
	concurrency, err := e.width.of(x.call(input))
	if err != nil {
		return x.throw(err)
	}
	items, ok := input.([]any)
	if !ok {
		return failedStep(fmt.Errorf("prevOutput is not iterable"))
	}
	previous := x.result(n.id)
	f := &foreachRun{execution: x, node: n, position: position, info: withoutCompletion(previous), total: len(items), waiting: map[int]*js.Object{}}
	if x.resume.first() == n.id {
		f.info.Set("resumePayload", x.resume.payload).Set("resumedAt", nowMillis())
	} else {
		f.info.Set("payload", input).Set("startedAt", nowMillis())
	}
	x.emit(js.Obj("type", "workflow-step-start", "payload", js.Obj("id", n.id).Merge(f.info, js.Obj("status", "running"))))

	meta := previous.Obj("suspendPayload").Obj(workflowMeta)
	f.iteration = append([]any(nil), meta.Arr("foreachOutput")...)
	f.outputs = make([]any, len(items))
	for i := range f.outputs {
		f.outputs[i] = js.Undefined
	}
	f.labels = js.Obj()
	for _, m := range meta.Obj("resumeLabels").Members() {
		if label, ok := m.Value.(*js.Object); ok && label.Str("stepId") == n.id {
			f.labels.Set(m.Key, label)
		}
	}
	f.runAll(items, f.queue(items, previous, meta), concurrency)
	return f.result()
}

type foreachItem struct {
	index  int
	resume *resumeInfo
}

// queue decides which elements run, and which of them are resumed.
func (f *foreachRun) queue(items []any, previous, meta *js.Object) []foreachItem {
	resumeIndex := 0
	if index, ok := meta.Num("foreachIndex"); ok && previous.Str("status") == "suspended" {
		resumeIndex = int(index)
	}
	var pinned *int
	if f.resume != nil {
		pinned = f.resume.forEachIndex
	}
	var queue []foreachItem
	for k := range items {
		before := f.iterationAt(k)
		status := before.Str("status")
		if status == "success" {
			f.outputs[k] = valueOf(before, "output")
			f.unlabel(k)
			f.ran(k, before)
			continue
		}
		if status == "suspended" && pinned != nil && *pinned != k {
			f.waiting[k] = before
			f.ran(k, before)
			continue
		}
		item := foreachItem{index: k}
		if pinned != nil && *pinned == k || pinned == nil && (status == "suspended" || resumeIndex == k) {
			item.resume = f.resume
		}
		queue = append(queue, item)
	}
	return queue
}

// unlabel forgets the label of an element that waits no more.
func (f *foreachRun) unlabel(k int) {
	for _, m := range f.labels.Members() {
		label, _ := m.Value.(*js.Object)
		if index, ok := label.Num("foreachIndex"); ok && whole(index) == k {
			f.labels.Delete(m.Key)
			return
		}
	}
}

// ran keeps which run an element of a nested workflow had.
func (f *foreachRun) ran(k int, result outcome) {
	run := result.Obj("metadata").Str(nestedRunKey)
	if run == "" {
		return
	}
	for len(f.nested) <= k {
		f.nested = append(f.nested, nil)
	}
	f.nested[k] = run
}

func (f *foreachRun) iterationAt(k int) *js.Object {
	if k >= len(f.iteration) {
		return nil
	}
	o, _ := f.iteration[k].(*js.Object)
	return o
}

// runAll runs the elements in order, so many at a time. One that ends otherwise than
// well stops the queue: of what waits nothing begins any more.
func (f *foreachRun) runAll(items []any, queue []foreachItem, concurrency int) {
	var wg sync.WaitGroup
	defer wg.Wait()
	slots := make(chan struct{}, concurrency)
	limit, ended := len(queue), 0
	var begun []*pendingStep
	// Those that run at the same time begin before the first of them has ended.
	beginMore := func() {
		for i := len(begun); i < min(limit, ended+concurrency); i++ {
			begun = append(begun, f.begin(stepRun{node: f.node, input: items[queue[i].index], position: []int{f.position},
				resume: queue[i].resume, inForeach: true, index: queue[i].index}))
		}
	}
	beginMore()
	for i := range queue {
		slots <- struct{}{}
		f.mu.Lock()
		if i >= len(begun) {
			f.mu.Unlock()
			return
		}
		step := begun[i]
		f.mu.Unlock()
		handOver(&wg, func() {
			goesOn := f.one(step)
			f.mu.Lock()
			defer f.mu.Unlock()
			if !goesOn {
				limit = min(limit, ended+concurrency)
			}
			ended++
			beginMore()
			<-slots
		})
	}
}

// one runs the step on one element; it tells whether others may begin after it.
func (f *foreachRun) one(step *pendingStep) (goesOn bool) {
	if f.run.ctx.Err() != nil {
		return false
	}
	r := step.finish()
	f.mu.Lock()
	defer f.mu.Unlock()
	k, status := step.index, r.Str("status")
	kept := r
	switch status {
	case "success":
		f.completed++
		f.outputs[k] = valueOf(r, "output")
		f.progress(k, "success", f.outputs[k])
		f.unlabel(k)
	case "suspended":
		if f.waiting[k] == nil {
			f.waiting[k] = js.Obj("status", status, "suspendPayload", r.Get("suspendPayload"), "suspendedAt", r.Get("suspendedAt"))
		}
		f.progress(k, "suspended", js.Undefined)
	default:
		f.completed++
		f.progress(k, "failed", js.Undefined)
		switch {
		case status == "failed" && f.failure == nil:
			f.failure = r
		case status != "failed" && f.exit == nil:
			f.exit = r
		}
	}
	f.ran(k, r)
	if status != "suspended" {
		kept = r.Clone().Set("suspendPayload", js.Obj())
	}
	for len(f.iteration) <= k {
		f.iteration = append(f.iteration, nil)
	}
	f.iteration[k] = kept
	return status == "success"
}

func (f *foreachRun) progress(k int, status string, output any) {
	f.emit(js.Obj("type", "workflow-step-progress", "payload", js.Obj("id", f.node.id, "completedCount", f.completed,
		"totalCount", f.total, "currentIndex", k, "iterationStatus", status, "iterationOutput", output)))
}

// result joins the elements' results and publishes how the stage ended.
func (f *foreachRun) result() outcome {
	publish := func(kind string, state *js.Object) {
		f.emit(js.Obj("type", kind, "payload", js.Obj("id", f.node.id).Merge(state)))
	}
	outputs := append([]any(nil), f.outputs...)
	for i, v := range outputs {
		if v == js.Undefined {
			outputs[i] = nil
		}
	}
	if f.run.ctx.Err() != nil {
		return f.info.Clone().Set("status", "canceled").Set("output", outputs).Set("endedAt", nowMillis())
	}
	if f.failure != nil {
		publish("workflow-step-result", js.Obj("status", f.failure.Get("status"), "error", f.failure.Get("error"), "endedAt", f.failure.Get("endedAt")))
		payload := js.Obj().Merge(f.failure.Obj("suspendPayload"))
		return f.failure.Clone().Set("suspendPayload", payload.Set(workflowMeta, js.Obj("foreachOutput", f.iteration, "resumeLabels", f.execution.labels)))
	}
	if f.exit != nil {
		publish("workflow-step-result", f.exit)
		return f.exit
	}
	if len(f.waiting) > 0 {
		first := f.total
		for k := range f.waiting {
			first = min(first, k)
		}
		state := f.waiting[first]
		publish("workflow-step-suspended", js.Obj("status", "suspended", "suspendPayload", state.Get("suspendPayload"), "suspendedAt", state.Get("suspendedAt")))
		f.execution.mu.Lock()
		f.suspended.Set(f.node.id, []any{f.position})
		labels := f.labels.Clone().Merge(f.execution.labels)
		f.execution.labels = labels
		f.execution.mu.Unlock()
		payload := js.Obj().Merge(state.Obj("suspendPayload"))
		meta := js.Obj().Merge(payload.Obj(workflowMeta)).Set("foreachIndex", first).Set("foreachOutput", f.iteration).Set("resumeLabels", labels)
		return f.info.Clone().Set("suspendedAt", nowMillis()).Set("status", "suspended").Set("suspendPayload", payload.Set(workflowMeta, meta))
	}
	publish("workflow-step-result", js.Obj("status", "success", "output", outputs, "endedAt", nowMillis()))
	done := f.info.Clone().Set("status", "success").Set("output", outputs)
	if len(f.nested) > 0 {
		done.Set("metadata", js.Obj(nestedRunKey, f.nested))
	}
	return done.Set("endedAt", nowMillis())
}
