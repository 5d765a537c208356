package mockserver

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"sort"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// thread is a stored conversation.
type thread struct {
	id, resourceID, title string
	metadata              *js.Object // nil when unset
	created, updated      time.Time
	// seq counts creations, touched changes: they order what happened within the
	// same millisecond.
	seq, touched int
}

// storedMessage is a message of format 2. The content is never changed in place.
type storedMessage struct {
	id, role             string
	threadID, resourceID string
	kind                 string // the message's type, "" when unset
	content              *js.Object
	created              time.Time
	seq                  int
}

// memoryStore holds threads, messages and working memory.
type memoryStore struct {
	mu       storeLock
	seq      int
	threads  map[string]*thread
	messages map[string]*storedMessage
	working  map[string]string // by resourceKey
}

func newMemoryStore() *memoryStore {
	return &memoryStore{threads: map[string]*thread{}, messages: map[string]*storedMessage{}, working: map[string]string{}}
}

// thread returns a copy of a thread, nil if there is none.
func (m *memoryStore) thread(id string) *thread {
	m.mu.RLock()
	defer m.mu.RUnlock()
	t := m.threads[id]
	if t == nil {
		return nil
	}
	c := *t
	return &c
}

// saveThread keeps a thread: a changed one that was read here, or a new one,
// which may replace another of that id.
func (m *memoryStore) saveThread(t thread) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if t.seq == 0 {
		m.seq++
		t.seq = m.seq
	}
	m.touch(&t)
	m.threads[t.id] = &t
}

func (m *memoryStore) touch(t *thread) {
	m.seq++
	t.touched = m.seq
}

func (m *memoryStore) deleteThread(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.threads, id)
	for key, msg := range m.messages {
		if msg.threadID == id {
			delete(m.messages, key)
		}
	}
}

// saveMessages inserts messages or overwrites those of the same id. It is the
// thread of the first that counts as changed.
func (m *memoryStore) saveMessages(list []storedMessage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, msg := range list {
		if old := m.messages[msg.id]; old != nil {
			// When a message came to be is not written again.
			msg.seq, msg.created = old.seq, old.created
		} else {
			m.seq++
			msg.seq = m.seq
		}
		m.messages[msg.id] = &msg
	}
	if len(list) > 0 {
		m.changed(list[0].threadID)
	}
}

// inTime gives the ids of stored messages in the order of their creation.
func (m *memoryStore) inTime(ids []string) []string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	stored := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return m.messages[id] == nil })
	slices.SortStableFunc(stored, func(a, b string) int { return m.messages[a].created.Compare(m.messages[b].created) })
	return stored
}

func (m *memoryStore) deleteMessages(ids []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	threads := map[string]bool{}
	for _, id := range ids {
		if msg := m.messages[id]; msg != nil {
			threads[msg.threadID] = true
			delete(m.messages, id)
		}
	}
	for _, id := range sortedKeys(threads) {
		m.changed(id)
	}
}

// changed notes that a thread, if there is one, has changed now; the store is locked.
func (m *memoryStore) changed(threadID string) {
	if t := m.threads[threadID]; t != nil {
		c := *t
		c.updated = now()
		m.touch(&c)
		m.threads[threadID] = &c
	}
}

// threadOf is the thread of a message.
func (m *memoryStore) threadOf(messageID string) (threadID string, ok bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	msg := m.messages[messageID]
	if msg == nil {
		return "", false
	}
	return msg.threadID, true
}

// messagesOf returns the messages of a thread in the order of their creation.
func (m *memoryStore) messagesOf(threadID string, keep func(storedMessage) bool) []storedMessage {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []storedMessage
	for _, msg := range m.messages {
		if msg.threadID == threadID && (keep == nil || keep(*msg)) {
			out = append(out, *msg)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if !out[i].created.Equal(out[j].created) {
			return out[i].created.Before(out[j].created)
		}
		return out[i].seq < out[j].seq
	})
	return out
}

// threadQuery says which threads to list, and how.
type threadQuery struct {
	resourceID string
	metadata   *js.Object
	byUpdated  bool
	ascending  bool
}

// listThreads returns the threads that match, newest first unless asked
// otherwise.
func (m *memoryStore) listThreads(q threadQuery) []thread {
	m.mu.RLock()
	defer m.mu.RUnlock()
	var out []thread
	for _, t := range m.threads {
		if (q.resourceID == "" || t.resourceID == q.resourceID) && hasMetadata(t.metadata, q.metadata) {
			out = append(out, *t)
		}
	}
	slices.SortFunc(out, func(a, b thread) int {
		c := cmp.Or(a.created.Compare(b.created), a.seq-b.seq)
		if q.byUpdated {
			c = cmp.Or(a.updated.Compare(b.updated), a.touched-b.touched)
		}
		if !q.ascending {
			return -c
		}
		return c
	})
	return out
}

func hasMetadata(have, want *js.Object) bool {
	for _, m := range want.Members() {
		v, ok := have.Lookup(m.Key)
		if m.Value == nil && !ok {
			continue
		}
		if !ok || !same(v, m.Value) {
			return false
		}
	}
	return true
}

// same compares as SQLite does, where true is 1.
func same(a, b any) bool { return js.String(asNumber(a)) == js.String(asNumber(b)) }

func asNumber(v any) any {
	switch v {
	case true:
		return 1.0
	case false:
		return 0.0
	}
	return v
}

const longestMetadataKey = 128

// disallowedKeys are what every JavaScript object has.
var disallowedKeys = []string{"__proto__", "prototype", "constructor"}

var metadataKey = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

// checkMetadataFilter rejects what the store cannot search for.
func checkMetadataFilter(filter *js.Object) error {
	for _, m := range filter.Members() {
		switch {
		case slices.Contains(disallowedKeys, m.Key):
			return said("Invalid metadata key: %q.", m.Key)
		case len(m.Key) > longestMetadataKey && metadataKey.MatchString(m.Key):
			return said("Metadata key %q exceeds maximum length of %d characters.", m.Key, longestMetadataKey)
		case !metadataKey.MatchString(m.Key):
			return said("Invalid metadata key: %q. Keys must start with a letter or underscore and contain only alphanumeric characters and underscores.", m.Key)
		}
		switch v := m.Value.(type) {
		case float64:
			if math.IsInf(v, 0) {
				return said("Only finite numbers (not Infinity or NaN) can be passed as arguments")
			}
		case *js.Object, []any:
			return said("Metadata filter value for key %q must be a scalar type (string, number, boolean, or null), got object", m.Key)
		}
	}
	return nil
}

func (t *thread) json() *js.Object {
	return js.Obj("id", t.id, "resourceId", t.resourceID, "title", t.title, "metadata", nullable(t.metadata),
		"createdAt", js.ISO(t.created), "updatedAt", js.ISO(t.updated))
}

func nullable(o *js.Object) any {
	if o == nil {
		return nil
	}
	return o
}

func (m storedMessage) json() *js.Object {
	return js.Obj("id", m.id, "content", m.content, "role", m.role, "createdAt", js.ISO(m.created),
		"threadId", m.threadID, "resourceId", m.resourceID, "type", js.Opt(m.kind))
}

// resourceKey is where the working memory of a resource is kept.
func resourceKey(resourceID string) string { return "resource " + resourceID }

// workingMemory returns the text of a resource, and whether there is one.
func (m *memoryStore) workingMemory(resourceID string) (string, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	text, ok := m.working[resourceKey(resourceID)]
	return text, ok
}

func (m *memoryStore) setWorkingMemory(resourceID, text string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.working[resourceKey(resourceID)] = text
}
