package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// follow subscribes to a thread and gives what is said on it: one result for each
// run that ends, in its order.
func follow(t testing.TB, agent *mastra.Agent, thread, user string) <-chan said {
	t.Helper()
	s, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ThreadID: thread, ResourceID: user})
	s = opened(t, s, err)
	out := make(chan said, 100)
	t.Cleanup(func() {
		_ = s.Close()
		for range out { // until the goroutine has noticed
		}
	})
	go func() {
		defer close(out)
		texts := map[string]string{}
		for chunk, err := range s.Chunks() {
			if err != nil {
				return // closed at the end of the test
			}
			switch chunk.Type {
			case "text-delta":
				text, _ := chunk.Text()
				texts[chunk.RunID] += text
			case "finish", "abort", "tool-call-approval":
				out <- said{chunk.RunID, chunk.Type, texts[chunk.RunID]}
			}
		}
	}()
	return out
}

// said is what a run on a thread came to.
type said struct{ runID, end, text string }

// next waits for the next run on a thread to end.
func next(t testing.TB, runs <-chan said) said {
	t.Helper()
	select {
	case run := <-runs:
		return run
	case <-within(t).Done():
		require.Fail(t, "no run has ended on the thread")
		return said{}
	}
}

func TestAgentThread_FollowersSeeEveryRunOnIt(t *testing.T) {
	t.Parallel()
	c := client(t)
	agent := c.Agent("assistant")
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	runs := follow(t, agent, to.ThreadID, to.ResourceID)

	receipt, err := agent.SendMessage(within(t), message(to, "hello é"))
	require.NoError(t, err)
	assert.True(t, receipt.Accepted)
	assert.Equal(t, said{receipt.RunID, "finish", "You said: hello é"}, next(t, runs), "a message starts a run")

	receipt, err = agent.QueueMessage(within(t), message(to, "queued"))
	require.NoError(t, err)
	assert.Equal(t, said{receipt.RunID, "finish", "You said: queued"}, next(t, runs), "and so does one that need not wait")

	receipt, err = agent.SendSignal(within(t), mastra.SendSignalRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID, Signal: signal("user-message", "signalled")})
	require.NoError(t, err)
	require.NotNil(t, receipt.Signal)
	assert.NotEmpty(t, receipt.Signal.ID)
	assert.Equal(t, said{receipt.RunID, "finish", "You said: signalled"}, next(t, runs))

	req := ask("streamed")
	req.Memory = &to
	s, err := agent.Stream(within(t), req)
	res, err := opened(t, s, err).Result()
	require.NoError(t, err)
	assert.Equal(t, said{res.RunID, "finish", "You said: streamed"}, next(t, runs), "other clients' runs too")

	var roles []mastra.Role
	for m, err := range c.Memory("assistant").ForResource(to.ResourceID).Thread(to.ThreadID).Messages(within(t), mastra.ListMessagesRequest{}) {
		require.NoError(t, err)
		roles = append(roles, m.Role)
	}
	assert.Equal(t, []mastra.Role{"signal", "assistant", "signal", "assistant", "signal", "assistant", "user", "assistant"}, roles)
}

// message is a user's text for a thread.
func message(to mastra.MemoryRef, text string) mastra.SendMessageRequest {
	return mastra.SendMessageRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID, Message: text}
}

// begun waits until a run on the thread is active.
func begun(t testing.TB, agent *mastra.Agent, to mastra.MemoryRef, text string) string {
	t.Helper()
	s, err := agent.SubscribeThread(within(t), mastra.SubscribeThreadRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID})
	s = opened(t, s, err)
	defer func() { assert.NoError(t, s.Close()) }()
	receipt, err := agent.SendMessage(within(t), message(to, text))
	require.NoError(t, err)
	for chunk, err := range s.Chunks() {
		require.NoError(t, err)
		if chunk.Type == "text-delta" {
			break
		}
	}
	return receipt.RunID
}

