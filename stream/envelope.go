package stream

// envelope is where the members stand that every chunk is told by.
type envelope struct {
	typ, runID, from           span
	payload, object, data, err span
}

// read finds the members of the chunk in b and checks all of b. The order of the
// members does not matter; where a name stands twice the last one holds.
func (e *envelope) read(b []byte) error {
	i := skipSpace(b, 0)
	if i >= len(b) || b[i] != '{' {
		return checkJSON(b)
	}
	o := openObject(b, i, 0)
	for {
		more, err := o.next()
		if err != nil {
			return err
		}
		if !more {
			return checkEnd(b, o.i)
		}
		switch string(o.keyBytes()) {
		case "type":
			e.typ = o.value
		case "runId":
			e.runID = o.value
		case "from":
			e.from = o.value
		case "payload":
			e.payload = o.value
		case "object":
			e.object = o.value
		case "data":
			e.data = o.value
		case "error":
			e.err = o.value
		}
	}
}

// body is the payload or what stands for it.
func (e *envelope) body() span {
	for _, s := range [...]span{e.payload, e.object, e.data, e.err} {
		if s.end > 0 {
			return s
		}
	}
	return span{}
}

// intern decodes a JSON string, reusing the one it decoded last where they are the
// same. What is no string counts as absent.
func intern(b []byte, last *string) string {
	if len(b) < 2 || b[0] != '"' {
		return ""
	}
	if inner := b[1 : len(b)-1]; string(inner) == *last && isPlain(inner) {
		return *last
	}
	text := unquoteKnown(b)
	*last = text
	return text
}

// words are the strings of the protocol that repeat in every stream: who sends
// chunks, and the chunk types, which value.go adds.
var words = map[string]string{
	"AGENT": "AGENT", "USER": "USER", "SYSTEM": "SYSTEM", "WORKFLOW": "WORKFLOW", "NETWORK": "NETWORK",
}

// unquoteKnown is unquote without an allocation for the words of the protocol.
func unquoteKnown(b []byte) string {
	if word, ok := words[string(b[1:len(b)-1])]; ok {
		return word
	}
	return unquote(b)
}
