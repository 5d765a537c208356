package mockserver

import (
	"fmt"
	"net/http"
	"strings"
	"unicode/utf16"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// contextHeader asks the demo world for the request context that its handler
// sees, and carries it in the answer.
const contextHeader = "X-Echo-Context"

// echoHeader sets the answer's header to what arrived in the query and, once it
// is read, in the body.
func (c *call) echoHeader(body any) {
	if !c.srv.config.hasDemo() || c.r.Header.Get(contextHeader) == "" {
		return
	}
	c.w.Header().Set(contextHeader, ascii(js.String(c.srv.config.sentContext(c.r, body))))
}

// sentContext is what arrived of the request context that a caller sent, without
// what only the server sets.
func (c *config) sentContext(r *http.Request, body any) *js.Object {
	arrived := mergeRequestContext(r.Method, parseQuery(r.URL.RawQuery).Get("requestContext"), body, c.token != "")
	shown := js.Obj()
	for _, m := range arrived.Members() {
		if !strings.HasPrefix(m.Key, "mastra__") {
			shown.Set(m.Key, m.Value)
		}
	}
	return shown
}

// ascii escapes what is no printable ASCII by its UTF-16 units.
func ascii(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		if unit >= ' ' && unit <= '~' {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}
