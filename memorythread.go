package mastra

import (
	"context"
	"net/url"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// UpdateThreadRequest changes a thread's record. What is nil stays as it is.
type UpdateThreadRequest struct {
	Title *string `json:"title,omitempty"`
	// Metadata takes the place of what was there; it is not merged. An empty map
	// takes it away.
	Metadata map[string]any `json:"metadata,omitzero"`
}

// Update changes the thread's title or metadata. A missing thread matches
// [ErrNotFound], one of another resource [ErrForbidden].
//
// PATCH /memory/threads/{threadId}. Safe to repeat, and repeated.
func (t *Thread) Update(ctx context.Context, req UpdateThreadRequest, opts ...Option) (*ThreadRecord, error) {
	query, err := t.m.agentQuery()
	if err != nil {
		return nil, err
	}
	body := struct {
		UpdateThreadRequest
		ResourceID string `json:"resourceId,omitzero"`
	}{req, t.m.resource}
	return callFor[ThreadRecord](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadUpdate, IDs: []string{t.id}, Query: query, Body: body})
}

// Delete removes the thread and its messages. A missing thread matches
// [ErrNotFound], one of another resource [ErrForbidden].
//
// DELETE /memory/threads/{threadId}. Safe to repeat, and repeated; a thread that
// is gone when it is asked again is success.
func (t *Thread) Delete(ctx context.Context, opts ...Option) error {
	if err := t.m.needAgent(); err != nil {
		return err
	}
	p := t.m.query()
	return t.m.c.call(ctx, opts, call.Request{Op: route.MemoryThreadDelete, IDs: []string{t.id}, Query: p.Values}, nil)
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
	if req.Options != nil && req.Options.Last < 0 {
		return nil, refuse("CloneOptions.Last is negative")
	}
	body := struct {
		CloneThreadRequest
		ResourceID string `json:"resourceId,omitzero"`
	}{req, t.m.resource}
	return callFor[ThreadClone](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadClone, IDs: []string{t.id}, Query: query, Body: body})
}

// Transfer gives the thread and its messages to another resource. A missing thread
// matches [ErrNotFound], with a handle of [Memory.ForResource] one of another resource
// [ErrForbidden]. The server itself does not ask whose the thread was, so such a
// handle reads it first.
//
// It needs no agent id: the server's own storage is used then.
//
// POST /memory/threads/{threadId}/transfer, after GET /memory/threads/{threadId} where
// the handle has a resource. The POST is repeated only where the server refused it
// unprocessed.
func (t *Thread) Transfer(ctx context.Context, toResource string, opts ...Option) (thread *ThreadRecord, err error) {
	if t.m.refusal != nil {
		return nil, t.m.refusal
	}
	query := url.Values{}
	if t.m.agent != "" {
		query.Set("agentId", t.m.agent)
	}
	if toResource == "" {
		return nil, refuse("Transfer: the resource is empty")
	}
	ctx, end := t.m.c.account(ctx, route.MemoryThreadTransfer, "", t.id)
	defer func() { end(err) }()
	if err := t.notForeign(ctx, opts); err != nil {
		return nil, err
	}
	body := gen.TransferThreadRequest{ResourceID: toResource}
	return callFor[ThreadRecord](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadTransfer, IDs: []string{t.id}, Query: query, Body: body})
}

// WorkingMemoryTemplate is what a model fills in: see [gen.WorkingMemoryTemplate].
type WorkingMemoryTemplate = gen.WorkingMemoryTemplate

// WorkingMemory is what an agent keeps in mind of a thread or resource.
type WorkingMemory struct {
	// Text is nil where nothing was kept yet.
	Text *string `json:"workingMemory"`
	// Source is "thread" or "resource": whose it is.
	Source string `json:"source"`
	// Template is what the model fills in; nil where there is none.
	Template *WorkingMemoryTemplate `json:"workingMemoryTemplate"`
	// ThreadExists: a missing thread is no error here.
	ThreadExists bool `json:"threadExists"`
}

// WorkingMemory reads it. Where it belongs to the resource, the handle must have
// one: see [Memory.ForResource]. An agent without it matches [ErrServer].
//
// GET /memory/threads/{threadId}/working-memory. Safe to repeat, and repeated.
func (t *Thread) WorkingMemory(ctx context.Context, opts ...Option) (*WorkingMemory, error) {
	if err := t.m.needAgent(); err != nil {
		return nil, err
	}
	p := t.m.query()
	p.SetJSON("memoryConfig", t.config)
	return callFor[WorkingMemory](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadWorkingMemory, IDs: []string{t.id}, Query: p.Values, Refused: p.Err})
}

// SetWorkingMemory replaces it; an empty text is refused ([ErrBadRequest]). Where it belongs to the resource, the handle must
// have one. A missing thread matches [ErrNotFound].
//
// POST /memory/threads/{threadId}/working-memory. Safe to repeat, and repeated.
func (t *Thread) SetWorkingMemory(ctx context.Context, text string, opts ...Option) error {
	query, err := t.m.agentQuery()
	if err != nil {
		return err
	}
	body := struct {
		WorkingMemory string         `json:"workingMemory"`
		ResourceID    string         `json:"resourceId,omitzero"`
		Config        map[string]any `json:"memoryConfig,omitempty"`
	}{text, t.m.resource, t.config}
	return t.m.c.call(ctx, opts, call.Request{Op: route.MemoryThreadUpdateWorkingMemory, IDs: []string{t.id}, Query: query, Body: body}, nil)
}
