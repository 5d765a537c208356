package aisdk

import (
	"context"
	"net/http"
	"time"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// WorkflowConfig says how a workflow is served. The zero WorkflowConfig starts
// runs that belong to nobody.
type WorkflowConfig struct {
	// Display says what the browser gets to see.
	Display
	// Serving is what is the same for agents and workflows.
	Serving

	// Request makes the call of the workflow out of what the server knows. Its Input
	// is the chat's unless it sets one: check it, or make it out of the messages.
	// With a ResourceID, only that resource's runs can be resumed. An error ends the
	// request, as it does in [Config.Request]. For a run that is resumed ResourceID,
	// Tracing, RequestContext and Extra count.
	//
	// Nil starts the workflow with the chat's Input.
	Request func(r *http.Request, chat Chat) (mastra.StartRequest, error)
	// KeepRunning lets a run go on when the browser leaves. Otherwise it is
	// cancelled.
	KeepRunning bool
}

// WorkflowHandler answers requests with a run of a workflow, whose progress comes
// as `data-workflow` and `data-workflow-step` parts:
//
//	POST {path}                   {"inputData": ...}, or {"runId", "resumeData", "step"?}
//	GET  {path}/{chatId}/stream   the run that is under way; 204 for none
//
// useChat sends that with a transport of its own prepareSendMessagesRequest. Behind
// the POST it calls `POST /workflows/{workflowId}/stream`, or
// `POST /workflows/{workflowId}/resume-stream` for resumeData. Everything else that
// is said of [Handler] holds here too.
func WorkflowHandler(workflow *mastra.Workflow, cfg WorkflowConfig) http.Handler {
	h := &workflowHandler{workflow: workflow, cfg: cfg}
	return &endpoint{Serving: cfg.Serving, options: Options{Display: cfg.Display, From: FromWorkflow}, serve: h.serve}
}

type workflowHandler struct {
	workflow *mastra.Workflow
	cfg      WorkflowConfig
}

func (h *workflowHandler) serve(w *Writer, r *http.Request, chat Chat, o Options) error {
	var req mastra.StartRequest
	if h.cfg.Request != nil {
		var err error
		if req, err = h.cfg.Request(r, chat); err != nil {
			return err
		}
	}
	c := NewConverter(o)
	var run *mastra.Run
	var s *mastra.RunStream
	var err error
	if chat.Resume != nil {
		run = h.workflow.Run(chat.Resume.RunID)
		if err := mayResumeRun(r.Context(), run, req.ResourceID); err != nil {
			return err
		}
		s, err = run.ResumeStream(r.Context(), mastra.ResumeRequest{
			Step: chat.Resume.Step, Data: chat.Resume.Data,
			Tracing: req.Tracing, RequestContext: req.RequestContext, Extra: req.Extra,
		})
	} else {
		if req.Input == nil && chat.Input != nil {
			req.Input = chat.Input
		}
		c.newID = newID
		run = h.workflow.NewRun()
		s, err = run.Stream(r.Context(), req)
	}
	if err != nil {
		return err
	}
	over := false
	err = w.convert(s, func(chunk stream.Chunk) []Part {
		over = over || chunk.Type == stream.TypeWorkflowFinish
		return c.Convert(chunk)
	})
	if (w.err != nil || r.Context().Err() != nil) && !over && !h.cfg.KeepRunning {
		h.cancel(r, run)
	}
	return w.end(c, err)
}

// cancelTime is how long a run may take to be cancelled.
const cancelTime = 5 * time.Second

// cancel stops the run: a workflow, unlike an agent, goes on when nobody listens.
// One that has ended meanwhile would be rewritten, so it is looked at first.
func (h *workflowHandler) cancel(r *http.Request, run *mastra.Run) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), cancelTime)
	defer cancel()
	state, err := run.Get(ctx)
	if err == nil && (state.Status == mastra.RunRunning || state.Status == mastra.RunWaiting || state.Status == mastra.RunPending) {
		err = run.Cancel(ctx)
	}
	if err != nil && h.cfg.OnError != nil {
		h.cfg.OnError(r, err)
	}
}

// mayResumeRun makes sure that a run is the resource's, where one is named.
func mayResumeRun(ctx context.Context, run *mastra.Run, resource string) error {
	if resource == "" {
		return nil
	}
	state, err := run.Get(ctx)
	if err != nil {
		return err
	}
	if state.ResourceID != resource {
		return Refuse(http.StatusNotFound, statusText(http.StatusNotFound))
	}
	return nil
}
