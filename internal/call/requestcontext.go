package call

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/internal/route"
)

// reserved are the keys of a request context that the server sets itself and
// drops, silently, when a client sends them. Sorted.
var reserved = [...]string{
	"mastra__authMode", "mastra__authToken", "mastra__inheritedMemory", "mastra__isStudio",
	"mastra__resourceId", "mastra__threadId", "mastra__user", "mastra__userPermissions",
	"mastra__userRoles", "organizationId",
}

func CheckRequestContext(values map[string]any) error {
	for _, key := range reserved {
		if _, ok := values[key]; ok {
			return Refuse("mastra: request context: %q is set by the server and would be dropped", key)
		}
	}
	for key, value := range values {
		if _, bytes := value.([]byte); bytes {
			return bytesRefused("request context: " + strconv.Quote(key))
		}
	}
	return nil
}

// MergeContext lays over upon under, key by key, without changing either.
func MergeContext(under, over map[string]any) map[string]any {
	if len(under) == 0 {
		return maps.Clone(over)
	}
	merged := maps.Clone(under)
	maps.Copy(merged, over)
	return merged
}

// placeContext puts a request context into its place: the body, whose new text it
// returns, or the query.
func placeContext(place route.Place, form bool, values map[string]any, body []byte, query url.Values) ([]byte, error) {
	if place == route.Body && (form || body != nil && body[0] != '{') {
		place = route.Query // a body that is no JSON object holds none
	}
	switch place {
	case route.Body:
		return addContext(body, values)
	case route.Query:
		if query.Has("requestContext") {
			return nil, Refuse(`mastra: the query holds a "requestContext" already; use WithRequestContext alone`)
		}
		text, err := json.Marshal(values)
		if err != nil {
			return nil, Refuse("mastra: request context does not encode: %s", strings.TrimPrefix(err.Error(), "json: "))
		}
		query.Set("requestContext", base64.StdEncoding.EncodeToString(text))
	}
	return body, nil
}

// addContext puts a request context into a JSON object, or makes one. Members
// that the object's own context has are kept: the request wins.
func addContext(object []byte, values map[string]any) ([]byte, error) {
	if object == nil {
		object = []byte("{}")
	}
	if !bytes.Contains(object, []byte(`"requestContext"`)) {
		return AppendMembers(object, map[string]any{"requestContext": values})
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, Refuse("mastra: the request does not encode: %w", err)
	}
	var came map[string]json.RawMessage
	if text, ok := members["requestContext"]; ok && json.Unmarshal(text, &came) != nil {
		return nil, Refuse("mastra: request context: the one in the body is not a JSON object")
	}
	own := make(map[string]any, len(came))
	for name, value := range came {
		own[name] = value
	}
	if err := CheckRequestContext(own); err != nil {
		return nil, err
	}
	text, err := Marshal(MergeContext(values, own))
	if err != nil {
		return nil, Refuse("mastra: request context does not encode: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	members["requestContext"] = text
	return Marshal(members)
}
