package mockserver

import (
	"net/http"
	"strconv"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// takeContext reads the request context: what arrived in the query and, once it is
// read, in the body.
func (c *call) takeContext(body any) {
	c.requestContext = requestContextOf(c.r, body, c.srv.config.token != nil)
	c.echoContext()
}

// unknown answers where there is no route. The request context is read all the same.
func (c *call) unknown() {
	if hasBody(c.r.Method) {
		data, tooLarge, err := readLimited(c.r, c.srv.config.bodyLimit)
		if body, broken := c.parseBody(data); err == nil && !tooLarge && broken == nil {
			c.takeContext(body)
		}
	}
	plainNotFound(c.w)
}

// reservedContextKeys are dropped from a request context without a word.
var reservedContextKeys = []string{
	"mastra__resourceId", "mastra__threadId", "mastra__user", "mastra__userPermissions", "mastra__userRoles",
	"mastra__authToken", "mastra__isStudio", "mastra__authMode", "mastra__inheritedMemory", "organizationId",
}

// entriesOf are the entries of an object; those of a list or a text have indexes
// as keys.
func entriesOf(v any) *js.Object {
	switch v := v.(type) {
	case *js.Object:
		return v
	case []any:
		out := js.Obj()
		for i, e := range v {
			out.Set(strconv.Itoa(i), e)
		}
		return out
	case string:
		out := js.Obj()
		for i, unit := range js.Units(v) {
			out.Set(strconv.Itoa(i), js.FromUnits([]uint16{unit}))
		}
		return out
	}
	return nil
}

// requestContextOf joins the request contexts of a request's body and query; the
// query wins key by key. Whatever else the route reads, the body counts if it is
// said to be JSON, as it was sent. With authentication on, the user is the one of
// the token.
func requestContextOf(r *http.Request, body any, authenticated bool) *js.Object {
	merged := js.Obj()
	if o, ok := body.(*js.Object); ok && saysJSON(r) && (r.Method == http.MethodPost || r.Method == http.MethodPut) {
		merged.Merge(entriesOf(o.Get("requestContext")))
	}
	encoded := parseQuery(r.URL.RawQuery).Get("requestContext")
	if encoded != "" && (r.Method == http.MethodPost || r.Method == http.MethodGet) {
		v, err := js.Parse([]byte(encoded))
		if err != nil {
			v, _ = js.Parse(fromBase64(encoded))
		}
		merged.Merge(entriesOf(v))
	}
	if authenticated {
		merged.Delete("user")
	}
	return merged.Without(reservedContextKeys...)
}
