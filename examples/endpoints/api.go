package main

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/mastra-go/mastra"
)

// api is the application: what it calls, and who may call it.
type api struct {
	agent    *mastra.Agent
	workflow *mastra.Workflow
	log      *slog.Logger
	users    map[string]string
	limits   *limits
	timeout  time.Duration
}

func (a *api) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("POST /v1/ask", a.guard(a.ask))
	mux.Handle("POST /v1/approvals", a.guard(a.startApproval))
	mux.Handle("GET /v1/approvals/{id}", a.guard(a.getApproval))
	mux.Handle("POST /v1/approvals/{id}/decision", a.guard(a.decide))
	return a.logged(mux)
}

// ask lets a user ask the agent, in a conversation of theirs.
func (a *api) ask(w http.ResponseWriter, r *http.Request, user string) error {
	var in struct {
		Question     string `json:"question"`
		Conversation string `json:"conversation"`
	}
	if err := read(w, r, &in); err != nil {
		return err
	}
	v := problems{}
	v.check("question", in.Question != "", "must not be empty")
	v.check("question", len(in.Question) <= 4000, "must not be longer than 4000 bytes")
	v.check("conversation", len(in.Conversation) <= 64, "must not be longer than 64 bytes")
	if err := v.err(); err != nil {
		return err
	}
	res, err := a.agent.Generate(r.Context(), mastra.AgentRequest{
		Messages: mastra.Prompt(in.Question),
		// The thread is the user's whatever the conversation is called.
		Memory: &mastra.MemoryRef{ThreadID: user + "/" + in.Conversation, ResourceID: user},
	})
	if err != nil {
		return err
	}
	// Status 200 does not mean that the agent has answered.
	if err := res.Err(); err != nil {
		return err
	}
	if pending := res.Pending(); len(pending) > 0 {
		return problem{Status: http.StatusConflict, Title: "The agent waits for an approval, which this endpoint cannot give."}
	}
	return write(w, http.StatusOK, map[string]any{"answer": res.Text, "tokens": res.Usage.TotalTokens})
}

// approval is a run of the workflow, as callers see it.
type approval struct {
	ID     string           `json:"id"`
	Status mastra.RunStatus `json:"status"`
	Result any              `json:"result,omitempty"`
}

func approvalOf(s *mastra.RunState) approval {
	out := approval{ID: s.RunID, Status: s.Status}
	if s.Result != nil {
		out.Result = s.Result
	}
	return out
}

func (a *api) startApproval(w http.ResponseWriter, r *http.Request, user string) error {
	var in struct {
		N *int `json:"n"`
	}
	if err := read(w, r, &in); err != nil {
		return err
	}
	v := problems{}
	v.check("n", in.N != nil, "must be given")
	v.check("n", in.N == nil || *in.N >= 0 && *in.N <= 1000, "must be between 0 and 1000")
	if err := v.err(); err != nil {
		return err
	}
	state, err := a.workflow.Start(r.Context(), mastra.StartRequest{Input: map[string]int{"n": *in.N}, ResourceID: user})
	if err != nil {
		return err
	}
	return write(w, http.StatusCreated, approvalOf(state))
}

// mine reads a run and makes sure that it is the user's.
func (a *api) mine(r *http.Request, user string) (*mastra.RunState, error) {
	state, err := a.workflow.Run(r.PathValue("id")).Get(r.Context())
	if err != nil {
		return nil, err
	}
	if state.ResourceID != user {
		return nil, problem{Status: http.StatusNotFound, Title: "There is no such approval."}
	}
	return state, nil
}

func (a *api) getApproval(w http.ResponseWriter, r *http.Request, user string) error {
	state, err := a.mine(r, user)
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, approvalOf(state))
}

func (a *api) decide(w http.ResponseWriter, r *http.Request, user string) error {
	var in struct {
		Approved *bool `json:"approved"`
	}
	if err := read(w, r, &in); err != nil {
		return err
	}
	v := problems{}
	v.check("approved", in.Approved != nil, "must be given")
	if err := v.err(); err != nil {
		return err
	}
	state, err := a.mine(r, user)
	if err != nil {
		return err
	}
	waiting := state.Suspensions()
	if len(waiting) == 0 {
		return problem{Status: http.StatusConflict, Title: "This approval has been decided on already."}
	}
	// Resume is carried out once, even over a connection that breaks.
	state, err = a.workflow.Resume(r.Context(), state.RunID, mastra.ResumeRequest{
		Suspension: &waiting[0], Data: map[string]bool{"approved": *in.Approved},
	})
	if err != nil {
		return err
	}
	return write(w, http.StatusOK, approvalOf(state))
}
