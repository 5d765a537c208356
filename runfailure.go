package mastra

import (
	"encoding/json"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/veil"
)

// RunFailure is the error with which a run or a step failed. It encodes to JSON
// and back.
type RunFailure struct {
	// Name is the error's class, such as "Error"; it may be empty.
	Name string
	// Message is the error's text.
	Message string
	// Code is the application's or the server's code, where there is one; a code
	// that is no text is given as its JSON.
	Code string
	// Cause is the error behind this one, or nil.
	Cause *RunFailure
	// Fields holds the other members of the error by name: what the application
	// has put on it, and the server's id, domain, category and details. A stack
	// trace is left out. A text with half a character in it stands here too, as it came.
	Fields map[string]json.RawMessage

	bare bool // on the wire it is a text
}

func (f *RunFailure) Error() string {
	switch {
	case f == nil || f.Name == "" && f.Message == "":
		return "unknown failure"
	case f.Name == "" || f.Name == "Error" && f.Message != "":
		return f.Message
	case f.Message == "":
		return f.Name
	}
	return f.Name + ": " + f.Message
}

// Unwrap gives the cause.
func (f *RunFailure) Unwrap() error {
	if f == nil || f.Cause == nil {
		return nil
	}
	return f.Cause
}

// failureMembers are the members of an error that have a field.
type failureMembers struct {
	Name    string      `json:"name,omitzero"`
	Message string      `json:"message"`
	Code    string      `json:"code,omitzero"`
	Cause   *RunFailure `json:"cause,omitempty"`
	Stack   any         `json:"stack,omitempty"`
}

// UnmarshalJSON reads an error of any shape, also the bare text that some steps
// fail with.
func (f *RunFailure) UnmarshalJSON(data []byte) error {
	*f = RunFailure{}
	if json.Unmarshal(data, &f.Message) == nil {
		f.bare = true
		return nil
	}
	var m failureMembers
	rest, err := readMembers(data, &m)
	if err != nil {
		f.Message = "unreadable failure"
		return nil
	}
	f.Name, f.Message, f.Code, f.Cause, f.Fields = m.Name, m.Message, m.Code, m.Cause, rest
	if f.Code == "" {
		f.Code = string(rest["code"])
	}
	return nil
}

// MarshalJSON writes the error as the server does.
func (f RunFailure) MarshalJSON() ([]byte, error) {
	if f.bare && f.Name == "" && f.Code == "" && f.Cause == nil && len(f.Fields) == 0 {
		return call.Marshal(f.Message)
	}
	m := failureMembers{Name: f.Name, Message: f.Message, Code: f.Code, Cause: f.Cause}
	if m.Code == string(f.Fields["code"]) {
		m.Code = ""
	}
	return writeMembers(m, f.Fields)
}

// without is a copy without what must not be shown; nil for nil.
func (f *RunFailure) without(through func() *veil.Veil) *RunFailure {
	if f == nil {
		return nil
	}
	clean := *f
	clean.Name, clean.Message, clean.Code = through().Text(f.Name), through().Text(f.Message), through().Text(f.Code)
	clean.Cause = f.Cause.without(through)
	return &clean
}