func TestAgentThread_ActiveRunIsStopped(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	runs := follow(t, agent, to.ThreadID, to.ResourceID)
	abort := mastra.AbortThreadRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID}

	aborted, err := agent.AbortThread(within(t), abort)
	require.NoError(t, err)
	assert.False(t, aborted, "nothing runs")

	runID := begun(t, agent, to, "slow:400")
	other := abort
	other.ExpectedRunID = unique("run")
	aborted, err = agent.AbortThread(within(t), other)
	require.NoError(t, err)
	assert.False(t, aborted, "another run was expected")
	abort.ExpectedRunID = runID
	aborted, err = agent.AbortThread(within(t), abort)
	require.NoError(t, err)
	assert.True(t, aborted)
	stopped := next(t, runs)
	assert.Equal(t, runID, stopped.runID)
	assert.Equal(t, "abort", stopped.end)
	assert.Contains(t, stopped.text, "chunk-0 ")
	assert.NotContains(t, stopped.text, "chunk-399 ")
}

func TestAgentThread_QueuedMessageWaitsForTheActiveRun(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	runs := follow(t, agent, to.ThreadID, to.ResourceID)
	active := begun(t, agent, to, "slow:20")
	receipt, err := agent.QueueMessage(within(t), message(to, "later"))
	require.NoError(t, err)
	assert.NotEqual(t, active, receipt.RunID)
	first, second := next(t, runs), next(t, runs)
	assert.Equal(t, active, first.runID)
	assert.Contains(t, first.text, "chunk-19 ")
	assert.Equal(t, said{receipt.RunID, "finish", "You said: later"}, second)
}

func TestAgentThread_MessageToAnActiveRunIsAccepted(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	to := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
	active := begun(t, agent, to, "slow:400")
	receipt, err := agent.SendMessage(within(t), mastra.SendMessageRequest{RunID: active, Message: "more"})
	require.NoError(t, err)
	assert.Equal(t, active, receipt.RunID)
	receipt, err = agent.SendSignal(within(t), mastra.SendSignalRequest{RunID: active, Signal: signal("system-reminder", "mind the gap")})
	require.NoError(t, err)
	assert.Equal(t, active, receipt.RunID)
	_, err = agent.AbortThread(within(t), mastra.AbortThreadRequest{ThreadID: to.ThreadID, ResourceID: to.ResourceID})
	require.NoError(t, err)
}

func TestAgentThread_MessageToARunThatIsNotThereIsRefused(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	for name, send := range map[string]func(runID, threadID string) error{
		"message": func(runID, threadID string) error {
			_, err := agent.SendMessage(within(t), mastra.SendMessageRequest{RunID: runID, ThreadID: threadID, Message: "x"})
			return err
		},
		"queue": func(runID, threadID string) error {
			_, err := agent.QueueMessage(within(t), mastra.SendMessageRequest{RunID: runID, ThreadID: threadID, Message: "x"})
			return err
		},
		"signal": func(runID, threadID string) error {
			_, err := agent.SendSignal(within(t), mastra.SendSignalRequest{RunID: runID, ThreadID: threadID, Signal: signal("user-message", "x")})
			return err
		},
	} {
		err := send(unique("run"), "")
		require.ErrorIs(t, err, mastra.ErrServer, name)
		assert.Equal(t, 1, failure(t, err).Attempts, name)
		assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, name)
		for what, threadID := range map[string]string{"neither run nor thread": "", "a thread without its resource": "t"} {
			var e *mastra.Error
			err := send("", threadID)
			require.ErrorIs(t, err, mastra.ErrInvalidInput, "%s: %s", name, what)
			require.NotErrorAs(t, err, &e, "%s: %s is refused before it is sent", name, what)
		}
	}
	err := sendKind(t, agent, "no such kind")
	require.ErrorIs(t, err, mastra.ErrBadRequest)
}

func sendKind(t testing.TB, agent *mastra.Agent, kind string) error {
	_, err := agent.SendSignal(within(t), mastra.SendSignalRequest{ThreadID: "t", ResourceID: "u", Signal: signal(kind, "x")})
	return err
}

