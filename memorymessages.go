package mastra

import (
	"context"
	"iter"
	"slices"
	"time"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// ListMessagesRequest asks for one page of a thread's messages.
type ListMessagesRequest struct {
	// Page counts from 0, which is the page of the newest messages.
	Page int
	// PerPage is how many a page holds; 0 leaves it to the server: 40.
	PerPage int
	// Since and Until bound the messages' times; zero does not.
	Since, Until time.Time
	// Direction is [Descending] where it is empty. [Ascending] makes page 0 the page of
	// the oldest messages. Inside a page the oldest comes first, in either direction.
	Direction Direction
	// Metadata lists the messages whose metadata hold all of these values: texts,
	// numbers, booleans or nil. The names are of letters, digits and underscores.
	Metadata map[string]any
	// Include adds these messages to the page, with their neighbours. The server reads it
	// where the handle is of no agent (Client.Memory("")); with an agent it is refused.
	Include []MessageInclude
	// IncludeSystemReminders lists the reminders too that the server has added. A handle of no
	// agent lists them always.
	IncludeSystemReminders bool
}

// MessageInclude is a message to be listed although it is not on the page: see
// [gen.MessageInclude].
type MessageInclude = gen.MessageInclude

// MessagePage is one page of messages, the oldest of them first.
type MessagePage struct {
	// Messages are fewer than a page holds, or none, where there are reminders that are
	// not listed.
	Messages []StoredMessage `json:"messages"`
	// Total counts the messages of all pages.
	Total int `json:"total"`
	Page  int `json:"page"`
	// HasMore: there are older messages, on the next page.
	HasMore bool `json:"hasMore"`
}

// ListMessages reads one page of the thread's messages: page 0 holds the newest if
// req.Direction does not say otherwise, and inside a page the oldest comes first. A missing thread matches [ErrNotFound],
// one of another resource [ErrForbidden].
//
// GET /memory/threads/{threadId}/messages. Safe to repeat, and repeated.
func (t *Thread) ListMessages(ctx context.Context, req ListMessagesRequest, opts ...Option) (*MessagePage, error) {
	if req.Direction == "" {
		req.Direction = Descending
	}
	page, err := t.messages(ctx, req, opts)
	if err != nil {
		return nil, err
	}
	if n := len(page.Messages); n > 0 && page.Messages[0].CreatedAt.After(page.Messages[n-1].CreatedAt.Time) {
		slices.Reverse(page.Messages) // the server does so itself only where it knows the agent
	}
	return page, nil
}

// messages always says in which direction the pages go: without an agent the
// server's default is another one than with.
func (t *Thread) messages(ctx context.Context, req ListMessagesRequest, opts []Option) (*MessagePage, error) {
	if t.m.refusal != nil {
		return nil, t.m.refusal
	}
	if req.Page < 0 || req.PerPage < 0 {
		return nil, refuse("ListMessagesRequest: Page and PerPage must not be negative")
	}
	if err := t.includes(req.Include); err != nil {
		return nil, err
	}
	p := t.m.query()
	p.Set("page", req.Page)
	p.Set("perPage", req.PerPage)
	p.SetJSON("orderBy", Order{Field: ByCreatedAt, Direction: req.Direction})
	p.SetJSON("include", req.Include)
	p.SetJSON("filter", req.filter())
	p.Set("includeSystemReminders", req.IncludeSystemReminders)
	return callFor[MessagePage](ctx, t.m.c, opts, call.Request{Op: route.MemoryThreadMessages, IDs: []string{t.id}, Query: p.Values, Refused: p.Err})
}

// includes refuses what the server would not read, or take for something else.
func (t *Thread) includes(list []MessageInclude) error {
	if t.m.agent != "" && len(list) > 0 {
		return refuse("ListMessagesRequest.Include: the server does not read it for the memory of an agent; use Client.Memory(\"\")")
	}
	for i, m := range list {
		switch {
		case m.ID == "":
			return refuse("ListMessagesRequest.Include: the id of message %d is empty", i)
		case m.WithPreviousMessages < 0 || m.WithNextMessages < 0:
			return refuse("ListMessagesRequest.Include: the numbers of neighbours must not be negative")
		}
	}
	return nil
}

// messageFilter says which messages are listed.
type messageFilter struct {
	Range    *dateRange     `json:"dateRange,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

type dateRange struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// filter is nil where all messages are listed.
func (r *ListMessagesRequest) filter() *messageFilter {
	f := messageFilter{Metadata: r.Metadata}
	if !r.Since.IsZero() || !r.Until.IsZero() {
		f.Range = &dateRange{r.Since, r.Until}
	}
	if f.Range == nil && len(f.Metadata) == 0 {
		return nil
	}
	return &f
}

// Messages iterates over the thread's messages, the oldest first. It reads
// pages of req.PerPage, 100 if that is 0, as they are needed; req.Page, Direction and
// Include are not looked at. Each message is given once, also while others are saved and deleted;
// one that is saved meanwhile is given too.
func (t *Thread) Messages(ctx context.Context, req ListMessagesRequest, opts ...Option) iter.Seq2[StoredMessage, error] {
	if req.PerPage == 0 {
		req.PerPage = 100
	}
	return func(yield func(StoredMessage, error) bool) {
		// Places in the list move when it changes, so the next page is asked for by
		// the time of the last message, which it then begins with.
		given := map[string]bool{}
		perPage := req.PerPage
		ask := req
		ask.Page, ask.Direction, ask.Include = 0, Ascending, nil
		var stall stall
		for {
			page, err := t.messages(ctx, ask, opts)
			if err != nil {
				yield(StoredMessage{}, err)
				return
			}
			news := 0
			for _, m := range page.Messages {
				if !given[m.ID] {
					given[m.ID] = true
					news++
					if !yield(m, nil) {
						return
					}
				}
			}
			if !page.HasMore {
				return
			}
			if stall.lasts(news, len(given), perPage) {
				yield(StoredMessage{}, errStalled)
				return
			}
			if n := len(page.Messages); n > 0 && page.Messages[n-1].CreatedAt.After(ask.Since) {
				ask.Since, ask.PerPage = page.Messages[n-1].CreatedAt.Time, perPage+1
			} else { // more messages at one moment than a page holds, or reminders that are not listed
				ask.PerPage *= 2
			}
		}
	}
}
