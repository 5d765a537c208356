package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// textOfParts joins the text parts of a content.
func textOfParts(content *js.Object, separator string) string {
	var texts []string
	for _, p := range content.Arr("parts") {
		if part, ok := p.(*js.Object); ok && part.Str("type") == "text" {
			texts = append(texts, part.Str("text"))
		}
	}
	return strings.Join(texts, separator)
}
