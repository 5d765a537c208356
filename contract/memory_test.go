package contract_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// threadOf makes a thread of a user of the test's own.
func threadOf(t testing.TB, c *mastra.Client) (memory *mastra.Memory, thread *mastra.Thread, user string) {
	t.Helper()
	user = unique("user")
	memory = c.Memory("assistant").ForResource(user)
	record, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{})
	require.NoError(t, err)
	require.NotEmpty(t, record.ID)
	return memory, memory.Thread(record.ID), user
}

func TestThread_IsCreatedAndRead(t *testing.T) {
	t.Parallel()
	memory := client(t).Memory("assistant")
	req := mastra.CreateThreadRequest{
		ThreadID: unique("a thread/é"), ResourceID: unique("user"), Title: "A title", Metadata: map[string]any{"k": "v", "n": 1},
	}
	made, err := memory.CreateThread(within(t), req)
	require.NoError(t, err)
	read, err := memory.Thread(req.ThreadID).Get(within(t))
	require.NoError(t, err)
	for from, record := range map[string]*mastra.ThreadRecord{"the answer": made, "the record": read} {
		assert.Equal(t, req.ThreadID, record.ID, from)
		assert.Equal(t, req.ResourceID, record.ResourceID, from)
		assert.Equal(t, "A title", record.Title, from)
		assert.JSONEq(t, `"v"`, string(record.Metadata["k"]), from)
		assert.JSONEq(t, `1`, string(record.Metadata["n"]), from)
		assert.False(t, record.CreatedAt.IsZero(), from)
	}
	bare, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{ResourceID: req.ResourceID})
	require.NoError(t, err)
	assert.NotEmpty(t, bare.ID)
	assert.Empty(t, bare.Title)
	assert.Nil(t, bare.Metadata)
}

func TestThread_ThatExistsIsOverwrittenEvenForAnotherResource(t *testing.T) {
	t.Parallel()
	memory := client(t).Memory("assistant")
	id := unique("thread")
	_, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: id, ResourceID: "first", Title: "old"})
	require.NoError(t, err)
	_, err = memory.CreateThread(within(t), mastra.CreateThreadRequest{ThreadID: id, ResourceID: "second", Title: "new"})
	require.NoError(t, err)
	record, err := memory.Thread(id).Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "second", record.ResourceID)
	assert.Equal(t, "new", record.Title)
}

func TestMemory_RefusesUnknownAgentsAndAgentsWithoutMemory(t *testing.T) {
	t.Parallel()
	c := client(t)
	thread := mastra.CreateThreadRequest{ResourceID: "user"}
	message := mastra.NewStoredMessage("user", "hi")
	message.ThreadID, message.ResourceID = unique("thread"), unique("user")

	_, err := c.Memory("nobody").CreateThread(within(t), thread)
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = c.Memory("nobody").SaveMessages(within(t), []mastra.StoredMessage{message})
	require.ErrorIs(t, err, mastra.ErrNotFound)
	_, err = c.Memory("plain").CreateThread(within(t), thread)
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Equal(t, "Memory is not initialized", failure(t, err).Message)
	_, err = c.Memory("plain").SaveMessages(within(t), []mastra.StoredMessage{message})
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	_, err = c.Memory("").CreateThread(within(t), thread)
	require.ErrorIs(t, err, mastra.ErrInvalidInput, "the agent is needed here")
}

func TestThread_MissingIsNotFound(t *testing.T) {
	t.Parallel()
	thread := client(t).Memory("assistant").Thread(unique("thread"))
	_, err := thread.Get(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound)
	assert.Equal(t, "Thread not found", failure(t, err).Message)
	_, err = thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.ErrorIs(t, err, mastra.ErrNotFound)
}

