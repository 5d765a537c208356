package stream

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/mastra-go/mastra/internal/wtf8"
)

// ErrorDetail is an error as the server puts it into a chunk: a thrown value that
// was made JSON, so it may be an object or plain text. Encoding an ErrorDetail
// and printing one give its exported fields only.
type ErrorDetail struct {
	Name string `json:"name,omitempty"`
	// Message is the error's text. Where the server sends none, it is the cause's
	// message, the errorMessage among the details, or the name, in this order.
	Message  string `json:"message"`
	Code     string `json:"code,omitempty"`
	Domain   string `json:"domain,omitempty"`
	Category string `json:"category,omitempty"`
	// StatusCode is the HTTP status of the model provider, or 0.
	StatusCode int `json:"statusCode,omitempty"`

	// raw is behind a pointer, which prints as an address where fmt calls no Format: in
	// an unexported field, and in what a verb does not fit.
	raw *string
}

// Raw returns the error as the server sent it. It may hold stack traces, paths of
// the server, and requests and responses of model providers: do not show it.
func (d ErrorDetail) Raw() json.RawMessage {
	if d.raw == nil {
		return nil
	}
	return json.RawMessage(*d.raw)
}

// Format prints the exported fields: what Raw returns is in no log.
func (d ErrorDetail) Format(f fmt.State, verb rune) {
	type ErrorDetail struct { // the name is printed
		Name, Message, Code, Domain, Category string
		StatusCode                            int
	}
	fmt.Fprintf(f, fmt.FormatString(f, verb), ErrorDetail{d.Name, d.Message, d.Code, d.Domain, d.Category, d.StatusCode})
}

const noErrorText = "unknown error"

// UnmarshalJSON accepts every JSON value and never fails on one.
func (d *ErrorDetail) UnmarshalJSON(b []byte) error {
	*d = errorDetail(b)
	return nil
}

func errorDetail(b []byte) ErrorDetail { return readError(b, jsonString) }

// readError reads an error's texts with text.
func readError(b []byte, text func([]byte) (string, bool)) ErrorDetail {
	b = bytes.TrimSpace(b)
	var d ErrorDetail
	if b != nil {
		d.raw = new(string(b))
	}
	if only, ok := text(b); ok {
		d.Message = only
		return d
	}
	var cause, details string
	for key, value := range membersOf(b) {
		switch key {
		case "name":
			d.Name, _ = text(value)
		case "message":
			d.Message, _ = text(value)
		case "code":
			d.Code, _ = text(value)
		case "domain":
			d.Domain, _ = text(value)
		case "category":
			d.Category, _ = text(value)
		case "statusCode":
			if json.Unmarshal(value, &d.StatusCode) != nil {
				d.StatusCode = 0
			}
		case "cause":
			cause, _ = text(value)
			for key, value := range membersOf(value) {
				if key == "message" {
					cause, _ = text(value)
				}
			}
		case "details":
			for key, value := range membersOf(value) {
				if key == "errorMessage" {
					details, _ = text(value)
				}
			}
		}
	}
	d.Message = cmp.Or(d.Message, cause, details, d.Name, noErrorText)
	return d
}

// AddErrorText adds an error's message to a text, with the halves of characters that it
// has, unless somebody has changed the message. It is for the other packages of this
// module, which alone can name the Text.
func AddErrorText(t *wtf8.Text, d ErrorDetail) {
	message := d.Message
	if came := readError(d.Raw(), jsonText).Message; wtf8.UTF8(came) == message {
		message = came
	}
	t.Add("", message)
}

// isBareError tells of an event that it is no chunk but an error, as a server answers
// with it that fails once the stream has begun: an object with an error, and without a
// type and a payload. It counts as an `error` chunk.
func (c *Chunk) isBareError() bool {
	if c.Type != "" || c.payload.end == 0 {
		return false
	}
	var e envelope
	if e.read(c.Raw()) != nil || e.typ.end > 0 || e.body() != e.err {
		return false
	}
	return string(e.err.in(c.Raw())) != "null"
}
