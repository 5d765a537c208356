package mastra

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"

	"github.com/mastra-go/mastra/gen"
)

var (
	opThreadUpdate     = operation{id: "MemoryThreadUpdate", method: http.MethodPatch, path: "/memory/threads/{threadId}", safe: true}
	opThreadDelete     = operation{id: "MemoryThreadDelete", method: http.MethodDelete, path: "/memory/threads/{threadId}", safe: true}
	opThreadClone      = post("MemoryThreadClone", "/memory/threads/{threadId}/clone").contextInQuery()
	opThreadTransfer   = post("MemoryThreadTransfer", "/memory/threads/{threadId}/transfer").contextInQuery()
	opThreadWorking    = get("MemoryThreadWorkingMemory", "/memory/threads/{threadId}/working-memory")
	opThreadSetWorking = post("MemoryThreadUpdateWorkingMemory", "/memory/threads/{threadId}/working-memory").repeatable().contextInQuery()
)

// ThreadUpdate changes a thread's record. What is nil stays as it is.
type ThreadUpdate struct {
	Title *string `json:"title,omitempty"`
	// Metadata takes the place of what was there; it is not merged.
	Metadata map[string]any `json:"metadata,omitempty"`
}

// Update changes the thread's title or metadata. A missing thread matches
// [ErrNotFound], one of another resource [ErrForbidden].
//
// PATCH /memory/threads/{threadId}. Safe to repeat, and repeated.
func (t *Thread) Update(ctx context.Context, update ThreadUpdate, opts ...Option) (*ThreadRecord, error) {
	query, err := t.m.agentQuery()
	if err != nil {
		return nil, err
	}
	body := struct {
		ThreadUpdate
		ResourceID string `json:"resourceId,omitzero"`
	}{update, t.m.resource}
	return callFor[ThreadRecord](ctx, t.m.c, request{op: opThreadUpdate, ids: []string{t.id}, query: query, body: body, opts: opts})
}

// Delete removes the thread and its messages. A missing thread matches
// [ErrNotFound], one of another resource [ErrForbidden].
//
// DELETE /memory/threads/{threadId}. Safe to repeat, and repeated; a thread that
// is gone when it is asked again is success.
func (t *Thread) Delete(ctx context.Context, opts ...Option) error {
	if t.m.agent == "" {
		return errNoAgent
	}
	p := t.m.query()
	return t.m.c.call(ctx, request{op: opThreadDelete, ids: []string{t.id}, query: p.values, opts: opts}, nil)
}

// CloneThreadRequest says what of a thread to copy.
type CloneThreadRequest struct {
	// ThreadID of the copy; the server makes one where it is empty. One that
	// exists matches [ErrServer].
	ThreadID string `json:"newThreadId,omitzero"`
	// Title of the copy; the server makes one of the thread's where it is empty.
	Title    string         `json:"title,omitzero"`
	Metadata map[string]any `json:"metadata,omitempty"`
	Options  *CloneOptions  `json:"options,omitempty"`
}

// CloneOptions pick the messages that are copied.
type CloneOptions struct {
	// Last copies only that many of the newest; 0 copies all.
	Last   int          `json:"messageLimit,omitzero"`
	Filter *CloneFilter `json:"messageFilter,omitempty"`
}

// CloneFilter picks messages by time or id.
type CloneFilter struct {
	Since      time.Time `json:"startDate,omitzero"`
	Until      time.Time `json:"endDate,omitzero"`
	MessageIDs []string  `json:"messageIds,omitempty"`
}

// ThreadClone is a copied thread.
type ThreadClone struct {
	Thread   ThreadRecord    `json:"thread"`
	Messages []StoredMessage `json:"clonedMessages"`
	// MessageIDs gives, by the id of a message, that of its copy.
	MessageIDs map[string]string `json:"messageIdMap"`
}

// Clone copies the thread and its messages, for the same resource. A missing
// thread matches [ErrNotFound], one of another resource [ErrForbidden].
//
// POST /memory/threads/{threadId}/clone. Repeated only where the server refused
// it unprocessed.
func (t *Thread) Clone(ctx context.Context, req CloneThreadRequest, opts ...Option) (*ThreadClone, error) {
	query, err := t.m.agentQuery()
	if err != nil {
		return nil, err
	}
	body := struct {
		CloneThreadRequest
		ResourceID string `json:"resourceId,omitzero"`
	}{req, t.m.resource}
	return callFor[ThreadClone](ctx, t.m.c, request{op: opThreadClone, ids: []string{t.id}, query: query, body: body, opts: opts})
}

