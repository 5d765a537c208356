package aisdk

import (
	"crypto/rand"
	"errors"
	"net/http"
	"slices"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// Config says how an agent's chats are served. The zero Config serves an agent
// without memory.
type Config struct {
	// Display says what the browser gets to see.
	Display
	// Serving is what is the same for agents and workflows.
	Serving

	// Request makes the call of the agent out of what the server knows: who is
	// logged in, which thread of theirs this chat is, what the agent may do. Its
	// Messages are filled in from the chat unless it sets them. With a Memory whose
	// Thread belongs to the user:
	//
	//	Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
	//		user, ok := userOf(r)
	//		if !ok {
	//			return mastra.AgentRequest{}, aisdk.Refuse(http.StatusUnauthorized, "Please sign in.")
	//		}
	//		return mastra.AgentRequest{
	//			Memory: &mastra.MemoryRef{ThreadID: user + "/" + chat.ID, ResourceID: user},
	//		}, nil
	//	}
	//
	// Everything in the chat is the browser's word. An error ends the request: that
	// of [Refuse] with its status and text, any other with the status that
	// [mastra.HTTPStatus] has for it. For a run that is resumed Memory, MaxSteps,
	// ClientTools, MaxToolRounds, Tracing, UntilIdle, RequestContext and Extra count.
	//
	// Nil calls the agent with the messages alone.
	Request func(r *http.Request, chat Chat) (mastra.AgentRequest, error)
	// AllMessages sends the whole conversation although the agent has it in memory.
	// Otherwise the last message is sent where Request sets Memory, and the
	// conversation where it does not.
	AllMessages bool
	// FileURL tells whether a file of a message may be at this URL. The Mastra server
	// fetches it, from inside your network. Nil allows data URLs only, which are
	// always allowed.
	FileURL func(url string) bool
}

// Handler answers the requests of AI SDK's useChat with an agent:
//
//	POST {path}                   a message, an approval, another try
//	GET  {path}/{chatId}/stream   the answer that is under way; 204 for none
//
// Give it both, as `/api/chat` and `/api/chat/`. Behind the POST it calls
// `POST /agents/{agentId}/stream`, or `POST /agents/{agentId}/resume-stream` for
// each approval and for resumeData.
//
// Where the model calls several tools that want approval in one step, Mastra asks for
// one after the other. useChat's lastAssistantMessageIsCompleteWithApprovalResponses
// then waits for ever; let the page send as soon as a part is in the state
// "approval-responded" and none in "approval-requested".
//
// Of the body the messages, the trigger, approvals and resumeData go to the agent,
// everything else only to cfg.Request. A run that is resumed must be one of the
// resource and thread that cfg.Request names, if it names them: the server itself
// does not check.
//
// A failure before the first part is a status with a short text: 400 for a body
// that is not useChat's or decides on more than 64 tool calls, 413 for one that is
// too large, 415 for one that is not application/json (which a form on another site
// cannot send), else that of [mastra.HTTPStatus]. After it, it is an error part.
// When the browser leaves, or the user presses Stop, the agent's run is stopped.
//
// The handler is safe for concurrent use and costs nothing to make, so that there
// may be one for each request, say with a client of that user's.
func Handler(agent *mastra.Agent, cfg Config) http.Handler {
	h := &agentHandler{agent: agent, cfg: cfg}
	h.open = func(r *http.Request, req mastra.AgentRequest) (ChunkStream, error) {
		return opened(agent.Stream(r.Context(), req))
	}
	return h.endpoint(FromAgent)
}

// NetworkHandler is Handler for an agent that routes to others:
// `POST /agents/{agentId}/network`. It does not resume.
func NetworkHandler(agent *mastra.Agent, cfg Config) http.Handler {
	h := &agentHandler{agent: agent, cfg: cfg}
	h.open = func(r *http.Request, req mastra.AgentRequest) (ChunkStream, error) {
		return opened(agent.NetworkStream(r.Context(), req))
	}
	return h.endpoint(FromNetwork)
}

// opened keeps a nil pointer from becoming a stream.
func opened[S ChunkStream](s S, err error) (ChunkStream, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

type agentHandler struct {
	agent *mastra.Agent
	cfg   Config
	open  func(*http.Request, mastra.AgentRequest) (ChunkStream, error)
}

func (h *agentHandler) endpoint(from Source) http.Handler {
	return &endpoint{Serving: h.cfg.Serving, options: Options{Display: h.cfg.Display, From: from}, serve: h.serve}
}

func (h *agentHandler) serve(w *Writer, r *http.Request, chat Chat, o Options) error {
	if chat.Messages == nil {
		return badRequest("messages must be an array of UI messages.")
	}
	var req mastra.AgentRequest
	if h.cfg.Request != nil {
		var err error
		if req, err = h.cfg.Request(r, chat); err != nil {
			return err
		}
	}
	last := chat.last()
	switch {
	case chat.Resume != nil && o.From == FromAgent:
		answer := leg{runID: chat.Resume.RunID, toolCallID: chat.Resume.ToolCallID, data: chat.Resume.Data}
		return h.resume(w, r, req, []leg{answer}, o, false)
	case len(chat.Approvals) > 0 && o.From == FromAgent && !o.Version.v5() &&
		chat.Trigger == Submit && last != nil && last.Role == "assistant":
		var legs []leg
		for _, a := range chat.Approvals {
			legs = append(legs, approvalLeg(a))
		}
		return h.resume(w, r, req, legs, o, true)
	}
	if len(req.Messages) == 0 {
		messages, err := chat.outgoing(req.Memory, h.cfg.AllMessages, h.cfg.FileURL)
		if err != nil {
			return err
		}
		req.Messages = messages
	}
	s, err := h.open(r, req)
	if err != nil {
		return err
	}
	c := NewConverter(o)
	c.newID = newID
	return w.all(c, s)
}

// newID makes an id for a message that the server has given none.
func newID() string { return "msg-" + rand.Text() }

// leg is one answer to a run that waits.
type leg struct {
	runID, toolCallID string
	data              any
}

// waitsIn tells whether the run waits for this answer. One that was given before
// stays in the messages until the call has its result.
func (l *leg) waitsIn(run *mastra.SuspendedRun) bool {
	for i := range run.ToolCalls {
		if run.ToolCalls[i].ToolCallID == l.toolCallID {
			return true
		}
	}
	return l.toolCallID == "" || len(run.ToolCalls) == 0
}

func approvalLeg(a Approval) leg {
	data := map[string]any{"approved": a.Approved}
	if a.Reason != "" {
		data["reason"] = text(a.cut.wire("reason", a.Reason))
	}
	return leg{a.RunID, a.ToolCallID, data}
}

// resume gives the answers one after the other and makes one message of what
// follows. Answers that came too late do not count where others are in time.
func (h *agentHandler) resume(w *Writer, r *http.Request, req mastra.AgentRequest, legs []leg, o Options, approving bool) error {
	if err := h.mayResume(r, req.Memory, &legs); err != nil {
		return err
	}
	m := merger{o: o}
	var late, broken error
	for _, l := range legs {
		s, err := h.agent.ResumeStream(r.Context(), mastra.ResumeAgentRequest{
			RunID: l.runID, ToolCallID: l.toolCallID, Data: l.data,
			Memory: req.Memory, MaxSteps: req.MaxSteps, Tracing: req.Tracing, UntilIdle: req.UntilIdle,
			ClientTools: req.ClientTools, MaxToolRounds: req.MaxToolRounds,
			RequestContext: req.RequestContext, Extra: req.Extra,
		})
		if errors.Is(err, mastra.ErrNotSuspended) {
			late = err
			continue
		}
		if err == nil {
			err = m.add(w, s)
		}
		if err != nil && !told(err) {
			broken = err
			break
		}
	}
	switch {
	case m.c == nil && broken != nil:
		return broken
	case m.c == nil:
		return late
	}
	return m.end(w, broken, approving)
}

// mayResume makes sure that the runs are the user's. Those that no longer wait are
// left out of the legs, as long as one is left.
func (h *agentHandler) mayResume(r *http.Request, memory *mastra.MemoryRef, legs *[]leg) error {
	if memory == nil {
		return nil
	}
	page, err := h.agent.ListSuspendedRuns(r.Context(), mastra.ListSuspendedRunsRequest{ResourceID: memory.ResourceID})
	if err != nil {
		return err
	}
	waiting := slices.DeleteFunc(slices.Clone(*legs), func(l leg) bool {
		return !slices.ContainsFunc(page.Runs, func(run mastra.SuspendedRun) bool {
			return run.RunID == l.runID && run.ThreadID == memory.ThreadID && run.ResourceID == memory.ResourceID && l.waitsIn(&run)
		})
	})
	if len(waiting) == 0 {
		return mastra.ErrNotSuspended
	}
	*legs = waiting
	return nil
}

// merger makes one message out of several streams: one start, one finish.
type merger struct {
	o      Options
	c      *Converter
	finish *Part
	out    []Part
}

// add writes what follows one answer.
func (m *merger) add(w *Writer, s ChunkStream) error {
	o := m.o
	o.OmitStart = m.c != nil && m.c.started
	m.c = NewConverter(o)
	err := w.convert(s, func(chunk stream.Chunk) []Part { return m.hold(m.c.Convert(chunk)) })
	if err == nil || told(err) {
		_ = w.Write(m.hold(m.c.Close())...)
	}
	return err
}

// hold keeps the finish back: the last one counts.
func (m *merger) hold(parts []Part) []Part {
	m.out = m.out[:0]
	for _, p := range parts {
		if p.Type == PartFinish {
			m.finish = &p
			continue
		}
		m.out = append(m.out, p)
	}
	return m.out
}

// end writes the end of the message. After decisions it has a finish always, also
// where the run waits for the next one.
func (m *merger) end(w *Writer, broken error, always bool) error {
	if broken != nil {
		return w.end(m.c, broken)
	}
	if m.finish == nil && always {
		m.finish = &Part{Type: PartFinish}
	}
	m.c.out = m.c.out[:0]
	m.c.open()
	_ = w.Write(m.c.out...)
	if m.finish != nil {
		_ = w.Write(*m.finish)
	}
	return w.Done()
}
