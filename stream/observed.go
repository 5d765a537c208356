package stream

import (
	"bytes"
	"encoding/json"
)

// ObservedChunk is an event in the history of a durable agent's run that is
// observed: the server wraps each and gives it a place in the history.
type ObservedChunk struct {
	// Chunk is what was wrapped. The events that are no chunks of the run's own
	// stream, `iteration-complete` and `suspended`, and its `finish`, become chunks
	// of these types, with what they tell as the payload.
	Chunk Chunk  `json:"data"`
	ID    string `json:"id"`
	// Index is the event's place, from 0; to go on behind it, observe from one more.
	Index     int  `json:"index"`
	CreatedAt Time `json:"createdAt,omitzero"`
}

// Observed takes a chunk out of the envelope that it has in the stream of a
// durable agent's run that is observed; false for a chunk without envelope.
func (c Chunk) Observed() (*ObservedChunk, bool) {
	if !c.mayBeObserved() {
		return nil, false
	}
	var envelope struct {
		Data      json.RawMessage `json:"data"`
		ID        string          `json:"id"`
		Index     *int            `json:"index"`
		CreatedAt Time            `json:"createdAt"`
	}
	if json.Unmarshal(c.Raw(), &envelope) != nil || envelope.Index == nil || envelope.Data == nil {
		return nil, false
	}
	o := &ObservedChunk{ID: envelope.ID, Index: *envelope.Index, CreatedAt: envelope.CreatedAt}
	if c.Type == TypeObserved || c.Type == TypeStepStart {
		if o.Chunk.UnmarshalJSON(envelope.Data) == nil && o.Chunk.Type != "" {
			c.lend(&o.Chunk)
			return o, true
		}
		if c.Type == TypeObserved {
			return nil, false
		}
	}
	typ, _ := json.Marshal(c.Type) // text always encodes
	run, _ := json.Marshal(c.RunID)
	whole := bytes.Join([][]byte{[]byte(`{"type":`), typ, []byte(`,"runId":`), run, []byte(`,"payload":`), envelope.Data, []byte(`}`)}, nil)
	return o, o.Chunk.UnmarshalJSON(whole) == nil
}

// mayBeObserved tells quickly of most chunks that they have no envelope.
func (c *Chunk) mayBeObserved() bool {
	switch c.Type {
	case TypeObserved:
		return true
	case TypeStepStart, TypeFinish, TypeError, TypeAbort, TypeIterationComplete, TypeSuspended:
		raw := c.Raw()
		return member(raw, "payload") == nil && member(raw, "index") != nil
	}
	return false
}
