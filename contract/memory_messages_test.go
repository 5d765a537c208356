package contract_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func texts(messages []mastra.StoredMessage) []string {
	out := make([]string, len(messages))
	for i := range messages {
		out[i] = messages[i].Text()
	}
	return out
}

func TestStoredMessage_IsSavedOnceWithIDAndTimeAndRead(t *testing.T) {
	t.Parallel()
	memory, thread, user := threadOf(t, client(t))
	batch := []mastra.StoredMessage{mastra.NewStoredMessage("user", "one é"), mastra.NewStoredMessage("assistant", "two")}
	for i := range batch {
		batch[i].ThreadID = thread.ID()
	}
	saved, err := memory.SaveMessages(within(t), batch)
	require.NoError(t, err)
	require.Len(t, saved, 2)
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, 2, page.Total)
	assert.False(t, page.HasMore)
	for from, messages := range map[string][]mastra.StoredMessage{"the answer": saved, "the record": page.Messages} {
		require.Equal(t, []string{"one é", "two"}, texts(messages), from)
		for i, role := range []mastra.Role{"user", "assistant"} {
			assert.Equal(t, role, messages[i].Role, from)
			assert.Equal(t, thread.ID(), messages[i].ThreadID, from)
			assert.Equal(t, user, messages[i].ResourceID, from)
			assert.NotEmpty(t, messages[i].ID, from)
			assert.False(t, messages[i].CreatedAt.IsZero(), from)
		}
	}

	saved[0].Content.Parts[0].Text = "one, corrected"
	_, err = memory.SaveMessages(within(t), saved)
	require.NoError(t, err)
	page, err = thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"one, corrected", "two"}, texts(page.Messages), "an id that exists is overwritten")
}

func TestStoredMessage_OfTheOlderFormatIsRead(t *testing.T) {
	t.Parallel()
	c := client(t)
	_, thread, user := threadOf(t, c)
	for i, content := range []string{`"a text"`, `[{"type":"text","text":"a part"}]`} {
		_, err := do(t, c, "POST", "/memory/save-messages?agentId=assistant", fmt.Sprintf(
			`{"messages":[{"id":%q,"role":"user","threadId":%q,"resourceId":%q,"createdAt":"2026-01-01T00:00:0%d.000Z","type":"text","content":%s}]}`,
			unique("m"), thread.ID(), user, i, content))
		require.NoError(t, err)
	}
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a text", "a part"}, texts(page.Messages))
}

func TestStoredMessage_PageZeroHoldsTheNewestTheOldestOfThemFirst(t *testing.T) {
	t.Parallel()
	memory, thread, _ := threadOf(t, client(t))
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	batch := make([]mastra.StoredMessage, 45)
	for i := range batch {
		batch[i] = mastra.NewStoredMessage("user", fmt.Sprint(i))
		batch[i].ThreadID = thread.ID()
		batch[i].CreatedAt = mastra.Time{Time: start.Add(time.Duration(i) * time.Minute)}
	}
	_, err := memory.SaveMessages(within(t), batch)
	require.NoError(t, err)
	page := func(req mastra.ListMessagesRequest) ([]string, *mastra.MessagePage) {
		p, err := thread.ListMessages(within(t), req)
		require.NoError(t, err)
		return texts(p.Messages), p
	}
	list, p := page(mastra.ListMessagesRequest{})
	require.Len(t, list, 40, "the server's own page size")
	assert.Equal(t, "5", list[0])
	assert.Equal(t, "44", list[39])
	assert.True(t, p.HasMore)
	assert.Equal(t, 45, p.Total)

	list, p = page(mastra.ListMessagesRequest{PerPage: 2})
	assert.Equal(t, []string{"43", "44"}, list)
	assert.True(t, p.HasMore)
	list, p = page(mastra.ListMessagesRequest{Page: 1, PerPage: 2})
	assert.Equal(t, []string{"41", "42"}, list)
	assert.Equal(t, 1, p.Page)
	list, p = page(mastra.ListMessagesRequest{Page: 22, PerPage: 2})
	assert.Equal(t, []string{"0"}, list)
	assert.False(t, p.HasMore)
	list, _ = page(mastra.ListMessagesRequest{Page: 23, PerPage: 2})
	assert.Empty(t, list, "beyond the end")
	list, _ = page(mastra.ListMessagesRequest{PerPage: 1_000_000})
	assert.Len(t, list, 45)

	list, _ = page(mastra.ListMessagesRequest{Since: start.Add(10 * time.Minute), Until: start.Add(12 * time.Minute)})
	assert.Equal(t, []string{"10", "11", "12"}, list)
	list, _ = page(mastra.ListMessagesRequest{Since: start.Add(43 * time.Minute)})
	assert.Equal(t, []string{"43", "44"}, list)
	for _, req := range []mastra.ListMessagesRequest{{Page: -1}, {PerPage: -1}} {
		_, err := thread.ListMessages(within(t), req)
		require.ErrorIs(t, err, mastra.ErrInvalidInput, "refused before it is sent")
	}
}

