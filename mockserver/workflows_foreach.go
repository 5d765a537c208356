package mockserver

import (
	"fmt"
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

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
	stopped   bool
	failure   outcome
	waiting   map[int]*js.Object // the suspended elements by index
}

// foreach runs a step on every element of a list, some at a time, and stops
// taking elements when one suspends or fails.
func (x *execution) foreach(e *entry, position int, input any) outcome {
	n := e.nodes[0]
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
	f.runAll(items, f.queue(items, previous, meta), e.concurrency)
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
			continue
		}
		if status == "suspended" && pinned != nil && *pinned != k {
			f.waiting[k] = before
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

func (f *foreachRun) iterationAt(k int) *js.Object {
	if k >= len(f.iteration) {
		return nil
	}
	o, _ := f.iteration[k].(*js.Object)
	return o
}

func (f *foreachRun) runAll(items []any, queue []foreachItem, concurrency int) {
	if concurrency == 1 {
		for _, item := range queue {
			f.one(items[item.index], item)
		}
		return
	}
	for len(queue) > 0 {
		n := min(concurrency, len(queue))
		batch := queue[:n]
		queue = queue[n:]
		together(n, func(i int) { f.one(items[batch[i].index], batch[i]) })
	}
}

// one runs the step on one element.
func (f *foreachRun) one(value any, item foreachItem) {
	f.mu.Lock()
	stopped := f.stopped || f.run.ctx.Err() != nil
	f.mu.Unlock()
	if stopped {
		return
	}
	r := f.step(stepRun{node: f.node, input: value, position: []int{f.position}, resume: item.resume, inForeach: true})
	f.mu.Lock()
	defer f.mu.Unlock()
	k, status := item.index, r.Str("status")
	kept := r
	switch status {
	case "success":
		f.completed++
		f.outputs[k] = valueOf(r, "output")
		f.progress(k, "success", f.outputs[k])
	case "suspended":
		f.stopped = true
		if f.waiting[k] == nil {
			f.waiting[k] = js.Obj("status", status, "suspendPayload", r.Get("suspendPayload"), "suspendedAt", r.Get("suspendedAt"))
		}
		f.progress(k, "suspended", js.Undefined)
	default:
		f.completed++
		f.stopped = true
		if f.failure == nil {
			f.failure = r
		}
		f.progress(k, "failed", js.Undefined)
	}
	if status != "suspended" {
		kept = r.Clone().Set("suspendPayload", js.Obj())
	}
	for len(f.iteration) <= k {
		f.iteration = append(f.iteration, nil)
	}
	f.iteration[k] = kept
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
		return f.failure.Clone().Set("suspendPayload", payload.Set(workflowMeta, js.Obj("foreachOutput", f.iteration, "resumeLabels", js.Obj())))
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
		f.execution.mu.Unlock()
		payload := js.Obj().Merge(state.Obj("suspendPayload"))
		meta := js.Obj().Merge(payload.Obj(workflowMeta)).Set("foreachIndex", first).Set("foreachOutput", f.iteration).Set("resumeLabels", js.Obj())
		return f.info.Clone().Set("suspendedAt", nowMillis()).Set("status", "suspended").Set("suspendPayload", payload.Set(workflowMeta, meta))
	}
	publish("workflow-step-result", js.Obj("status", "success", "output", outputs, "endedAt", nowMillis()))
	return f.info.Clone().Set("status", "success").Set("output", outputs).Set("endedAt", nowMillis())
}
