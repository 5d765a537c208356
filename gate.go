package mastra

import (
	"context"
	"fmt"
	"sync"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/stream"
)

// Two answers to one tool call, or to one suspension, at the same moment may both be
// carried out: the server takes the suspension off only when the first has begun. So
// a client, and what With makes of it, lets one at a time through.

// gates are the answers under way, by what they answer.
type gates struct {
	mu     sync.Mutex
	closed map[gateKey]chan struct{}
}

// gateKey is what is answered: a tool call of an agent's run, or a workflow's run,
// of which each answer reads anew where it waits.
type gateKey struct{ actor, run, toolCall string }

// enter waits until no answer to the same is under way, and returns what lets the
// next one through; it may be called any number of times.
func (g *gates) enter(ctx context.Context, key gateKey) (leave func(), err error) {
	for {
		g.mu.Lock()
		before, taken := g.closed[key]
		if !taken {
			mine := make(chan struct{})
			if g.closed == nil {
				g.closed = map[gateKey]chan struct{}{}
			}
			g.closed[key] = mine
			g.mu.Unlock()
			return sync.OnceFunc(func() {
				g.mu.Lock()
				delete(g.closed, key)
				g.mu.Unlock()
				close(mine)
			}), nil
		}
		g.mu.Unlock()
		select {
		case <-before:
		case <-ctx.Done():
			return nil, fmt.Errorf("mastra: while another answer to the same was under way: %w", call.ContextError(ctx))
		}
	}
}

// began has a stream call leave when its first chunk has come.
func began(h hooks, leave func()) hooks {
	chunk := h.OnChunk
	h.OnChunk = func(c *stream.Chunk) {
		leave()
		chunk(c)
	}
	return h
}

// leaving has a stream call leave when its first chunk has come, or none will.
func leaving(h hooks, leave func()) hooks {
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

// alone waits for its turn to answer a tool call of the agent.
func (a *Agent) alone(ctx context.Context, runID, toolCallID string) (leave func(), err error) {
	return a.c.cfg.answers.enter(ctx, gateKey{a.id, runID, toolCallID})
}

// alone waits for its turn to answer a suspension of the run.
func (r *Run) alone(ctx context.Context) (leave func(), err error) {
	return r.c.cfg.answers.enter(ctx, gateKey{r.workflow, r.id, ""})
}