func TestStoredMessage_AllAreSavedOrNone(t *testing.T) {
	t.Parallel()
	c := client(t)
	memory, thread, user := threadOf(t, c)
	for name, body := range map[string]string{
		"no thread":  `{"messages":[{"id":"a","role":"user","threadId":%q,"resourceId":%q,"content":"x"},{"id":"b","role":"user","content":"y"}]}`,
		"wrong type": `{"messages":{"threadId":%q,"resourceId":%q}}`,
	} {
		_, err := do(t, c, "POST", "/memory/save-messages?agentId=assistant", fmt.Sprintf(body, thread.ID(), user))
		require.ErrorIs(t, err, mastra.ErrBadRequest, name)
	}
	_, err := memory.SaveMessages(within(t), []mastra.StoredMessage{mastra.NewStoredMessage("user", "without a thread")})
	require.ErrorIs(t, err, mastra.ErrInvalidInput, "refused before it is sent")
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Empty(t, page.Messages)
}

func TestMemory_ConversationIsRememberedAndStored(t *testing.T) {
	t.Parallel()
	c := client(t)
	ref := &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	agent := c.Agent("assistant")
	for i, text := range []string{"first", "second"} {
		req := ask(text)
		req.Memory = ref
		if i == 0 {
			s, err := agent.Stream(within(t), req)
			_, err = opened(t, s, err).Result()
			require.NoError(t, err)
			continue
		}
		res, err := agent.Generate(within(t), req)
		require.NoError(t, err)
		messages, err := res.Messages()
		require.NoError(t, err)
		assert.Equal(t, []string{"first", "You said: first", "second", "You said: second"}, texts(messages))
	}
	thread := c.Memory("assistant").ForResource(ref.ResourceID).Thread(ref.ThreadID)
	page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	assert.Equal(t, []string{"first", "You said: first", "second", "You said: second"}, texts(page.Messages))

	t.Run("and not where it is read only", func(t *testing.T) {
		req := ask("third")
		readOnly := *ref
		readOnly.ReadOnly = true
		req.Memory = &readOnly
		_, err := agent.Generate(within(t), req)
		require.NoError(t, err)
		page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
		require.NoError(t, err)
		assert.Equal(t, 4, page.Total)
	})
}

func TestThread_MadeByAnAgentsCallHasNoTitleWhateverTheCallSays(t *testing.T) {
	t.Parallel()
	c := client(t)
	thread := unique("thread")
	_, err := do(t, c, "POST", "/agents/assistant/generate", `{"messages":"hi","memory":{"resource":"user","thread":{"id":"`+thread+`","title":"Talk","metadata":{"k":"v"}}}}`)
	require.NoError(t, err)
	record, err := c.Memory("assistant").Thread(thread).Get(within(t))
	require.NoError(t, err)
	assert.Equal(t, "user", record.ResourceID)
	assert.Empty(t, record.Title)
	assert.Empty(t, record.Metadata)
}

func TestStoredMessage_ToolCallHasItsResult(t *testing.T) {
	t.Parallel()
	c := client(t)
	ref := &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	req := ask(`tool:weather {"city":"Rome"}`)
	req.Memory = ref
	_, err := c.Agent("assistant").Generate(within(t), req)
	require.NoError(t, err)
	page, err := c.Memory("").Thread(ref.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.Len(t, page.Messages, 2)
	var call *mastra.MessagePart
	for _, part := range page.Messages[1].Content.Parts {
		if part.Type == "tool-invocation" {
			call = &part
		}
	}
	require.NotNil(t, call)
	require.NotNil(t, call.ToolInvocation)
	assert.Equal(t, "weather", call.ToolInvocation.ToolName)
	assert.JSONEq(t, `{"city":"Rome","tempC":4}`, string(call.ToolInvocation.Result))
	again, err := json.Marshal(page.Messages)
	require.NoError(t, err)
	var kept []mastra.StoredMessage
	require.NoError(t, json.Unmarshal(again, &kept))
	assert.Equal(t, texts(page.Messages), texts(kept))
}

func TestStoredMessage_AnswerThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	c := client(t)
	ref := &mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	req := ask("fail-after:3")
	req.Memory = ref
	s, err := c.Agent("assistant").Stream(within(t), req)
	_, err = opened(t, s, err).Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
	page, err := c.Memory("assistant").Thread(ref.ThreadID).ListMessages(within(t), mastra.ListMessagesRequest{})
	require.NoError(t, err)
	require.Len(t, page.Messages, 2)
	assert.Equal(t, "fail-after:3", page.Messages[0].Text())
	parts := page.Messages[1].Content.Parts
	require.NotEmpty(t, parts)
	assert.Equal(t, "error", parts[len(parts)-1].Type)
	assert.Empty(t, page.Messages[1].Text())
}

func TestMemory_NeedsAResource(t *testing.T) {
	t.Parallel()
	req := ask("hi")
	req.Memory = &mastra.MemoryRef{ThreadID: unique("thread")}
	_, err := client(t).Agent("assistant").Generate(within(t), req)
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Contains(t, failure(t, err).Message, "resource ID is required")
}
