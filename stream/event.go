package stream

import "github.com/mastra-go/mastra/internal/jsonstring"

// sseFields are what a server-sent event has beside its data.
type sseFields struct{ name, id string }

// Event returns the name of the server-sent event that the chunk came as, its `event`
// field; empty where it had none, as in all of Mastra's own streams.
func (c Chunk) Event() string {
	if c.sse == nil {
		return ""
	}
	return c.sse.name
}

// EventID returns the `id` that the stream's events had last; empty where none has one.
func (c Chunk) EventID() string {
	if c.sse == nil {
		return ""
	}
	return c.sse.id
}

// Data returns what the chunk came as: its JSON, or the text of an event that holds none
// ([Options].AnyData). Such a chunk has an empty Type, and as its JSON a string.
func (c Chunk) Data() string {
	if c.isPlain {
		return c.line
	}
	return string(c.Raw())
}

// textChunk is the chunk of an event whose data is not JSON.
func textChunk(data []byte) Chunk {
	text := string(data)
	return Chunk{raw: jsonstring.Append(nil, text), line: text, isPlain: true}
}
