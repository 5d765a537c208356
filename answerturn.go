package mastra

import (
	"context"
	"fmt"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/stream"
)

// Two answers to one tool call, or to one suspension, at the same moment may both be
// carried out: the server takes the suspension off only when the first has begun. So
// a client, and what With makes of it, lets one at a time through. What more an answer
// to a run waits for, runturn.go says.

// alone waits until no other answer to the same is under way. What it returns lets
// the next one through.
func alone(ctx context.Context, answers *answers, to waits) (leave func(), err error) {
	leave, err = answers.Take(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("mastra: while another answer to the same was under way: %w", call.ContextError(ctx))
	}
	return leave, nil
}

// began has a stream call leave when its first chunk has come.
func began(h hook.Hooks[stream.Chunk], leave func()) hook.Hooks[stream.Chunk] {
	chunk := h.OnChunk
	h.OnChunk = func(c *stream.Chunk) {
		leave()
		chunk(c)
	}
	return h
}

// leaving has a stream call leave when its first chunk has come, or none will.
func leaving(h hook.Hooks[stream.Chunk], leave func()) hook.Hooks[stream.Chunk] {
	end, closed := h.OnEnd, h.OnClose
	h.OnEnd = func(err error) error {
		leave()
		return end(err)
	}
	h.OnClose = func() {
		leave()
		if closed != nil {
			closed()
		}
	}
	return began(h, leave)
}
