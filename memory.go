package mastra

import (
	"context"
	"net/url"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ThreadRecord is a thread as the server stores it: see [gen.Thread].
type ThreadRecord = gen.Thread

// ThreadPage is one page of threads: see [gen.ThreadPage].
type ThreadPage = gen.ThreadPage

// Memory is a handle to the memory of one agent. It holds ids only.
//
// The server knows no users: whoever holds a thread's id may read it. A backend
// that serves several should call [Memory.ForResource] with the user it has
// authenticated, and never with an id that came from a browser.
type Memory struct {
	c               *Client
	agent, resource string
	refusal         error // of every call
}

// Memory gives a handle to the memory of this agent. The id may be empty where
// the server allows it: for lists, for reading a thread and its messages.
func (c *Client) Memory(agentID string) *Memory { return &Memory{c: c, agent: agentID} }

// ForResource gives a handle that puts this resource, usually a user, on every
// call. The server then answers a thread of another resource with 403
// ([ErrForbidden]).
//
// What the server does not check:
//   - [Memory.CreateThread] with an id that exists, and [Thread.Transfer]: it takes
//     another resource's thread too. Here the handle reads the thread first. Between
//     the two requests somebody else can still make it or give it away.
//   - [Memory.SaveMessages] with the id of a message that exists: it overwrites the
//     message, in whatever thread and whoever's it is. It also takes messages for a
//     thread that does not exist. Never take a message's id from a browser.
//   - [Memory.Search] in another resource's thread: the refusal is a 500
//     ([ErrServer]), and its text names the resource that the thread belongs to.
//   - [Memory.Status] and [Memory.Config] are the agent's and the same for all.
//
// An empty id is a user who was not authenticated, and must not stand for
// everybody: every call of the handle, and of its threads, is then refused before
// anything is sent, with an error that matches [ErrInvalidInput].
func (m *Memory) ForResource(id string) *Memory {
	of := &Memory{c: m.c, agent: m.agent, resource: id}
	if id == "" {
		of.refusal = errNoResource
	}
	return of
}

var (
	// errNoAgent: the call needs to know the agent, and the handle has none.
	errNoAgent = refuse("Memory: the agent id is empty, and this call needs one")
	// errNoResource: the handle is for a resource that is nobody.
	errNoResource = refuse("Memory.ForResource was given an empty resource: pass the id of the user you have authenticated, " +
		"or leave ForResource out to reach every resource")
)

// needAgent refuses a call that the server would not take without an agent.
func (m *Memory) needAgent() error {
	if m.refusal == nil && m.agent == "" {
		return errNoAgent
	}
	return m.refusal
}

func (m *Memory) query() call.Params {
	var p call.Params
	p.Set("agentId", m.agent)
	p.Set("resourceId", m.resource)
	return p
}

// agentQuery is for the routes that insist on an agent and take no resource.
func (m *Memory) agentQuery() (url.Values, error) {
	if err := m.needAgent(); err != nil {
		return nil, err
	}
	return url.Values{"agentId": {m.agent}}, nil
}

// resourceOr is the handle's resource, which an id in a request must not contradict.
func (m *Memory) resourceOr(id string) (string, error) {
	switch {
	case m.resource == "" || m.resource == id:
		return id, nil
	case id == "":
		return m.resource, nil
	}
	return "", refuse("Memory: the request names resource %q, the handle is for %q", id, m.resource)
}

// CreateThreadRequest makes a thread.
type CreateThreadRequest struct {
	// ThreadID is the thread's id; the server makes one where it is empty. A thread
	// that exists is overwritten; its messages stay. Beware: without
	// [Memory.ForResource] so is one of another resource.
	ThreadID string `json:"threadId,omitzero"`
	// ResourceID is the id of who owns it, usually a user. It may be empty on a
	// handle made by ForResource.
	ResourceID string         `json:"resourceId"`
	Title      string         `json:"title,omitzero"`
	Metadata   map[string]any `json:"metadata,omitempty"`
}

// CreateThread makes a thread. A call of an agent with [MemoryRef] makes its own.
// An unknown agent matches [ErrNotFound], one without memory [ErrBadRequest].
//
// With a handle of [Memory.ForResource] an id that is another resource's thread matches
// [ErrForbidden]. The server itself would give the thread away, so it is read first.
//
// POST /memory/threads, after GET /memory/threads/{threadId} where the handle has a
// resource and the request an id. The POST is repeated only where the server refused
// it unprocessed.
func (m *Memory) CreateThread(ctx context.Context, req CreateThreadRequest, opts ...Option) (thread *ThreadRecord, err error) {
	query, err := m.agentQuery()
	if err != nil {
		return nil, err
	}
	if req.ResourceID, err = m.resourceOr(req.ResourceID); err != nil {
		return nil, err
	}
	if req.ResourceID == "" {
		return nil, refuse("CreateThreadRequest.ResourceID is empty; set it, or use Memory.ForResource")
	}
	ctx, end := m.c.account(ctx, route.MemoryCreateThread, "")
	defer func() { end(err) }()
	if req.ThreadID != "" {
		if err := m.Thread(req.ThreadID).notForeign(ctx, opts); err != nil && !missing(err) {
			return nil, err
		}
	}
	return callFor[ThreadRecord](ctx, m.c, opts, call.Request{Op: route.MemoryCreateThread, Query: query, Body: req})
}

// Order is how a list is sorted; what is empty is left to the server.
type Order struct {
	Field     OrderField `json:"field,omitzero"`
	Direction Direction  `json:"direction,omitzero"`
}

// OrderField is what a list is sorted by.
type OrderField string

// What a list can be sorted by.
const (
	ByCreatedAt OrderField = "createdAt"
	ByUpdatedAt OrderField = "updatedAt"
)

// Direction is the direction of a list.
type Direction string

// The directions.
const (
	Ascending  Direction = "ASC"
	Descending Direction = "DESC"
)

// ListThreadsRequest asks for one page of threads.
type ListThreadsRequest struct {
	// ResourceID lists the threads of this one only.
	ResourceID string
	// Page counts from 0.
	Page int
	// PerPage is how many a page holds; 0 leaves it to the server: 100.
	PerPage int
	// Metadata lists the threads that have all of these values.
	Metadata map[string]any
	// Order is newest first where it is zero.
	Order Order
}

// ListThreads reads one page of threads.
//
// GET /memory/threads. Safe to repeat, and repeated.
func (m *Memory) ListThreads(ctx context.Context, req ListThreadsRequest, opts ...Option) (*ThreadPage, error) {
	if m.refusal != nil {
		return nil, m.refusal
	}
	if req.Page < 0 || req.PerPage < 0 {
		return nil, refuse("ListThreadsRequest: Page and PerPage must not be negative")
	}
	resource, err := m.resourceOr(req.ResourceID)
	if err != nil {
		return nil, err
	}
	var p call.Params
	p.Set("agentId", m.agent)
	p.Set("resourceId", resource)
	p.Set("page", req.Page)
	p.Set("perPage", req.PerPage)
	p.SetJSON("metadata", req.Metadata)
	p.SetJSON("orderBy", req.Order)
	return callFor[ThreadPage](ctx, m.c, opts, call.Request{Op: route.MemoryListThreads, Query: p.Values, Refused: p.Err})
}

// SaveMessages stores messages and returns them as stored. Each needs a thread
// and a resource; the handle's resource fills in for a missing one. Either all
// are stored or none. An id that exists is overwritten, whoever's message it is.
//
// A message of another resource's thread matches [ErrForbidden]; a thread that does
// not exist is no error.
//
// POST /memory/save-messages. Safe to repeat, and repeated: the client fills in
// ids and times.
func (m *Memory) SaveMessages(ctx context.Context, messages []StoredMessage, opts ...Option) ([]StoredMessage, error) {
	query, err := m.agentQuery()
	if err != nil {
		return nil, err
	}
	body := struct {
		Messages []StoredMessage `json:"messages"`
	}{make([]StoredMessage, len(messages))}
	now := time.Now()
	for i, msg := range messages {
		if msg.ResourceID, err = m.resourceOr(msg.ResourceID); err != nil {
			return nil, err
		}
		if msg.ThreadID == "" || msg.ResourceID == "" {
			return nil, refuse("message %d has no thread or no resource", i)
		}
		if msg.ID == "" {
			msg.ID = call.NewID()
		}
		if msg.CreatedAt.IsZero() { // a millisecond apart, so that their order is kept
			msg.CreatedAt = Time{Time: now.Add(time.Duration(i) * time.Millisecond)}
		}
		body.Messages[i] = msg
	}
	var out struct {
		Messages []StoredMessage `json:"messages"`
	}
	err = m.c.call(ctx, opts, call.Request{Op: route.MemorySaveMessages, Query: query, Body: body}, &out)
	return out.Messages, err
}

// Thread is a handle to one thread. It holds ids, and settings of [Thread.WithConfig].
type Thread struct {
	m      *Memory
	id     string
	config map[string]any
}

// Thread gives a handle to the thread with this id.
func (m *Memory) Thread(id string) *Thread { return &Thread{m: m, id: id} }

// WithConfig gives a handle whose [Thread.WorkingMemory] and [Thread.SetWorkingMemory]
// override the memory's settings, as [SearchRequest].Config does:
//
//	thread.WithConfig(map[string]any{"workingMemory": map[string]any{"enabled": true, "scope": "thread"}})
//
// The other calls do not look at it.
func (t *Thread) WithConfig(config map[string]any) *Thread { return &Thread{t.m, t.id, config} }

// ID of the thread.
func (t *Thread) ID() string { return t.id }

// Get reads the thread's record. A missing one matches [ErrNotFound], one of
// another resource [ErrForbidden].
//
// GET /memory/threads/{threadId}. Safe to repeat, and repeated.
func (t *Thread) Get(ctx context.Context, opts ...Option) (*ThreadRecord, error) {
	if t.m.refusal != nil {
		return nil, t.m.refusal
	}
	p := t.m.query()
	return callFor[ThreadRecord](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadGet, IDs: []string{t.id}, Query: p.Values})
}

// notForeign asks whether the thread belongs to the handle's resource, for calls in
// which the server does not ask. A handle without a resource reaches every thread.
func (t *Thread) notForeign(ctx context.Context, opts []Option) error {
	if t.m.resource == "" {
		return nil
	}
	_, err := t.Get(ctx, opts...)
	return err
}