// Transfer gives the thread and its messages to another resource. A handle made
// by ForResource does not restrict it: the server does not ask whose the thread
// was. A missing thread matches [ErrNotFound].
//
// POST /memory/threads/{threadId}/transfer. Repeated only where the server
// refused it unprocessed.
func (t *Thread) Transfer(ctx context.Context, toResource string, opts ...Option) (*ThreadRecord, error) {
	if toResource == "" {
		return nil, errors.New("mastra: Transfer: the resource is empty")
	}
	query, err := t.m.agentQuery()
	if err != nil {
		return nil, err
	}
	body := gen.TransferThreadRequest{ResourceID: toResource}
	return callFor[ThreadRecord](ctx, t.m.c, request{op: opThreadTransfer, ids: []string{t.id}, query: query, body: body, opts: opts})
}

// WorkingMemory is what an agent keeps in mind of a thread or resource.
type WorkingMemory struct {
	// Text is nil where nothing was kept yet.
	Text *string `json:"workingMemory"`
	// Source is "thread" or "resource": whose it is.
	Source string `json:"source"`
	// Template is what the model fills in; nil where there is none.
	Template *gen.WorkingMemoryTemplate `json:"workingMemoryTemplate"`
	// ThreadExists: a missing thread is no error here.
	ThreadExists bool `json:"threadExists"`
}

// WorkingMemory reads it. Where it belongs to the resource, the handle must have
// one: see [Memory.ForResource]. An agent without it matches [ErrServer].
//
// GET /memory/threads/{threadId}/working-memory. Safe to repeat, and repeated.
func (t *Thread) WorkingMemory(ctx context.Context, opts ...Option) (*WorkingMemory, error) {
	if t.m.agent == "" {
		return nil, errNoAgent
	}
	p := t.m.query()
	return callFor[WorkingMemory](ctx, t.m.c, request{op: opThreadWorking, ids: []string{t.id}, query: p.values, opts: opts})
}

// SetWorkingMemory replaces it. Where it belongs to the resource, the handle must
// have one. A missing thread matches [ErrNotFound].
//
// POST /memory/threads/{threadId}/working-memory. Safe to repeat, and repeated.
func (t *Thread) SetWorkingMemory(ctx context.Context, text string, opts ...Option) error {
	query, err := t.m.agentQuery()
	if err != nil {
		return err
	}
	body := struct {
		WorkingMemory string `json:"workingMemory"`
		ResourceID    string `json:"resourceId,omitzero"`
	}{text, t.m.resource}
	return t.m.c.call(ctx, request{op: opThreadSetWorking, ids: []string{t.id}, query: query, body: body, opts: opts}, nil)
}

// AllMessages iterates over the thread's messages, the oldest first. It reads
// pages of req.PerPage, 100 if that is 0, as they are needed; req.Page is not
// looked at. A message that is saved meanwhile is given too, each one once.
func (t *Thread) AllMessages(ctx context.Context, req MessagesRequest, opts ...Option) iter.Seq2[StoredMessage, error] {
	if req.PerPage == 0 {
		req.PerPage = 100
	}
	return func(yield func(StoredMessage, error) bool) {
		w := walk{fetch: func(page int) (*MessagePage, error) {
			req.Page = page
			return t.Messages(ctx, req, opts...)
		}, perPage: req.PerPage, seen: map[string]bool{}}
		if err := w.run(func(m StoredMessage) bool { return yield(m, nil) }); err != nil {
			yield(StoredMessage{}, err)
		}
	}
}

// walk goes through pages that are counted from the newest message, from the
// last page to the first, so that the messages come oldest first.
type walk struct {
	fetch   func(page int) (*MessagePage, error)
	perPage int
	seen    map[string]bool
}

func (w *walk) run(yield func(StoredMessage) bool) error {
	newest, err := w.fetch(0)
	if err != nil {
		return err
	}
	left, total := newest.Total, newest.Total // left: not yet given, all of them newer
	for left > 0 {
		n := (left - 1) / w.perPage
		page := newest
		if n > 0 || newest == nil {
			if page, err = w.fetch(n); err != nil {
				return err
			}
		}
		if page.Total != total { // the list has grown or shrunk: places have moved
			left, total = max(0, left+page.Total-total), page.Total
			newest = nil
			if left > 0 && (left-1)/w.perPage != n {
				continue
			}
		}
		if len(page.Messages) == 0 {
			return nil
		}
		for _, m := range page.Messages {
			if w.seen[m.ID] {
				continue
			}
			w.seen[m.ID] = true
			if !yield(m) {
				return nil
			}
		}
		left = n * w.perPage
	}
	return nil
}
