package call

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/mastra-go/mastra/internal/route"
)

// Request is one call of an operation, before anything of it is encoded.
type Request struct {
	Op      route.Operation
	IDs     []string // for the placeholders of Op.Path, in order
	Query   url.Values
	Body    any            // encoded as JSON; nil: no body
	Extra   map[string]any // further members of the body
	Context map[string]any // request context of the request itself
	Form    *Form          // a body that is no JSON, instead of Body
	Raw     *RawBody       // one that is sent as it is, instead of Body
	Refused error          // why it cannot be sent; nil where it can

	// Lost is asked before a repetition is thought of when an attempt may have been
	// carried out and no answer says so. Without it such an attempt is repeated only
	// where that does no harm.
	Lost func(context.Context) (Verdict, error)
	// After goes on counting attempts where another exchange of the same call stopped.
	After *Exchange
	// Endless repeats without end what the policy lets repeat.
	Endless bool
	// TakesUp says that the answer is where a stream goes on: the wait for it is part of
	// the silence that was allowed there.
	TakesUp bool
	// Answer is filled in too; it may be nil.
	Answer *Answer
}

// Verdict is what became of an attempt whose answer was lost.
type Verdict int

// The verdicts.
const (
	// Unsure: nobody can tell, perhaps for the reason beside it. The call ends.
	Unsure Verdict = iota
	// Done: it was carried out. The call ends without an error.
	Done
	// NotDone: it was not carried out; to repeat it does no harm.
	NotDone
)

// AnyRoute makes an operation of a method and a path, which may carry a query.
func AnyRoute(method, path string) (route.Operation, url.Values, error) {
	op, rest := route.Operation{Method: method}, ""
	op.Path, rest, _ = strings.Cut(path, "?")
	query, err := url.ParseQuery(rest)
	switch {
	case !ValidHeaderName(method):
		return op, nil, Refuse("mastra: the method is not an HTTP method")
	case err != nil:
		return op, nil, Refuse("mastra: the query of the path does not parse")
	case !PlainPath(op.Path):
		return op, nil, Refuse("mastra: the path must begin with / and be escaped, without empty or dot segments")
	}
	op.Safe = method == http.MethodGet || method == http.MethodHead || method == http.MethodDelete
	return op, query, nil
}