func TestAgentThread_ToolCallIsAnsweredForItsFollowers(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("assistant")
	for name, x := range map[string]struct {
		approved bool
		text     string
	}{
		"approved": {true, saidVase},
		"declined": {false, `Tool said: [{"type":"text","value":"Tool call was not approved by the user"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			ref := mastra.MemoryRef{ThreadID: unique("thread"), ResourceID: unique("user")}
			req := ask(vase)
			req.Memory = &ref
			res, err := agent.Generate(within(t), req)
			require.NoError(t, err)
			require.Len(t, res.Pending(), 1)

			of := mastra.ListSuspendedRunsRequest{ThreadID: ref.ThreadID, ResourceID: ref.ResourceID}
			page, err := agent.ListSuspendedRuns(within(t), of)
			require.NoError(t, err)
			assert.Equal(t, 1, page.Total)
			require.Len(t, page.Runs, 1)
			require.Len(t, page.Runs[0].ToolCalls, 1)
			assert.Equal(t, res.RunID, page.Runs[0].RunID)
			assert.Equal(t, res.Pending()[0].ToolCallID, page.Runs[0].ToolCalls[0].ToolCallID)
			assert.True(t, page.Runs[0].ToolCalls[0].RequiresApproval)
			assert.Equal(t, ref.ResourceID, page.Runs[0].ResourceID)

			runs := follow(t, agent, ref.ThreadID, ref.ResourceID)
			answer := mastra.ToolApprovalRequest{ThreadID: ref.ThreadID, ResourceID: ref.ResourceID, ToolCallID: res.Pending()[0].ToolCallID, Approved: x.approved}
			runID, err := agent.SendToolApproval(within(t), answer)
			require.NoError(t, err)
			assert.Equal(t, res.RunID, runID)
			assert.Equal(t, said{runID, "finish", x.text}, next(t, runs))

			page, err = agent.ListSuspendedRuns(within(t), of)
			require.NoError(t, err)
			assert.Empty(t, page.Runs)
			_, err = agent.SendToolApproval(within(t), answer)
			require.ErrorIs(t, err, mastra.ErrServer, "it was answered")
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
		})
	}
}

func TestSuspendedRuns_AreListedByPage(t *testing.T) {
	t.Parallel()
	c := client(t)
	agent := c.Agent("assistant")
	user := unique("user")
	thread := unique("thread")
	for range 3 {
		req := ask(asks)
		req.Memory = &mastra.MemoryRef{ThreadID: thread, ResourceID: user}
		_, err := agent.Generate(within(t), req)
		require.NoError(t, err)
	}
	page := func(req mastra.ListSuspendedRunsRequest) *mastra.SuspendedRunPage {
		req.ResourceID = user
		page, err := agent.ListSuspendedRuns(within(t), req)
		require.NoError(t, err)
		return page
	}
	all := page(mastra.ListSuspendedRunsRequest{})
	assert.Equal(t, 3, all.Total)
	require.Len(t, all.Runs, 3)
	assert.False(t, all.Runs[0].SuspendedAt.Before(all.Runs[2].SuspendedAt.Time), "the newest first")
	first := page(mastra.ListSuspendedRunsRequest{PerPage: 1})
	assert.Equal(t, 3, first.Total)
	require.Len(t, first.Runs, 1)
	assert.Equal(t, all.Runs[0].RunID, first.Runs[0].RunID)
	assert.Equal(t, all.Runs[1].RunID, page(mastra.ListSuspendedRunsRequest{Page: 1, PerPage: 1}).Runs[0].RunID)
	assert.Empty(t, page(mastra.ListSuspendedRunsRequest{Page: 9, PerPage: 1}).Runs)
	assert.Empty(t, page(mastra.ListSuspendedRunsRequest{Since: all.Runs[0].SuspendedAt.AddDate(1, 0, 0)}).Runs)
	assert.Len(t, page(mastra.ListSuspendedRunsRequest{Until: all.Runs[0].SuspendedAt.AddDate(1, 0, 0)}).Runs, 3)

	var ids []string
	for run, err := range agent.SuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{ResourceID: user, PerPage: 2}) {
		require.NoError(t, err)
		ids = append(ids, run.RunID)
	}
	assert.Equal(t, []string{all.Runs[0].RunID, all.Runs[1].RunID, all.Runs[2].RunID}, ids, "the iterator walks the pages")

	_, err := agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{ThreadID: unique("thread")})
	require.ErrorIs(t, err, mastra.ErrForbidden, "a thread that is not there")
	_, err = agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{ThreadID: thread, ResourceID: unique("stranger")})
	require.ErrorIs(t, err, mastra.ErrForbidden)
	_, err = agent.ListSuspendedRuns(within(t), mastra.ListSuspendedRunsRequest{PerPage: -1})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
}
