package mastra

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

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

// callTurn is the turn of one answer to a tool call of an agent's run.
type callTurn struct {
	cfg   *config
	to    waits
	end   func()
	begun atomic.Bool // the server has told something of it
}

// turnOf waits until no other answer to the call is under way, and none that was given
// up may still be carried out: while the tool runs, the server would run it again.
func turnOf(ctx context.Context, cfg *config, to waits) (*callTurn, error) {
	t := &callTurn{cfg: cfg, to: to}
	var err error
	if t.end, err = alone(ctx, cfg.answers, to); err != nil {
		return nil, err
	}
	if last := cfg.answers.last(to); last != nil {
		if err := call.Sleep(ctx, time.Until(last.until)); err != nil {
			t.end()
			return nil, fmt.Errorf("mastra: an answer to the same was given up and may still be carried out: %w", err)
		}
		cfg.answers.forget(to, last)
	}
	return t, nil
}

// leave ends the turn. Where nothing was told of the answer, the next one is held back.
func (t *callTurn) leave() {
	if !t.begun.Swap(true) {
		t.cfg.answers.keep(t.to, &sentAnswer{until: time.Now().Add(t.cfg.looksFor)})
	}
	t.end()
}

// told ends the turn of an answer that the server has begun with, or refused.
func (t *callTurn) told() {
	t.begun.Store(true)
	t.end()
}

// failed ends the turn with an error; nil says that all went well.
func (t *callTurn) failed(ctx context.Context, err error) {
	if err != nil && ctx != nil && (ctx.Err() != nil || errors.Is(err, ErrOutcomeUnknown)) {
		t.leave()
		return
	}
	t.told()
}

// leaves has a stream of the answer end the turn.
func (t *callTurn) leaves(h hooks) hooks {
	h = began(leaving(h, t.leave), t.told)
	end := h.OnEnd
	h.OnEnd = func(err error) error {
		if err == nil {
			t.told()
		}
		return end(err)
	}
	return h
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
