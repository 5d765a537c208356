package mastra

import (
	"encoding/base64"
	"encoding/json"
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

// contextQuery is the form of a request context in a query.
func contextQuery(values map[string]any) (string, error) {
	text, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("mastra: request context: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return base64.StdEncoding.EncodeToString(text), nil
}
