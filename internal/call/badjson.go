package call

import (
	"encoding/json"
	"strings"
)

// badJSON says why a text is not JSON that can be decoded.
func badJSON(text []byte) string {
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil && strings.Contains(err.Error(), "max depth") { // the error has no type of its own
		return "the answer is nested too deeply: more than 10,000 levels"
	}
	return "the answer is not JSON"
}
