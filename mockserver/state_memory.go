package mockserver

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func (m *memoryStore) state() any {
	m.mu.RLock()
	defer m.mu.RUnlock()
	threads, messages, working := []any{}, []any{}, js.Obj()
	for _, id := range sortedKeys(m.threads) {
		t := m.threads[id]
		threads = append(threads, t.json().Set("seq", t.seq).Set("touched", t.touched))
	}
	for _, id := range sortedKeys(m.messages) {
		msg := m.messages[id]
		messages = append(messages, msg.json().Set("seq", msg.seq))
	}
	for _, key := range sortedKeys(m.working) {
		working.Set(key, m.working[key])
	}
	return js.Obj("seq", m.seq, "threads", threads, "messages", messages, "workingMemory", working)
}

func (m *memoryStore) restore(o *js.Object) error {
	threads, err := stateList(o.Get("threads"), "memory.threads")
	if err != nil {
		return err
	}
	messages, err := stateList(o.Get("messages"), "memory.messages")
	if err != nil {
		return err
	}
	m.seq = stateInt(o, "seq")
	for _, t := range threads {
		created, err1 := stateTime(t, "createdAt")
		updated, err2 := stateTime(t, "updatedAt")
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		m.threads[t.Str("id")] = &thread{id: t.Str("id"), resourceID: t.Str("resourceId"), title: t.Str("title"), metadata: t.Obj("metadata"),
			created: created, updated: updated, seq: stateInt(t, "seq"), touched: stateInt(t, "touched")}
	}
	for _, msg := range messages {
		created, err := stateTime(msg, "createdAt")
		if err != nil {
			return err
		}
		m.messages[msg.Str("id")] = &storedMessage{id: msg.Str("id"), role: msg.Str("role"), threadID: msg.Str("threadId"), resourceID: msg.Str("resourceId"),
			kind: msg.Str("type"), content: msg.Obj("content"), created: created, seq: stateInt(msg, "seq")}
	}
	for _, entry := range o.Obj("workingMemory").Members() {
		m.working[entry.Key], _ = entry.Value.(string)
	}
	return nil
}

func (s *Server) vectorState() any {
	out := js.Obj()
	for _, name := range sortedKeys(s.vectors) {
		out.Set(name, s.vectors[name].state())
	}
	return out
}

func (s *vectorStore) state() []any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []any{}
	for _, name := range s.names {
		x := s.index(name)
		vectors := []any{}
		for _, v := range x.vectors {
			vectors = append(vectors, js.Obj("id", v.id, "values", doubles(v.values), "metadata", nullable(v.metadata)))
		}
		out = append(out, js.Obj("name", name, "dimension", x.dimension, "metric", x.metric, "vectors", vectors))
	}
	return out
}

// restoreVectors fills the stores that are served.
func restoreVectors(stores map[string]*vectorStore, o *js.Object) error {
	for name, store := range stores {
		if !o.Has(name) {
			continue
		}
		indexes, err := stateList(o.Get(name), "vectors."+name)
		if err != nil {
			return err
		}
		for _, x := range indexes {
			dimension, _ := x.Num("dimension")
			if err := store.create(x.Str("name"), dimension, x.Str("metric")); err != nil {
				return err
			}
			vectors, err := stateList(x.Get("vectors"), "the vectors of "+x.Str("name"))
			if err != nil {
				return err
			}
			for _, v := range vectors {
				values := single(floats(v.Arr("values")))
				if len(values) != whole(dimension) {
					return fmt.Errorf("a vector of %s has %d values", x.Str("name"), len(values))
				}
				store.index(x.Str("name")).put(&storedVector{v.Str("id"), values, v.Obj("metadata")})
			}
		}
	}
	return nil
}

func (r *workflowRuns) state() any {
	r.mu.RLock()
	defer r.mu.RUnlock()
	list := make([]*runRecord, 0, len(r.records))
	for _, rec := range r.records {
		list = append(list, rec)
	}
	slices.SortFunc(list, func(a, b *runRecord) int { return cmp.Compare(a.seq, b.seq) })
	out := make([]any, len(list))
	for i, rec := range list {
		o := js.Obj("workflow", rec.key.workflow, "run", rec.key.run, "resourceId", rec.resourceID,
			"createdAt", js.ISO(rec.created), "updatedAt", js.ISO(rec.updated), "status", rec.status, "state", rec.state, "context", rec.context,
			"result", rec.result, "error", rec.err, "activePaths", rec.activePaths, "activeSteps", rec.activeSteps,
			"suspended", rec.suspended, "resumeLabels", rec.labels, "requestContext", nullable(rec.requestContext), "traceId", rec.traceID, "tracing", nullable(rec.tracing))
		if rec.path != nil {
			o.Set("path", rec.path)
		}
		out[i] = o
	}
	return out
}

func (r *workflowRuns) restore(v any) error {
	list, err := stateList(v, "workflowRuns")
	if err != nil {
		return err
	}
	for _, o := range list {
		created, err1 := stateTime(o, "createdAt")
		updated, err2 := stateTime(o, "updatedAt")
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		r.seq++
		rec := &runRecord{key: runKey{o.Str("workflow"), o.Str("run")}, resourceID: o.Get("resourceId"), created: created, updated: updated,
			status: o.Str("status"), context: o.Obj("context"), result: valueOf(o, "result"), err: valueOf(o, "error"),
			activePaths: positionsOf(o.Arr("activePaths")), activeSteps: positions(o.Obj("activeSteps")), suspended: positions(o.Obj("suspended")),
			path: o.Arr("path"), requestContext: o.Obj("requestContext"), traceID: o.Str("traceId"), tracing: o.Obj("tracing"), seq: r.seq,
			state: newSharedState(o.Get("state")).value, labels: js.Obj().Merge(o.Obj("resumeLabels"))}
		if rec.context == nil {
			return fmt.Errorf("the run %s has no context", rec.key.run)
		}
		r.records[rec.key] = rec
	}
	return nil
}

// positions reads places in the graph by step.
func positions(o *js.Object) *js.Object {
	out := js.Obj()
	for _, m := range o.Members() {
		list, _ := m.Value.([]any)
		out.Set(m.Key, positionsOf(list))
	}
	return out
}

func positionsOf(list []any) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = indexOf(v)
	}
	return out
}
