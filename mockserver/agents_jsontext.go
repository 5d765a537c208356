package mockserver

import "strings"

// jsonIn finds the JSON in a model's text, which may stand in a code block or
// between words, where the last whole object counts. Line breaks and tabs within
// its strings are escaped.
func jsonIn(text string) string {
	if rest, ok := strings.CutPrefix(strings.TrimSpace(text), "```json"); ok {
		text = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "```"))
	}
	if trimmed := strings.TrimSpace(text); !strings.HasPrefix(trimmed, "{") && !strings.HasPrefix(trimmed, "[") {
		text = lastObject(text)
	}
	return escapeControls(text)
}

// lastObject is the last whole object in a text, the text itself where there is
// none.
func lastObject(text string) string {
	found, start, depth := text, 0, 0
	walkJSON(text, func(i int, c byte) {
		switch {
		case c == '{':
			if depth == 0 {
				start = i
			}
			depth++
		case c == '}' && depth > 0:
			if depth--; depth == 0 {
				found = text[start : i+1]
			}
		}
	}, nil)
	return found
}

var controls = map[byte]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}

func escapeControls(text string) string {
	var b strings.Builder
	from := 0
	walkJSON(text, nil, func(i int, c byte) {
		if escaped, ok := controls[c]; ok {
			b.WriteString(text[from:i] + escaped)
			from = i + 1
		}
	})
	return b.String() + text[from:]
}

// walkJSON walks over JSON: outside is called with every byte outside of
// strings, inside with every one within them; escapes and quotes are left out.
func walkJSON(text string, outside, inside func(i int, c byte)) {
	inString := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString && inside != nil:
			inside(i, c)
		case !inString && outside != nil:
			outside(i, c)
		}
	}
}
