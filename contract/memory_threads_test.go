package contract_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// told saves messages of these texts, a minute apart.
func told(t testing.TB, memory *mastra.Memory, thread *mastra.Thread, texts ...string) []mastra.StoredMessage {
	t.Helper()
	batch := make([]mastra.StoredMessage, len(texts))
	for i, text := range texts {
		batch[i] = mastra.NewStoredMessage("user", text)
		batch[i].ThreadID = thread.ID()
		batch[i].CreatedAt = mastra.Time{Time: time.Date(2026, 1, 1, 0, i, 0, 0, time.UTC)}
	}
	saved, err := memory.SaveMessages(within(t), batch)
	require.NoError(t, err)
	return saved
}

func TestThread_TitleAndMetadataAreReplaced(t *testing.T) {
	t.Parallel()
	memory := client(t).Memory("assistant").ForResource(unique("user"))
	made, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{Title: "old", Metadata: map[string]any{"a": 1, "b": 2}})
	require.NoError(t, err)
	thread := memory.Thread(made.ID)

	record, err := thread.Update(within(t), mastra.UpdateThreadRequest{Title: ptr("new é")})
	require.NoError(t, err)
	assert.Equal(t, "new é", record.Title)
	assert.Len(t, record.Metadata, 2, "what is not named stays")
	record, err = thread.Update(within(t), mastra.UpdateThreadRequest{Metadata: map[string]any{"c": 3}})
	require.NoError(t, err)
	assert.Equal(t, "new é", record.Title)
	assert.Len(t, record.Metadata, 1, "metadata is not merged")
	assert.JSONEq(t, "3", string(record.Metadata["c"]))
	time.Sleep(2 * time.Millisecond) // times are in milliseconds
	again, err := thread.Update(within(t), mastra.UpdateThreadRequest{})
	require.NoError(t, err)
	assert.True(t, again.UpdatedAt.After(record.UpdatedAt.Time), "an empty change is one")
	kept, err := thread.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, again, kept)
}

func TestThread_IsDeletedOnceWithItsMessages(t *testing.T) {
	t.Parallel()
	memory, thread, _ := threadOf(t, client(t))
	told(t, memory, thread, "one")
	require.NoError(t, thread.Delete(within(t)))
	_, err := thread.Get(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.ErrorIs(t, err, mastra.ErrNotFound)
	err = thread.Delete(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound, "twice")
	assert.Equal(t, 1, failure(t, err).Attempts)
}

func TestThread_IsClonedWithItsMessages(t *testing.T) {
	t.Parallel()
	memory, thread, user := threadOf(t, client(t))
	_, err := thread.Update(within(t), mastra.UpdateThreadRequest{Title: ptr("original")})
	require.NoError(t, err)
	saved := told(t, memory, thread, "one", "two", "three")

	id := unique("copy")
	clone, err := thread.Clone(within(t), mastra.CloneThreadRequest{ThreadID: id, Title: "copy", Metadata: map[string]any{"k": "v"}})
	require.NoError(t, err)
	assert.Equal(t, id, clone.Thread.ID)
	assert.Equal(t, "copy", clone.Thread.Title)
	assert.Equal(t, user, clone.Thread.ResourceID)
	assert.JSONEq(t, `"v"`, string(clone.Thread.Metadata["k"]))
	assert.Equal(t, []string{"one", "two", "three"}, texts(clone.Messages))
	for i := range saved {
		assert.Equal(t, clone.Messages[i].ID, clone.MessageIDs[saved[i].ID], "each has an id of its own")
		assert.NotEqual(t, saved[i].ID, clone.Messages[i].ID)
	}
	page, err := memory.Thread(id).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"one", "two", "three"}, texts(page.Messages))
	_, err = thread.Clone(within(t), mastra.CloneThreadRequest{ThreadID: id})
	require.ErrorIs(t, err, mastra.ErrServer, "an id that exists is not overwritten")
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)

	for name, x := range map[string]struct {
		options mastra.CloneOptions
		want    []string
	}{
		"the newest": {mastra.CloneOptions{Last: 2}, []string{"two", "three"}},
		"by id":      {mastra.CloneOptions{Filter: &mastra.CloneFilter{MessageIDs: []string{saved[1].ID}}}, []string{"two"}},
		"by time":    {mastra.CloneOptions{Filter: &mastra.CloneFilter{Since: saved[1].CreatedAt.Time}}, []string{"two", "three"}},
	} {
		clone, err := thread.Clone(within(t), mastra.CloneThreadRequest{Options: &x.options})
		require.NoError(t, err, name)
		assert.Equal(t, x.want, texts(clone.Messages), name)
		assert.Equal(t, "Clone of original", clone.Thread.Title, name)
	}
}

func TestThread_IsTransferredWithItsMessages(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	told(t, memory, thread, "one")
	heir := unique("heir")
	record, err := thread.Transfer(within(t), heir)
	require.NoError(t, err)
	assert.Equal(t, heir, record.ResourceID)
	_, err = thread.Get(within(t))
	require.ErrorIs(t, err, mastra.ErrForbidden, "it is not %s's any more", user)
	page, err := c.Memory("assistant").ForResource(heir).Thread(thread.ID()).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.Equal(t, []string{"one"}, texts(page.Messages))
	assert.Equal(t, heir, page.Messages[0].ResourceID)
	_, err = memory.Thread(unique("thread")).Transfer(within(t), heir)
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = thread.Transfer(within(t), "")
	var e *mastra.Error
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	require.NotErrorAs(t, err, &e, "refused before it is sent")
}

