package contract_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// Of answers by one client at once to several places of a run each is carried out, one
// after the other, and of several to one place one.
func TestResume_OfSeveralPlacesAtOnceEachCountsOnce(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for way, resume := range resumes(t) {
		for name, x := range map[string]struct{ times, ms int }{
			"in a moment": {1, 0}, "while the others work": {1, 150}, "each twice": {2, 50},
		} {
			t.Run(way+", "+name, func(t *testing.T) {
				t.Parallel()
				c, _ := recorded(t, url)
				for _, workflow := range []string{"room", "street", "hotel"} {
					run := c.Workflow(workflow).NewRun()
					var input any = visit{run.ID()}
					if workflow == "hotel" {
						input = []visit{{run.ID()}, {run.ID()}, {run.ID()}}
					}
					all := waitsAt(t, run, input)
					errs := make([]error, len(all)*x.times)
					var atOnce sync.WaitGroup
					for i := range errs {
						at := &all[i%len(all)]
						atOnce.Go(func() {
							errs[i] = resume(run, mastra.ResumeRequest{Suspension: at, Data: reply{word(*at), x.ms}})
						})
					}
					atOnce.Wait()
					good := 0
					for _, err := range errs {
						if err == nil {
							good++
							continue
						}
						assert.ErrorIs(t, err, mastra.ErrNotSuspended, workflow)
					}
					assert.Equal(t, len(all), good, workflow)
					ended(t, run)
					state, err := run.Get(within(t))
					require.NoError(t, err)
					got, err := mastra.ResultAs[heard[any]](state)
					require.NoError(t, err, workflow)
					for _, n := range got.Answers {
						assert.Equal(t, len(all), n, "%s: %s", workflow, state.Result)
					}
				}
			})
		}
	}
}
