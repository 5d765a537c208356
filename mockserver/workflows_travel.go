package mockserver

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// travelRequest is what a client sends to carry a run out again from a step.
type travelRequest struct {
	steps          []string // the way to the step, outermost first
	input, data    any
	context        *js.Object // results that stand for the recorded ones
	nested         *js.Object // the same for the steps of nested runs
	state          any        // that stands for the recorded one
	perStep        bool
	requestContext *js.Object
	write          func(chunk *js.Object)
}

func (c *call) travelRequest() *travelRequest {
	return &travelRequest{steps: c.stepPath(), input: valueOf(c.body, "inputData"), data: valueOf(c.body, "resumeData"), requestContext: c.requestContext,
		context: c.body.Obj("context"), nested: c.body.Obj("nestedStepsContext"), state: c.body.Get("initialState"), perStep: c.body.Bool("perStep")}
}

// travelInfo is how an execution differs that begins in the middle.
type travelInfo struct {
	*travelRequest
	// inBlock tells that the first stage runs its steps side by side, of which
	// only the one travelled to runs again.
	inBlock bool
}

const maxReportedSteps = 10

// checkTravel compares the graph with what the run has recorded.
func checkTravel(w *Workflow, recorded *js.Object, req *travelRequest) error {
	ids := slices.DeleteFunc(slices.Clone(recorded.Keys()), func(id string) bool { return id == "input" })
	if len(ids) == 0 {
		return nil
	}
	shown := strings.Join(ids[:min(len(ids), maxReportedSteps)], ", ")
	if n := len(ids) - maxReportedSteps; n > 0 {
		shown += " (and " + js.Number(float64(n)) + " more)"
	}
	target := w.stageOf(req.steps[0])
	if target < 0 {
		return said("Cannot time travel to step '%s': the step does not exist in the current execution graph. The workflow definition has likely changed since the run was recorded (renamed step, or an unnamed .map() step whose generated id changed across processes). Steps recorded in the snapshot: %s. The stored snapshot has not been modified.", req.steps[0], shown)
	}
	has := func(n *nodeDef) bool { return recorded.Get(n.id) != nil || req.context.Get(n.id) != nil }
	var lacking []string
	for _, e := range w.entries[:target] {
		if e.kind == foreachEntry || e.kind == loopEntry || e.kind == sleepEntry || e.kind == branchEntry && slices.ContainsFunc(e.nodes, has) {
			continue
		}
		for _, n := range e.nodes {
			if !has(n) {
				lacking = append(lacking, "'"+n.id+"'")
			}
		}
	}
	if len(lacking) > 0 {
		return said("Cannot time travel to step '%s': step(s) %s precede the target in the current execution graph but were not recorded in the snapshot. Either the workflow definition changed since the run was recorded (renamed steps, or unnamed .map() steps whose generated ids changed across processes), or the recorded run never reached these steps (it failed, was canceled, or was suspended before them). Steps recorded in the snapshot: %s. The stored snapshot has not been modified.", req.steps[0], strings.Join(lacking, ", "), shown)
	}
	return nil
}

// stageOf is the index of the stage that has the step, -1 for none.
func (w *Workflow) stageOf(step string) int {
	return slices.IndexFunc(w.entries, func(e entry) bool {
		return slices.ContainsFunc(e.nodes, func(n *nodeDef) bool { return n.id == step })
	})
}

// travelResults are the step results an execution starts from: those of the
// stages before the step that is travelled to, and its own.
func travelResults(w *Workflow, recorded *js.Object, req *travelRequest) (results *js.Object, start int, err error) {
	if err := checkTravel(w, recorded, req); err != nil {
		return nil, 0, err
	}
	if start = w.stageOf(req.steps[0]); start < 0 {
		return nil, 0, said("Time travel target step not found in execution graph: '%s'. Verify the step id/path.", strings.Join(req.steps, "."))
	}
	results = js.Obj("input", valueOf(recorded, "input"))
	if first := w.entries[0].nodes; start == 0 {
		switch payload, ok := req.context.Obj(req.steps[0]).Lookup("payload"); {
		case ok:
			results.Set("input", payload)
		case req.input != js.Undefined:
			results.Set("input", req.input)
		}
	} else {
		for _, n := range first {
			if payload, ok := recordedStep(recorded, req, n.id).Lookup("payload"); ok {
				results.Set("input", payload)
				break
			}
		}
	}
	for i, e := range w.entries {
		if i > start && !truthy(req.data) {
			break
		}
		for _, n := range e.nodes {
			if result := travelResult(w, i, start, n, recorded, results, req); result != nil {
				results.Set(n.id, result)
			}
		}
	}
	return results, start, nil
}