func TestThread_OfAnotherResourceIsForbidden(t *testing.T) {
	t.Parallel()
	c := client(t)
	_, thread, _ := threadOf(t, c)
	stranger := unique("stranger")
	foreign := c.Memory("assistant").ForResource(stranger)
	message := mastra.NewStoredMessage("user", "hi")
	message.ThreadID = thread.ID()
	req := ask("hi")
	req.Memory = &mastra.MemoryRef{ThreadID: thread.ID(), ResourceID: stranger}
	for name, call := range map[string]func() error{
		"get": func() error { _, err := foreign.Thread(thread.ID()).Get(within(t)); return err },
		"messages": func() error {
			_, err := foreign.Thread(thread.ID()).ListMessages(within(t), mastra.ListMessagesRequest{})
			return err
		},
		"save":     func() error { _, err := foreign.SaveMessages(within(t), []mastra.StoredMessage{message}); return err },
		"generate": func() error { _, err := c.Agent("assistant").Generate(within(t), req); return err },
		"stream":   func() error { _, err := c.Agent("assistant").Stream(within(t), req); return err },
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrForbidden)
			assert.Equal(t, "Access denied: thread belongs to a different resource", failure(t, err).Message)
			assert.Equal(t, 1, failure(t, err).Attempts)
			assert.Equal(t, 403, mastra.HTTPStatus(err))
		})
	}
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Empty(t, page.Messages)
}

func TestThread_ListIsByResourceMetadataPageAndOrder(t *testing.T) {
	t.Parallel()
	user := unique("user")
	memory := client(t).Memory("assistant").ForResource(user)
	var ids []string
	for i := range 5 {
		record, err := memory.CreateThread(within(t), mastra.CreateThreadRequest{
			ThreadID: unique("thread"), Title: fmt.Sprint(i), Metadata: map[string]any{"odd": i%2 == 1, "i": i},
		})
		require.NoError(t, err)
		ids = append(ids, record.ID)
		time.Sleep(2 * time.Millisecond) // the order is by time, in milliseconds
	}
	list := func(req mastra.ListThreadsRequest) (*mastra.ThreadPage, string) {
		page, err := memory.ListThreads(within(t), req)
		require.NoError(t, err)
		titles := ""
		for _, record := range page.Threads {
			assert.Contains(t, ids, record.ID)
			titles += record.Title
		}
		return page, titles
	}
	page, titles := list(mastra.ListThreadsRequest{})
	assert.Equal(t, "43210", titles, "the newest first")
	assert.Equal(t, 5, page.Total)
	assert.False(t, page.HasMore)

	page, titles = list(mastra.ListThreadsRequest{PerPage: 2})
	assert.Equal(t, "43", titles)
	assert.True(t, page.HasMore)
	page, titles = list(mastra.ListThreadsRequest{Page: 2, PerPage: 2})
	assert.Equal(t, "0", titles)
	assert.False(t, page.HasMore)
	assert.Equal(t, 5, page.Total)
	page, titles = list(mastra.ListThreadsRequest{Page: 7, PerPage: 2})
	assert.Empty(t, titles, "beyond the end")
	assert.False(t, page.HasMore)

	_, titles = list(mastra.ListThreadsRequest{Order: mastra.Order{Field: mastra.ByCreatedAt, Direction: mastra.Ascending}})
	assert.Equal(t, "01234", titles)
	_, titles = list(mastra.ListThreadsRequest{Metadata: map[string]any{"odd": true}})
	assert.Equal(t, "31", titles)
	_, titles = list(mastra.ListThreadsRequest{Metadata: map[string]any{"odd": true, "i": 3}})
	assert.Equal(t, "3", titles)
	_, titles = list(mastra.ListThreadsRequest{Metadata: map[string]any{"odd": "no"}})
	assert.Empty(t, titles)
}

func TestThread_ListRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	memory := client(t).Memory("assistant")
	_, err := memory.ListThreads(within(t), mastra.ListThreadsRequest{Order: mastra.Order{Field: "colour", Direction: mastra.Ascending}})
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	_, err = memory.ListThreads(within(t), mastra.ListThreadsRequest{Metadata: map[string]any{"odd key": 1}})
	require.ErrorIs(t, err, mastra.ErrServer)
	_, err = memory.ListThreads(within(t), mastra.ListThreadsRequest{Metadata: map[string]any{"k": map[string]any{"nested": 1}}})
	require.ErrorIs(t, err, mastra.ErrServer)
	for _, req := range []mastra.ListThreadsRequest{{Page: -1}, {PerPage: -1}} {
		_, err = memory.ListThreads(within(t), req)
		require.ErrorIs(t, err, mastra.ErrInvalidInput, "refused before it is sent")
	}
}
