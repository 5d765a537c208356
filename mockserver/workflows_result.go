package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// format builds the result of the run from the last outcome.
func (x *execution) format(last outcome) *js.Object {
	x.mu.Lock()
	defer x.mu.Unlock()
	steps := eachResult(x.results, withoutNestedRun)
	previous, full := valueOf(x.results, "input"), steps.Clone()
	for _, id := range x.stepPath {
		name, _ := id.(string)
		result := full.Obj(name)
		if result == nil {
			continue
		}
		// Of a step that ran several times the last one counts.
		steps.Set(name, result)
		if payload, ok := result.Lookup("payload"); ok && js.String(payload) == js.String(previous) {
			steps.Set(name, result.Without("payload"))
		}
		if result.Str("status") == "success" {
			previous = valueOf(result, "output")
		}
	}
	status := last.Str("status")
	out := js.Obj("status", status, "steps", steps, "input", valueOf(x.results, "input"),
		"stepExecutionPath", x.stepPath)
	switch status {
	case "success":
		out.Set("result", valueOf(last, "output"))
	case "failed":
		if tripwire := last.Obj("tripwire"); tripwire != nil {
			return out.Set("status", "tripwire").Set("tripwire", tripwire)
		}
		out.Set("error", last.Get("error"))
	case "suspended":
		x.formatSuspension(out)
	}
	return out
}

func (x *execution) formatSuspension(out *js.Object) {
	paths, payloads := []any{}, js.Obj()
	for _, m := range x.results.Members() {
		result, ok := m.Value.(*js.Object)
		if !ok || m.Key == "input" || result.Str("status") != "suspended" {
			continue
		}
		payload := result.Obj("suspendPayload")
		payloads.Set(m.Key, userPayload(payload))
		path := []any{m.Key}
		paths = append(paths, append(path, payload.Obj(workflowMeta).Arr("path")...))
	}
	out.Set("suspended", paths).Set("suspendPayload", payloads)
}

// workflowMeta is the key under which the engine keeps its own data inside
// suspend payloads.
const workflowMeta = "__workflow_meta"

// userPayload is a suspend payload without the engine's data.
func userPayload(payload *js.Object) *js.Object {
	if payload == nil {
		return js.Obj()
	}
	return payload.Without(workflowMeta)
}

// eachResult copies the results of a run, each step's as f makes it; the input stays.
func eachResult(results *js.Object, f func(*js.Object) *js.Object) *js.Object {
	out := js.Obj()
	for _, m := range results.Members() {
		if result, ok := m.Value.(*js.Object); ok && m.Key != "input" {
			out.Set(m.Key, f(result))
		} else {
			out.Set(m.Key, m.Value)
		}
	}
	return out
}

// withoutNestedRun is a step result without the ids of nested runs, which are the
// engine's own.
func withoutNestedRun(result *js.Object) *js.Object {
	if !result.Has("metadata") {
		return result
	}
	out := result.Without("metadata")
	if metadata := result.Obj("metadata").Without(nestedRunKey); metadata.Len() > 0 {
		out.Set("metadata", metadata)
	}
	return out
}