func recordedStep(recorded *js.Object, req *travelRequest, id string) *js.Object {
	if o := req.context.Obj(id); o != nil {
		return o
	}
	return recorded.Obj(id)
}

// travelResult is the result a step of a stage is given; nil for none.
func travelResult(w *Workflow, stage, start int, n *nodeDef, recorded, results *js.Object, req *travelRequest) *js.Object {
	known, given := recordedStep(recorded, req, n.id), req.context.Obj(n.id)
	target := slices.Contains(req.steps, n.id)
	if (stage > start || req.perStep && stage == start) && !target && given == nil && recorded.Obj(n.id).Str("status") != "suspended" {
		return nil
	}
	status := known.Str("status")
	if status == "" || status == "failed" || status == "canceled" {
		switch {
		case target:
			status = "running"
		case w.entries[stage].kind == branchEntry && (stage == start || known == nil):
			status = "skipped"
		default:
			status = "success"
		}
	}
	first := func(values ...any) any {
		for _, v := range values {
			if v != js.Undefined && v != nil {
				return v
			}
		}
		return js.Obj()
	}
	var before, next any = js.Undefined, js.Undefined
	if stage > 0 {
		before = outputOfStage(&w.entries[stage-1], results)
	}
	if stage+1 == start && len(req.steps) == 1 && truthy(req.input) {
		next = req.input
	}
	own := recorded.Obj(n.id)
	result := js.Obj("status", status, "payload", first(valueOf(given, "payload"), before, valueOf(own, "payload")))
	complete := status == "success"
	if complete {
		result.Set("output", first(valueOf(given, "output"), next, valueOf(own, "output")))
	}
	keep := func(key string, otherwise any) {
		if v := valueOf(known, key); v != js.Undefined {
			otherwise = v
		}
		if otherwise != js.Undefined {
			result.Set(key, otherwise)
		}
	}
	keep("resumePayload", js.Undefined)
	keep("suspendPayload", js.Undefined)
	keep("startedAt", nowMillis())
	if complete {
		keep("endedAt", nowMillis())
	}
	keep("suspendedAt", js.Undefined)
	keep("resumedAt", js.Undefined)
	return result
}

func outputOfStage(e *entry, results *js.Object) any {
	output := func(n *nodeDef) any {
		if v := valueOf(results.Obj(n.id), "output"); v != js.Undefined {
			return v
		}
		return js.Obj()
	}
	if len(e.nodes) == 1 {
		return output(e.nodes[0])
	}
	all := js.Obj()
	for _, n := range e.nodes {
		all.Set(n.id, output(n))
	}
	return all
}

// travel carries a run out again from a step. An error means that nothing has
// changed.
func (s *Server) travel(l *liveRun, req *travelRequest) (*js.Object, error) {
	rec := s.runs.get(l.key)
	switch {
	case len(req.steps) == 0:
		return nil, said("Step is required and must be a valid step or array of steps")
	case rec == nil:
		return nil, said("Snapshot not found for run %s", l.key.run)
	case rec.status == "running":
		return nil, said("This workflow run is still running, cannot time travel")
	}
	if n := l.workflow.stepByID(req.steps[0]); n != nil && len(req.steps) == 1 && truthy(req.input) {
		parsed, issues := n.input.Parse(req.input)
		if len(issues) > 0 {
			return nil, &workflowError{status: http.StatusBadRequest, body: js.Obj("message", "Invalid inputData: \n"+zod.Lines(issues))}
		}
		req.input = parsed
	}
	results, start, err := travelResults(l.workflow, rec.context, req)
	if err != nil {
		return nil, err
	}
	awaitNewInstant(rec.context)
	x := &execution{srv: s, workflow: l.workflow, run: l, emit: l.publish, write: req.write, results: results, stepPath: rec.path, start: start,
		travel: &travelInfo{req, len(l.workflow.entries[start].nodes) > 1}, state: travelState(req, rec), perStep: req.perStep,
		trace: runTrace{traceID: newTraceID(), spanID: newSpanID()}, reqCtx: contextOver(req.requestContext, rec)}
	if x.stepPath == nil {
		x.stepPath = []any{}
	}
	return s.finishRun(l, x)
}

// travelState is the state that a run goes back with.
func travelState(req *travelRequest, rec *runRecord) *sharedState {
	if req.state != nil {
		return newSharedState(req.state)
	}
	return newSharedState(rec.state)
}

