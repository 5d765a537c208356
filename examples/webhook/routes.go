package main

import (
	"encoding/json"
	"errors"
	"log"
	"net/http"
	"slices"

	"github.com/mastra-go/mastra"
)

// why is what the steps of the workflow suspend with.
type why struct {
	Reason            string   `json:"reason"`
	RequiredApprovers []string `json:"requiredApprovers"`
	Urgency           string   `json:"urgency"`
}

// waiting is one thing to be decided, as this server tells of it.
type waiting struct {
	Ticket string `json:"ticket"`
	why
}

func routes(review *mastra.Workflow, store tickets) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /reviews", func(w http.ResponseWriter, r *http.Request) {
		var input struct {
			N int `json:"n"`
		}
		if !read(w, r, &input) {
			return
		}
		state, err := review.Start(r.Context(), mastra.StartRequest{Input: input})
		if err != nil {
			fail(w, err)
			return
		}
		var list []waiting
		for _, s := range state.Suspensions() {
			var reason why
			if err := json.Unmarshal(s.Payload, &reason); err != nil {
				fail(w, err)
				return
			}
			ticket, err := store.put(s)
			if err != nil {
				fail(w, err)
				return
			}
			list = append(list, waiting{ticket, reason})
		}
		say(w, http.StatusAccepted, map[string]any{"status": state.Status, "waiting": list})
	})

	// A real webhook proves who calls it, by a signature for example, before any of this.
	mux.HandleFunc("POST /webhooks/{ticket}", func(w http.ResponseWriter, r *http.Request) {
		var decision struct {
			By       string `json:"by"`
			Approved bool   `json:"approved"`
		}
		if !read(w, r, &decision) {
			return
		}
		ticket := r.PathValue("ticket")
		s, err := store.get(ticket)
		if err != nil {
			fail(w, err)
			return
		}
		var reason why
		if err := json.Unmarshal(s.Payload, &reason); err != nil {
			fail(w, err)
			return
		}
		if !slices.Contains(reason.RequiredApprovers, decision.By) {
			http.Error(w, "not yours to decide", http.StatusForbidden)
			return
		}
		// Whoever calls a webhook calls it again when the answer gets lost. The suspension
		// says which time the step was suspended, so a second answer does nothing.
		state, err := review.Resume(r.Context(), s.RunID, mastra.ResumeRequest{
			Suspension: &s,
			Data:       map[string]bool{"approved": decision.Approved},
		})
		if err != nil {
			fail(w, err)
			return
		}
		if err := store.remove(ticket); err != nil {
			log.Print(err) // a ticket that is left over is refused with 409
		}
		say(w, http.StatusOK, map[string]any{"status": state.Status, "result": state.Result})
	})
	return mux
}

func read(w http.ResponseWriter, r *http.Request, v any) bool {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(v); err != nil {
		http.Error(w, "the body is not the JSON that is expected", http.StatusBadRequest)
		return false
	}
	return true
}

func fail(w http.ResponseWriter, err error) {
	status := mastra.HTTPStatus(err)
	switch {
	case errors.Is(err, errNoTicket):
		status = http.StatusNotFound
	case errors.Is(err, mastra.ErrNotSuspended):
		status = http.StatusConflict // it was answered before
	default:
		log.Print(err)
	}
	http.Error(w, http.StatusText(status), status)
}

func say(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Print(err)
	}
}
