package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestRun_ListIsByOwnerStatusTimeAndPage(t *testing.T) {
	t.Parallel()
	w := client(t).Workflow("doubler")
	user := unique("user")
	start := time.Now().Add(-time.Minute)
	var ids []string
	for _, n := range []int{1, 2, -1, 4} {
		run := w.NewRun()
		_, err := run.Start(within(t), mastra.StartRequest{Input: number{n}, ResourceID: user})
		require.NoError(t, err)
		ids = append(ids, run.ID())
		time.Sleep(2 * time.Millisecond) // the order is by time, in milliseconds
	}
	list := func(req mastra.ListRunsRequest) ([]string, *mastra.RunPage) {
		req.ResourceID = user
		page, err := w.ListRuns(within(t), req)
		require.NoError(t, err)
		var out []string
		for i := range page.Runs {
			out = append(out, page.Runs[i].RunID)
		}
		return out, page
	}
	newest, page := list(mastra.ListRunsRequest{})
	assert.Equal(t, []string{ids[3], ids[2], ids[1], ids[0]}, newest, "the newest first")
	assert.Equal(t, 4, page.Total)
	assert.JSONEq(t, `{"n":8}`, string(page.Runs[0].Result), "each with its whole state")
	assert.JSONEq(t, `{"n":4}`, string(page.Runs[0].Input))
	assert.Equal(t, mastra.RunSuccess, page.Runs[0].Status)
	assert.Equal(t, "doubler", page.Runs[0].WorkflowID)
	assert.Equal(t, user, page.Runs[0].ResourceID)
	assert.Contains(t, page.Runs[0].Steps, "double")
	require.Error(t, page.Runs[1].Err())

	some, page := list(mastra.ListRunsRequest{PerPage: 1})
	assert.Equal(t, newest[:1], some)
	assert.Equal(t, 4, page.Total)
	some, _ = list(mastra.ListRunsRequest{Page: 1, PerPage: 3})
	assert.Equal(t, newest[3:], some)
	some, page = list(mastra.ListRunsRequest{Page: 1_000_000, PerPage: 2})
	assert.Empty(t, some, "beyond the end")
	assert.Equal(t, 4, page.Total)
	some, page = list(mastra.ListRunsRequest{Status: mastra.RunFailed})
	assert.Equal(t, ids[2:3], some)
	assert.Equal(t, 1, page.Total)
	some, _ = list(mastra.ListRunsRequest{Status: mastra.RunSuspended})
	assert.Empty(t, some)
	some, _ = list(mastra.ListRunsRequest{Since: start, Until: time.Now().Add(time.Minute)})
	assert.Equal(t, newest, some)
	some, _ = list(mastra.ListRunsRequest{Until: start})
	assert.Empty(t, some)

	var all []string
	for run, err := range w.Runs(within(t), mastra.ListRunsRequest{ResourceID: user, PerPage: 3}) {
		require.NoError(t, err)
		all = append(all, run.RunID)
	}
	assert.Equal(t, newest, all)
}

func TestRun_ListRefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	c := client(t)
	_, err := c.Workflow("doubler").ListRuns(within(t), mastra.ListRunsRequest{Status: "tired"})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.Equal(t, "status", failure(t, err).Issues[0].Field)
	_, err = c.Workflow("nothing").ListRuns(within(t), mastra.ListRunsRequest{})
	require.ErrorIs(t, err, mastra.ErrNotFound)
	for _, req := range []mastra.ListRunsRequest{{Page: -1}, {PerPage: -1}} {
		_, err = c.Workflow("doubler").ListRuns(within(t), req)
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
	}
	for _, err := range c.Workflow("nothing").Runs(within(t), mastra.ListRunsRequest{}) {
		require.ErrorIs(t, err, mastra.ErrNotFound)
	}
}

func TestRun_IsDeletedOnce(t *testing.T) {
	t.Parallel()
	run := doubled(t, client(t))
	require.NoError(t, run.Delete(within(t)))
	_, err := run.Get(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound)
	err = run.Delete(within(t))
	require.ErrorIs(t, err, mastra.ErrNotFound, "twice")
	assert.Equal(t, 1, failure(t, err).Attempts)
}

func TestRun_ThoseInProgressAndWaitingAreCounted(t *testing.T) {
	t.Parallel()
	c := client(t)
	run, _ := suspended(t, c.Workflow("outer"), number{1})
	slow := c.Workflow("slowly").NewRun()
	require.NoError(t, slow.StartDetached(within(t), mastra.StartRequest{Input: map[string]int{"ms": 60_000}}))
	// Other tests' runs are counted too, and the server counts every few seconds only.
	until(t, "the runs are counted", func() bool {
		counts, err := c.Workflows().RunCounts(within(t))
		require.NoError(t, err)
		require.Contains(t, counts, "doubler")
		return counts["outer"].Suspended > 0 && counts["slowly"].Running > 0
	})
	require.NoError(t, slow.Cancel(within(t)))
	_, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
	require.NoError(t, err)
}
