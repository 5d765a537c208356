package main

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/mastra-go/mastra"
)

// problem is an answer to a request that failed: the caller sees all of it.
type problem struct {
	Status int              `json:"status"`
	Title  string           `json:"title"`
	Fields []invalidMessage `json:"fields,omitempty"`
	// Retry tells that the same request may be sent again without harm.
	Retry bool `json:"retry,omitempty"`
}

type invalidMessage struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (p problem) Error() string { return p.Title }

// problems collects what is wrong with the fields of a request.
type problems []invalidMessage

func (p *problems) check(field string, ok bool, message string) {
	if !ok {
		*p = append(*p, invalidMessage{field, message})
	}
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return problem{Status: http.StatusUnprocessableEntity, Title: "Some fields are not valid.", Fields: p}
}

// problemOf says what a caller may know about an error. The rest is in the log.
func problemOf(err error) problem {
	var p problem
	if errors.As(err, &p) {
		return p
	}
	var tripwire *mastra.TripwireError
	if errors.As(err, &tripwire) {
		return problem{Status: http.StatusUnprocessableEntity, Title: "The question was not accepted."}
	}
	p = problem{Status: mastra.HTTPStatus(err)}
	p.Title = http.StatusText(p.Status)
	// A call that was sent and lost may have been carried out.
	p.Retry = p.Status >= 500 && !errors.Is(err, mastra.ErrOutcomeUnknown)
	return p
}

const maxBody = 64 << 10

// read decodes the request's body.
func read(w http.ResponseWriter, r *http.Request, into any) error {
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return problem{Status: http.StatusRequestEntityTooLarge, Title: "The request is too large."}
	case err != nil:
		return problem{Status: http.StatusBadRequest, Title: "The body is not the JSON that this endpoint reads: " + err.Error()}
	}
	return nil
}

func write(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}
