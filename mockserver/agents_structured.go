package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// structuredOutput is the schema the client wants the answer to fit.
type structuredOutput struct {
	schema   *js.Object
	strategy string
	fallback any
}

// objectStream watches a text that grows into a JSON value.
type objectStream struct {
	run  *agentRun
	last string
}

// piece tells of the value as far as it can be read.
func (o *objectStream) piece(string) {}

// finish reads and validates the whole value.
func (o *objectStream) finish(text string) (any, error) {
	v, err := js.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	return v, nil
}
