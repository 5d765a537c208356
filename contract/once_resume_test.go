package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

func TestResume_CountsOnceWhereverItsAnswerIsLost(t *testing.T) {
	type resumed struct {
		loss
		workflow string
		input    any
		answers  []any
		results  []string // after each answer; none where the run waits again
	}
	cases := map[string]resumed{}
	for name, l := range losses() {
		cases[name+", approval"] = resumed{l, "approval", number{4}, []any{approved{true}}, []string{`{"n":8,"approved":true}`}}
		cases[name+", outer"] = resumed{l, "outer", number{4}, []any{approved{false}}, []string{`{"n":8,"approved":false}`}}
		// An answer that counted twice would be given to the next item too.
		cases[name+", fan"] = resumed{l, "fan", []int{-1, -2, 3}, []any{value{5}, value{7}}, []string{"", `{"big":{"size":"big","sum":30}}`}}
	}
	together(t, cases, func(t *testing.T, x resumed) {
		c, proxy := through(t, x.seed)
		run, at := suspended(t, c.Workflow(x.workflow), x.input)
		proxy.Plan("/resume-stream", x.fault)
		for i, data := range x.answers {
			require.Len(t, at, 1)
			state, err := run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[0], Data: data})
			require.NoError(t, err)
			assert.Zero(t, proxy.Left(), "the fault has happened")
			assert.Equal(t, i+1, proxy.Forwarded("/resume-stream"), "what has arrived is not posted again")
			at = state.Suspensions()
			if x.results[i] == "" {
				require.Equal(t, mastra.RunSuspended, state.Status)
				continue
			}
			assert.Equal(t, mastra.RunSuccess, state.Status)
			assert.JSONEq(t, x.results[i], string(state.Result))
		}
	})
}

func TestResume_CountsOnceThoughItsAnswerIsLostTimeAndAgain(t *testing.T) {
	every := []contract.Fault{contract.DropUnsent, contract.DropSent, contract.CutAnswer}
	together(t, seeds(6), func(t *testing.T, seed uint64) {
		c, proxy := through(t, seed)
		run, _ := suspended(t, c.Workflow("fan"), []int{-1, -2})
		order := make([]contract.Fault, len(every))
		for i, f := range every {
			order[(i+int(seed))%len(every)] = f
		}
		proxy.OnFault(func(contract.Fault) { proxy.OnFault(nil); proxy.Plan("/fan/runs/", order...) }) // the run is read after that
		proxy.Plan("/resume-stream", order[0])
		state, err := run.Resume(within(t), mastra.ResumeRequest{Data: value{5}})
		require.NoError(t, err)
		assert.Zero(t, proxy.Left(), "the faults have happened")
		require.Len(t, state.Suspensions(), 1)
		require.Equal(t, 1, *state.Suspensions()[0].ForEachIndex)

		proxy.Plan("/fan/runs/", order...) // the run is read before and in between
		state, err = run.Resume(within(t), mastra.ResumeRequest{Data: value{7}})
		require.NoError(t, err)
		assert.Zero(t, proxy.Left(), "the faults have happened")
		assert.JSONEq(t, `{"big":{"size":"big","sum":24}}`, string(state.Result))
		assert.Equal(t, 2, proxy.Forwarded("/resume-stream"))
	})
}

func TestResume_MeetsTheRightOneOfTwoBranchesThoughItsAnswerIsLost(t *testing.T) {
	together(t, losses(), func(t *testing.T, l loss) {
		c, proxy := through(t, l.seed)
		run, at := suspended(t, c.Workflow("review"), number{1})
		proxy.Plan("/resume-stream", l.fault)
		state, err := run.Resume(within(t), mastra.ResumeRequest{Suspension: &at[1], Data: approved{false}})
		require.NoError(t, err)
		require.Len(t, state.Suspensions(), 1)
		state, err = run.Resume(within(t), mastra.ResumeRequest{Step: "left", Data: approved{true}})
		require.NoError(t, err)
		assert.JSONEq(t, `{"left":{"approved":true},"right":{"approved":false}}`, string(state.Result))
		assert.Equal(t, 2, proxy.Forwarded("/resume-stream"))
	})
}

func TestResume_WithDataThatDoesNotFitIsRefusedThoughItsAnswerIsLost(t *testing.T) {
	together(t, losses(), func(t *testing.T, l loss) {
		c, proxy := through(t, l.seed)
		run, _ := suspended(t, c.Workflow("approval"), number{4})
		proxy.Plan("/resume-stream", l.fault)
		_, err := run.Resume(within(t), mastra.ResumeRequest{Data: map[string]any{"approved": 7}})
		require.ErrorIs(t, err, mastra.ErrInvalidInput)
		state, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}})
		require.NoError(t, err)
		assert.Equal(t, mastra.RunSuccess, state.Status)
	})
}

func TestResume_StreamedIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			run, _ := suspended(t, c.Workflow("approval"), number{4})
			proxy.Plan("/resume-stream", l.fault)
			s, err := run.ResumeStream(within(t), mastra.ResumeRequest{Data: approved{true}})
			if err != nil {
				require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
			} else if state, err := streamed(t, s, nil).Result(); err != nil {
				require.ErrorIs(t, err, mastra.ErrTruncated)
			} else {
				assert.JSONEq(t, `{"n":8,"approved":true}`, string(state.Result))
			}
			assert.LessOrEqual(t, proxy.Forwarded("/resume-stream"), 1)
			if proxy.Forwarded("/resume-stream") == 1 {
				ended(t, run)
			}
		})
	}
}

func TestResume_DetachedIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			run, _ := suspended(t, c.Workflow("approval"), number{4})
			proxy.Plan("/approval/resume", l.fault)
			err := run.ResumeDetached(within(t), mastra.ResumeRequest{Data: approved{true}})
			require.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Equal(t, 1, failure(t, err).Attempts)
			if l.fault != contract.DropUnsent {
				assert.Equal(t, 1, proxy.Forwarded("/approval/resume"))
				ended(t, run)
			}
		})
	}
}
