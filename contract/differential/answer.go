package differential

import (
	"net/http"
	"strings"
)

// Answer is what a server sent.
type Answer struct {
	Status int
	Type   string // the header Content-Type
	Header http.Header
	Body   []byte
	// Closed says that the client did not wait for the end.
	Closed bool
	// Err is why there is no answer, or why it broke off.
	Err error
}

// framing is how the body of an answer is cut into pieces.
type framing byte

const (
	whole   framing = iota
	events          // server-sent events
	records         // JSON followed by the byte 0x1E
)

const (
	recordEnd = "\x1e"
	eventEnd  = "\n\n"
	// A heartbeat comes when time has passed, so how many there are says nothing.
	heartbeat = ": heartbeat"
)

func (a Answer) framing() framing {
	switch {
	case strings.HasPrefix(a.Type, "text/event-stream"):
		return events
	case strings.HasPrefix(a.Type, "text/plain") && (len(a.Body) == 0 || strings.Contains(string(a.Body), recordEnd)):
		return records
	default:
		return whole
	}
}

// pieces are the frames of a stream that are complete, and what follows the last of them.
func (a Answer) pieces() (frames []string, rest string) {
	end := eventEnd
	switch a.framing() {
	case whole:
		return []string{string(a.Body)}, ""
	case records:
		end = recordEnd
	}
	rest = string(a.Body)
	for {
		frame, tail, ok := strings.Cut(rest, end)
		if !ok {
			return frames, rest
		}
		rest = tail
		if frame != heartbeat {
			frames = append(frames, frame)
		}
	}
}

// content is the answer's body as values: one for a whole body, one for each
// frame of a stream. What is no JSON is a text.
func (a Answer) content() []*value {
	frames, rest := a.pieces()
	var out []*value
	for _, frame := range frames {
		out = append(out, frameValue(frame))
	}
	if rest != "" && !a.Closed {
		out = append(out, &value{kind: text, word: "cut off: " + rest})
	}
	return out
}

func frameValue(frame string) *value {
	data, _ := strings.CutPrefix(frame, "data: ")
	if v, err := parseJSON([]byte(data)); err == nil {
		return v
	}
	return &value{kind: text, word: frame}
}