// awaitNewInstant waits until a step that suspends again does so at another
// millisecond: the old suspension can be told from the new one.
func awaitNewInstant(recorded *js.Object) {
	for _, m := range recorded.Members() {
		if result, ok := m.Value.(*js.Object); ok {
			for at, _ := result.Num("suspendedAt"); nowMillis() <= at; {
				time.Sleep(time.Millisecond)
			}
		}
	}
}

// travelInto makes the nested execution of a step begin in its middle too.
func (x *execution) travelInto(child *execution) error {
	t := x.travel
	if t == nil || len(t.steps) < 2 || t.steps[0] != child.workflow.id {
		return nil
	}
	inner := *t.travelRequest
	inner.steps, inner.context = t.steps[1:], t.nested.Obj(child.workflow.id)
	recorded := js.Obj()
	if rec := x.srv.runs.get(child.run.key); rec != nil {
		recorded, child.stepPath = rec.context, rec.path
	}
	results, start, err := travelResults(child.workflow, recorded, &inner)
	if err != nil {
		return err
	}
	child.state = x.state
	child.results, child.start, child.travel = results, start, &travelInfo{&inner, len(child.workflow.entries[start].nodes) > 1}
	return nil
}

// travelAnswer is the data that a step which waits is resumed with on the way;
// data that does not fit is as none.
func (x *execution) travelAnswer(n *nodeDef, previous *js.Object) any {
	if x.travel == nil || previous.Str("status") != "suspended" || n.nested != nil || !truthy(x.travel.data) {
		return js.Undefined
	}
	if n.resume == nil {
		return x.travel.data
	}
	parsed, issues := n.resume.Parse(x.travel.data)
	if len(issues) > 0 {
		return js.Undefined
	}
	return parsed
}

// partly runs those steps of the first stage that are to run again; what the
// others have given is kept.
func (x *execution) partly(e *entry, position int, input any) outcome {
	travel := x.travel
	x.travelDone()
	switch {
	case travel == nil:
		return x.some(e, position, x.heldArms(e, input), input, func(_ *nodeDef, kept *js.Object) bool {
			// A branch that was cut off runs all its arms again.
			status := kept.Str("status")
			return e.kind == branchEntry || status == "" || status == "running"
		})
	case e.kind == parallelEntry:
		// The server starts only the first of parallel steps anew; another one that
		// has ended is kept.
		return x.some(e, position, x.heldArms(e, input), input, func(n *nodeDef, kept *js.Object) bool {
			return n.id == travel.steps[0] && (n == e.nodes[0] || kept.Str("status") == "running")
		})
	}
	arms := x.heldArms(e, input)
	x.skipArms(e, arms)
	if i := slices.IndexFunc(arms, func(i int) bool { return e.nodes[i].id == travel.steps[0] }); i >= 0 {
		arms = arms[i : i+1]
	}
	return x.some(e, position, arms, input, func(n *nodeDef, kept *js.Object) bool {
		return kept == nil || n.id == travel.steps[0] && kept.Str("status") != "success"
	})
}

// some runs those of a stage's steps that are to run again, of those that take part.
func (x *execution) some(e *entry, position int, part []int, input any, again func(n *nodeDef, kept *js.Object) bool) outcome {
	nodes, results := make([]*nodeDef, len(part)), make([]outcome, len(part))
	var rerun []*nodeDef
	var places []int
	for k, i := range part {
		nodes[k], results[k] = e.nodes[i], x.result(e.nodes[i].id)
		if again(nodes[k], results[k]) {
			rerun, places = append(rerun, nodes[k]), append(places, i)
		}
	}
	for k, result := range x.sideBySide(rerun, position, places, input) {
		results[slices.Index(part, places[k])] = result
	}
	return x.blockResult(nodes, results)
}

// skipArms closes what a travel has left open of arms that are not taken.
func (x *execution) skipArms(e *entry, taken []int) {
	for i, n := range e.nodes {
		if kept := x.result(n.id); !slices.Contains(taken, i) && kept.Str("status") == "running" {
			x.set(n.id, js.Obj("status", "skipped", "payload", valueOf(kept, "payload"), "startedAt", valueOf(kept, "startedAt"), "endedAt", nowMillis()))
		}
	}
}

// inPart tells whether the stage that comes next runs in part only.
func (x *execution) inPart() bool { return x.travel != nil && x.travel.inBlock || x.restarting }

func (x *execution) travelDone() {
	x.restarting = false
	if x.travel != nil {
		t := *x.travel
		t.inBlock = false
		x.travel = &t
	}
}
