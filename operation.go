package mastra

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// operation is what the client knows of one route of openapi.yaml.
type operation struct {
	id     string // operationId
	method string
	path   string // "/agents/{agentId}/generate"
	safe   bool   // x-mastra-retry: may be carried out twice

	// contextInBody: a request context travels in the JSON body, not in the query.
	contextInBody bool

	streams bool
	framing stream.Framing // x-mastra-stream
	end     stream.EndRule
	idle    time.Duration // silence after which a stream is given up; 0: never
	first   time.Duration // the same before its first byte
}

func get(id, path string) operation {
	return operation{id: id, method: http.MethodGet, path: path, safe: true}
}

func post(id, path string) operation {
	return operation{id: id, method: http.MethodPost, path: path, contextInBody: true}
}

func (o operation) repeatable() operation { o.safe = true; return o }

func (o operation) contextInQuery() operation { o.contextInBody = false; return o }

func (o operation) sse(end stream.EndRule) operation {
	o.streams, o.framing, o.end = true, stream.SSE, end
	return o
}

func (o operation) records(end stream.EndRule) operation {
	o.streams, o.framing, o.end = true, stream.Records, end
	return o
}

// quiet sets how long the stream may be silent, where a server is known to stay so.
func (o operation) quiet(idle, first time.Duration) operation {
	o.idle, o.first = idle, first
	return o
}

// expand puts ids, escaped, where the path has its placeholders.
func (o operation) expand(ids []string) (string, error) {
	if len(ids) == 0 {
		return o.path, nil
	}
	var b strings.Builder
	rest := o.path
	for _, id := range ids {
		before, after, _ := strings.Cut(rest, "{")
		name, after, _ := strings.Cut(after, "}")
		if err := checkID(name, id); err != nil {
			return "", err
		}
		b.WriteString(before)
		b.WriteString(url.PathEscape(id))
		rest = after
	}
	b.WriteString(rest)
	return b.String(), nil
}

// checkID refuses what cannot stand as a segment of a path: nothing, and the
// dot segments, which every server and proxy resolves, escaped or not.
func checkID(name, id string) error {
	switch id {
	case "":
		return fmt.Errorf("mastra: the %s is empty", name)
	case ".", "..":
		return fmt.Errorf("mastra: the %s %q cannot stand in a path", name, id)
	}
	return nil
}
