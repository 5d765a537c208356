package stream

import "github.com/mastra-go/mastra/internal/tolerant"

// decodePayload decodes a chunk's payload. A member that such a payload may also lack
// costs itself where it cannot be read, and the chunk keeps what was sent in its Raw;
// without another the payload is of another shape.
func decodePayload(payload []byte, v any) error {
	_, err := tolerant.UnmarshalOptional(payload, v)
	return err
}
