package call

import (
	"context"
	"encoding/json"
)

// addTrace puts the trace of the context into a request's body, unless the body
// says itself which trace it belongs to.
func (c *Config) addTrace(ctx context.Context, body []byte) ([]byte, error) {
	traceID, spanID, ok := c.Trace(ctx)
	if !ok {
		return body, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(body, &members); err != nil || members == nil {
		return body, nil // no object: raw messages that do not say what they are
	}
	tracing := map[string]json.RawMessage{}
	if own, ok := members["tracingOptions"]; ok {
		if json.Unmarshal(own, &tracing) != nil || len(tracing["traceId"]) > 0 {
			return body, nil
		}
	}
	for name, id := range map[string]string{"traceId": traceID, "parentSpanId": spanID} {
		tracing[name], _ = Marshal(id) // a text always encodes
	}
	if _, ok := members["tracingOptions"]; !ok {
		return AppendMembers(body, map[string]any{"tracingOptions": tracing})
	}
	members["tracingOptions"], _ = Marshal(tracing)
	return Marshal(members)
}
