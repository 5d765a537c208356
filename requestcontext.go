package mastra

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
)

// reserved are the keys of a request context that the server sets itself and
// drops, silently, when a client sends them. Sorted.
var reserved = [...]string{
	"mastra__authMode", "mastra__authToken", "mastra__inheritedMemory", "mastra__isStudio",
	"mastra__resourceId", "mastra__threadId", "mastra__user", "mastra__userPermissions",
	"mastra__userRoles", "organizationId",
}

func checkRequestContext(values map[string]any) error {
	for _, key := range reserved {
		if _, ok := values[key]; ok {
			return fmt.Errorf("mastra: request context: %q is set by the server and would be dropped", key)
		}
	}
	return nil
}

// mergeContext lays over upon under, key by key, without changing either.
func mergeContext(under, over map[string]any) map[string]any {
	if len(under) == 0 {
		return maps.Clone(over)
	}
	merged := maps.Clone(under)
	maps.Copy(merged, over)
	return merged
}

// addContext puts a request context into a JSON object, or makes one. Members
// that the object's own context has are kept: the request wins.
func addContext(object []byte, values map[string]any) ([]byte, error) {
	if object == nil {
		object = []byte("{}")
	}
	if !bytes.Contains(object, []byte(`"requestContext"`)) {
		return appendMembers(object, map[string]any{"requestContext": values})
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(object, &members); err != nil {
		return nil, fmt.Errorf("mastra: the request does not encode: %w", err)
	}
	var own map[string]any
	if text, ok := members["requestContext"]; ok {
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		if d.Decode(&own) != nil {
			return nil, errors.New("mastra: request context: the one in the body is not a JSON object")
		}
	}
	if err := checkRequestContext(own); err != nil {
		return nil, err
	}
	text, err := marshal(mergeContext(values, own))
	if err != nil {
		return nil, fmt.Errorf("mastra: request context does not encode: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	members["requestContext"] = text
	return marshal(members)
}

// contextQuery is the form of a request context in a query.
func contextQuery(values map[string]any) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("mastra: request context does not encode: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return base64.StdEncoding.EncodeToString(text), nil
}
