package mockserver

import (
	"fmt"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// contextHeader asks the demo world for the request context that its handler
// sees, and carries it in the answer.
const contextHeader = "X-Echo-Context"

// echoContext sets the answer's header to what has been read.
func (c *call) echoContext() {
	if c.srv.config.hasDemo() && c.r.Header.Get(contextHeader) != "" {
		c.w.Header().Set(contextHeader, ascii(js.String(sentContext(c.requestContext))))
	}
}

// sentContext is what a caller sent, without what only the server sets.
func sentContext(arrived *js.Object) *js.Object {
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
	for _, unit := range js.Units(text) {
		if unit >= ' ' && unit <= '~' {
			b.WriteByte(byte(unit))
		} else {
			fmt.Fprintf(&b, "\\u%04x", unit)
		}
	}
	return b.String()
}