func TestThread_ThatIsForeignOrMissingIsNotChanged(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, _ := threadOf(t, c)
	saved := told(t, memory, thread, "one")
	before, err := thread.Get(within(t))
	require.NoError(t, err)
	foreign := c.Memory("assistant").ForResource(unique("stranger"))
	change := func(memory *mastra.Memory, thread *mastra.Thread) map[string]func() error {
		return map[string]func() error{
			"update": func() error {
				_, err := thread.Update(within(t), mastra.UpdateThreadRequest{Title: ptr("x")})
				return err
			},
			"delete":             func() error { return thread.Delete(within(t)) },
			"clone":              func() error { _, err := thread.Clone(within(t), mastra.CloneThreadRequest{}); return err },
			"set working memory": func() error { return thread.SetWorkingMemory(within(t), "x") },
			"transfer":           func() error { _, err := thread.Transfer(within(t), unique("stranger")); return err },
		}
	}
	for name, call := range change(foreign, foreign.Thread(thread.ID())) {
		assert.ErrorIs(t, call(), mastra.ErrForbidden, name)
	}
	for name, call := range change(memory, memory.Thread(unique("thread"))) {
		assert.ErrorIs(t, call(), mastra.ErrNotFound, name)
	}
	_, err = foreign.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: thread.ID(), Title: "x"})
	require.ErrorIs(t, err, mastra.ErrForbidden, "create")
	require.ErrorIs(t, foreign.DeleteMessages(within(t), []string{saved[0].ID}), mastra.ErrForbidden)
	_, err = foreign.Thread(thread.ID()).WorkingMemory(within(t))
	require.ErrorIs(t, err, mastra.ErrForbidden)
	after, err := thread.Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, before, after)
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Len(t, page.Messages, 1)
}

func TestThread_OfAGivenIDIsMadeAndThenMadeAnewByItsResourceAlone(t *testing.T) {
	t.Parallel()
	memory := client(t).Memory("assistant").ForResource(unique("user"))
	id := unique("thread")
	for _, title := range []string{"first", "second"} {
		record, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: id, Title: title})
		require.NoError(t, err)
		assert.Equal(t, id, record.ID)
		assert.Equal(t, title, record.Title)
	}
	other := unique("user")
	record, err := memory.Thread(id).Transfer(within(t), other)
	require.NoError(t, err)
	assert.Equal(t, other, record.ResourceID)
	_, err = memory.Thread(id).Transfer(within(t), unique("user"))
	require.ErrorIs(t, err, mastra.ErrForbidden, "it is the other's now")
	_, err = memory.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: id})
	require.ErrorIs(t, err, mastra.ErrForbidden)
}

// Of these the documentation of ForResource warns.
func TestMemory_OfAResourceIsNotAskedWhoseTheMessageIs(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	saved := told(t, memory, thread, "alice's")
	foreign := c.Memory("assistant").ForResource(unique("stranger"))
	own, err := foreign.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)

	taken := mastra.NewStoredMessage("user", "taken")
	taken.ID, taken.ThreadID = saved[0].ID, own.ID
	_, err = foreign.SaveMessages(within(t), []mastra.StoredMessage{taken})
	require.NoError(t, err)
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Empty(t, page.Messages)
	page, err = foreign.Thread(own.ID).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"taken"}, texts(page.Messages))

	_, err = foreign.Search(within(t), mastra.SearchRequest{Query: "alice", ThreadID: thread.ID()})
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.ErrorContains(t, err, user)

	lost := mastra.NewStoredMessage("user", "lost")
	lost.ThreadID = unique("thread")
	_, err = foreign.SaveMessages(within(t), []mastra.StoredMessage{lost})
	require.NoError(t, err)
}

func TestStoredMessage_IsDeletedAndThoseThatAreGoneDoNotCount(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, _ := threadOf(t, c)
	saved := told(t, memory, thread, "one", "two", "three")
	require.NoError(t, memory.DeleteMessages(within(t), []string{saved[0].ID, saved[2].ID}))
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"two"}, texts(page.Messages))
	require.NoError(t, memory.DeleteMessages(within(t), []string{saved[0].ID}), "twice")
	require.NoError(t, c.Memory("assistant").DeleteMessages(within(t), []string{unique("message")}))
	var e *mastra.Error
	for _, ids := range [][]string{nil, {""}} {
		err := memory.DeleteMessages(within(t), ids)
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		require.NotErrorAs(t, err, &e, "refused before it is sent")
	}
}

func TestIterator_GivesEveryThreadAndMessageOnceWithPagesOfOne(t *testing.T) {
	t.Parallel()
	memory, thread, user := threadOf(t, client(t))
	var want []string
	for i := range 3 {
		want = append(want, fmt.Sprint(i))
		_, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{Metadata: map[string]any{"i": i}})
		require.NoError(t, err)
	}
	told(t, memory, thread, want...)
	seen := map[string]bool{}
	for record, err := range memory.Threads(within(t), mastra.ListThreadsRequest{PerPage: 1}) {
		require.NoError(t, err)
		assert.Equal(t, user, record.ResourceID)
		assert.False(t, seen[record.ID])
		seen[record.ID] = true
	}
	assert.Len(t, seen, 4)
	var got []string
	for message, err := range thread.Messages(within(t), mastra.ListMessagesRequest{PerPage: 1}) {
		require.NoError(t, err)
		got = append(got, message.Text())
	}
	assert.Equal(t, want, got, "the oldest first")
	for _, err := range memory.Thread(unique("thread")).Messages(within(t), mastra.ListMessagesRequest{}) {
		require.ErrorIs(t, err, mastra.ErrNotFound)
	}
}
