package mockserver

import (
	"errors"
	"sync"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// runOutput is the stream of a run: the events turned into chunks, with a
// workflow-start before and a workflow-finish after them.
type runOutput struct {
	log *chunkLog
	run *liveRun

	mu     sync.Mutex
	status string
	result any
	err    *js.Object
	closed bool
	// tripwire is that of the step which failed last, nil for none.
	tripwire *js.Object
	usage    *js.Object // the tokens that steps have told of
}

func newRunOutput(l *liveRun) *runOutput {
	o := &runOutput{log: newChunkLog(), run: l, status: "running", result: js.Undefined, usage: zeroWorkflowUsage()}
	o.log.append(js.Obj("type", "workflow-start", "runId", l.key.run, "from", "WORKFLOW", "payload", js.Obj("workflowId", l.workflow.id)))
	return o
}

// event takes an event of the run.
func (o *runOutput) event(event *js.Object) {
	kind, payload := event.Str("type"), event.Obj("payload")
	o.mu.Lock()
	switch {
	case kind == "workflow-canceled":
		o.status = "canceled"
	case kind == "workflow-paused":
		o.status = "paused"
	case kind == "workflow-step-suspended":
		o.status = "suspended"
	case kind == "workflow-step-result" && payload.Str("status") == "failed":
		o.status = "failed"
		if o.tripwire = payload.Obj("tripwire"); o.tripwire != nil {
			o.status = "tripwire"
		}
	}
	o.mu.Unlock()
	o.append(js.Obj("type", kind, "runId", o.run.key.run, "from", "WORKFLOW", "payload", named(payload)))
}

// append adds a chunk as it is.
func (o *runOutput) append(chunk *js.Object) {
	o.countTokens(chunk)
	o.log.append(chunk)
}

// named is an event's payload as chunks have it: with the step's name first.
func named(payload *js.Object) *js.Object {
	name := valueOf(payload, "id")
	if own, ok := payload.Lookup("stepName"); ok {
		name = own
	}
	return js.Obj("stepName", name).Merge(payload)
}

// close ends the stream with a workflow-finish. Who joins later does not see
// that chunk.
func (o *runOutput) close() {
	o.mu.Lock()
	if o.closed {
		o.mu.Unlock()
		return
	}
	o.closed = true
	if o.status == "running" {
		o.status = "success"
	}
	metadata := js.Obj()
	if o.err != nil {
		metadata.Set("error", o.err.Without("thrownMessage")).Set("errorMessage", o.err.Str("thrownMessage"))
	}
	payload := js.Obj("workflowStatus", o.status, "metadata", metadata, "output", js.Obj("usage", o.usage))
	if o.status == "success" {
		payload.Set("finalWorkflowResult", o.result)
	}
	if o.status == "tripwire" {
		payload.Set("tripwire", o.tripwire)
	}
	o.mu.Unlock()
	o.log.finish(js.Obj("type", "workflow-finish", "runId", o.run.key.run, "from", "WORKFLOW", "payload", payload))
}

func zeroWorkflowUsage() *js.Object {
	return js.Obj("inputTokens", 0, "outputTokens", 0, "totalTokens", 0, "cachedInputTokens", 0, "cacheCreationInputTokens", 0, "reasoningTokens", 0)
}

// settle keeps the result of the run, or the error that refused it.
func (o *runOutput) settle(result *js.Object, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.status = "failed"
		o.err = js.Obj("thrownMessage", err.Error())
		var refused *workflowError
		if errors.As(err, &refused) && refused.body.Has("code") {
			o.err = refused.body.Clone().Set("thrownMessage", err.Error())
		}
		return
	}
	if result.Str("status") == "success" {
		o.result = valueOf(result, "result")
	}
}

// stream makes the run's stream, and begin starts the run; a run that is being
// streamed is joined, and begin does nothing. Readers must be taken before begin is
// called, so that they miss nothing.
func (s *Server) stream(l *liveRun, req *startRequest) (out *runOutput, begin func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.output != nil {
		return l.output, func() {}
	}
	o := newRunOutput(l)
	l.output = o
	return o, func() {
		unwatch := l.watch(o.event)
		req.write = o.written
		closing := func() { unwatch(); o.close() }
		l.mu.Lock()
		l.closing = closing
		l.mu.Unlock()
		s.walk(l, func() {
			result, err := s.start(l, req)
			o.settle(result, err)
			if req.closeOnSuspend || err != nil || result.Str("status") != "suspended" {
				closing()
			}
		})
	}
}

// join reads the run's stream from its beginning. It returns nil where there is none,
// and where the run has ended: who joined then would not see the end.
func (s *Server) join(l *liveRun) *logReader {
	l.mu.Lock()
	out := l.output
	l.mu.Unlock()
	if out == nil {
		return nil
	}
	reader := out.log.reader()
	if out.log.isDone() && !s.runs.isLive(l) {
		return nil
	}
	return reader
}

// resumeStream resumes the run and returns the stream of what follows.
func (s *Server) resumeStream(l *liveRun, req *resumeRequest) (out *runOutput, begin func()) {
	o := newRunOutput(l)
	l.mu.Lock()
	l.output = o
	l.mu.Unlock()
	return o, func() {
		l.mu.Lock()
		l.closing = o.close
		l.mu.Unlock()
		s.walk(l, func() {
			defer o.close()
			rec, info, err := s.prepareResume(l, req)
			if err != nil {
				o.settle(nil, err)
				return
			}
			// Only who resumes sees what follows: of two at once the other one is
			// refused, and must not take the answer for its own.
			defer l.watch(o.event)()
			req.write = o.append
			o.settle(s.resumePrepared(l, rec, info, req))
		})
	}
}

// sendRecords copies a stream to the client until it ends or the client leaves.
func (c *call) sendRecords(r *logReader, history []any) error {
	w := c.records()
	for _, chunk := range history {
		if w.chunk(chunk) != nil {
			return nil
		}
	}
	if r == nil {
		return nil
	}
	for {
		chunk, ok := r.read(c.ctx())
		if !ok || w.chunk(chunk) != nil {
			return nil
		}
	}
}
