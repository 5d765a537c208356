package contract_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// visit is the input of the workflows that wait deep within, and reply an answer to them.
type visit struct {
	Key string `json:"key"`
}

type reply struct {
	Say string `json:"say"`
	MS  int    `json:"ms"` // that the step takes with it
}

// resumes are the ways to answer a suspension.
func resumes(t *testing.T) map[string]func(*mastra.Run, mastra.ResumeRequest) error {
	return map[string]func(*mastra.Run, mastra.ResumeRequest) error{
		"whole": func(run *mastra.Run, req mastra.ResumeRequest) error {
			_, err := run.Resume(within(t), req)
			return err
		},
		"streamed": func(run *mastra.Run, req mastra.ResumeRequest) error {
			s, err := run.ResumeStream(within(t), req)
			if err != nil {
				return err
			}
			defer s.Close()
			_, err = s.Result()
			return err
		},
		"detached": func(run *mastra.Run, req mastra.ResumeRequest) error { return run.ResumeDetached(within(t), req) },
	}
}

// waitsAt starts a run and gives where it waits, as stored before anything is answered.
func waitsAt(t *testing.T, run *mastra.Run, input any) []mastra.Suspension {
	t.Helper()
	_, err := run.Start(within(t), mastra.StartRequest{Input: input})
	require.NoError(t, err)
	state, err := run.Get(within(t)) // which tells of every place
	require.NoError(t, err)
	require.Equal(t, mastra.RunSuspended, state.Status)
	return stored(t, state.Suspensions())
}

// names are the places by name.
func names(all []mastra.Suspension) (out []string) {
	for _, at := range all {
		out = append(out, at.Step)
	}
	return out
}

// orders are those in which so many suspensions are answered.
func orders(n int) map[string][]int {
	given := make([]int, n)
	for i := range given {
		given[i] = i
	}
	back := slices.Clone(given)
	slices.Reverse(back)
	return map[string][]int{"in their order": given, "backwards": back, "from the middle": append(slices.Clone(given[n/2:]), given[:n/2]...)}
}

// answerAll answers the suspensions with their names. Each is answered again, which is
// refused and changes nothing.
func answerAll(t *testing.T, run *mastra.Run, resume func(*mastra.Run, mastra.ResumeRequest) error, all []mastra.Suspension, order []int) {
	t.Helper()
	for _, i := range order {
		req := mastra.ResumeRequest{Suspension: &all[i], Data: reply{Say: word(all[i])}}
		require.NoError(t, resume(run, req))
		req.Data = reply{Say: "again"}
		require.ErrorIs(t, resume(run, req), mastra.ErrNotSuspended, "%s was answered", all[i].Step)
	}
	ended(t, run)
}

// word is what is said at a place.
func word(at mastra.Suspension) string {
	if at.ForEachIndex != nil {
		return at.Step + string(rune('0'+*at.ForEachIndex))
	}
	return at.Step
}

// heard is the result of a workflow that counts the answers which were carried out.
type heard[T any] struct {
	Heard   T     `json:"heard"`
	Answers []int `json:"answers"`
}

type voice struct {
	Said string `json:"said"`
	Key  string `json:"key"`
}

func TestSuspension_OfEachPlaceDeepWithinIsAnsweredInAnyOrder(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for _, x := range []struct {
		workflow string
		places   []string
		asks     []string
	}{
		{"room", []string{"door", "window"}, []string{"door", "window"}},
		{"house", []string{"room.door", "room.window", "gate"}, []string{"door", "window", "gate"}},
		{"street", []string{"house.room.door", "house.room.window", "house.gate"}, []string{"door", "window", "gate"}},
		{"dotted", []string{"a.b", "a.c"}, []string{"a.b", "a.c"}},
		{"dottedHouse", []string{"dotted.a.b", "dotted.a.c"}, []string{"a.b", "a.c"}},
	} {
		t.Run(x.workflow, func(t *testing.T) {
			t.Parallel()
			one, _ := recorded(t, url)
			other, _ := recorded(t, url)
			for way, resume := range resumes(t) {
				for name, order := range orders(len(x.places)) {
					run := one.Workflow(x.workflow).NewRun()
					all := waitsAt(t, run, visit{run.ID()})
					require.Equal(t, x.places, names(all))
					for i, at := range all {
						payload, err := json.Marshal(map[string]string{"ask": x.asks[i], "key": run.ID()})
						require.NoError(t, err)
						assert.JSONEq(t, string(payload), string(at.Payload), at.Step)
						assert.Equal(t, x.asks[i], at.Path[len(at.Path)-1])
						assert.False(t, at.SuspendedAt.IsZero(), at.Step)
						assert.Nil(t, at.ForEachIndex, at.Step)
					}
					answerAll(t, other.Workflow(x.workflow).Run(run.ID()), resume, all, order)
					state, err := run.Get(within(t))
					require.NoError(t, err)
					require.Equal(t, mastra.RunSuccess, state.Status, "%s, %s: %v", way, name, state.Err())
					got, err := mastra.ResultAs[heard[json.RawMessage]](state)
					require.NoError(t, err)
					assert.Equal(t, []int{len(all)}, got.Answers, "%s, %s", way, name)
					for _, at := range all {
						assert.Equal(t, at.Step, saidAt(t, got.Heard, at), "%s, %s", way, name)
					}
				}
			}
		})
	}
}

// saidAt finds, in the result of the outermost workflow, what was said at a place.
func saidAt(t *testing.T, heardAll json.RawMessage, at mastra.Suspension) string {
	t.Helper()
	path := at.Path
	if at.WorkflowID == "street" || at.WorkflowID == "dottedHouse" {
		path = path[1:] // whose only step gives the result
	}
	for i, id := range path {
		var members map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(heardAll, &members))
		heardAll = members[id]
		if i < len(path)-1 {
			var within heard[json.RawMessage]
			require.NoError(t, json.Unmarshal(heardAll, &within))
			heardAll = within.Heard
		}
	}
	var v voice
	require.NoError(t, json.Unmarshal(heardAll, &v))
	return v.Said
}

func TestSuspension_OfEachItemIsAnsweredLate(t *testing.T) {
	t.Parallel()
	url := own(t, contract.Config{Extra: true}).URL()
	for _, x := range []struct {
		workflow, step string
		inOrder        bool // the server answers no other way
	}{{"hotel", "suite", false}, {"village", "cottage.door", true}} {
		t.Run(x.workflow, func(t *testing.T) {
			t.Parallel()
			one, _ := recorded(t, url)
			other, _ := recorded(t, url)
			for way, resume := range resumes(t) {
				for name, order := range orders(3) {
					run := one.Workflow(x.workflow).NewRun()
					visits := []visit{{run.ID() + "-0"}, {run.ID() + "-1"}, {run.ID() + "-2"}}
					all := waitsAt(t, run, visits)
					require.Equal(t, []string{x.step, x.step, x.step}, names(all))
					for i, at := range all {
						assert.Equal(t, i, *at.ForEachIndex)
						assert.Contains(t, string(at.Payload), visits[i].Key)
					}
					elsewhere := other.Workflow(x.workflow).Run(run.ID())
					if first := order[0]; x.inOrder && first > 0 {
						require.ErrorIs(t, resume(elsewhere, mastra.ResumeRequest{Suspension: &all[first]}), mastra.ErrConflict, "%s, %s", way, name)
						slices.Sort(order)
					}
					answerAll(t, elsewhere, resume, all, order)
					state, err := run.Get(within(t))
					require.NoError(t, err)
					got, err := mastra.ResultAs[heard[[]voice]](state)
					require.NoError(t, err, "%s, %s", way, name)
					want := heard[[]voice]{Answers: []int{1, 1, 1}}
					for i, at := range all {
						want.Heard = append(want.Heard, voice{word(at), visits[i].Key})
					}
					assert.Equal(t, want, got, "%s, %s", way, name)
				}
			}
		})
	}
	t.Run("since the server gives it to the first item whose workflow waits", func(t *testing.T) {
		t.Parallel()
		c, _ := recorded(t, url)
		run := c.Workflow("village").NewRun()
		waitsAt(t, run, []visit{{"first"}, {"second"}})
		path := "/workflows/village/resume-async?runId=" + run.ID()
		_, err := do(t, c, "POST", path, `{"step":["cottage","door"],"forEachIndex":1,"resumeData":{"say":"for the second","ms":0}}`)
		require.NoError(t, err)
		state, err := run.Get(within(t))
		require.NoError(t, err)
		var told struct {
			Meta struct {
				Items []struct{ Output voice } `json:"foreachOutput"`
			} `json:"__workflow_meta"`
		}
		require.NoError(t, json.Unmarshal(state.Steps["cottage"].SuspendPayload, &told))
		require.Len(t, told.Meta.Items, 2)
		assert.Equal(t, voice{"for the second", "first"}, told.Meta.Items[1].Output)
	})
	t.Run("one at a time", func(t *testing.T) {
		t.Parallel()
		one, _ := recorded(t, url)
		other, _ := recorded(t, url)
		for way, resume := range resumes(t) {
			run := one.Workflow("inn").NewRun()
			first := waitsAt(t, run, []visit{{run.ID() + "-0"}, {run.ID() + "-1"}})
			require.Len(t, first, 1)
			elsewhere := other.Workflow("inn").Run(run.ID())
			require.NoError(t, resume(elsewhere, mastra.ResumeRequest{Suspension: &first[0], Data: reply{Say: "a"}}), way)
			require.ErrorIs(t, resume(elsewhere, mastra.ResumeRequest{Suspension: &first[0], Data: reply{Say: "again"}}), mastra.ErrNotSuspended, "%s: the next one's is another", way)
			state, err := run.Wait(within(t))
			require.NoError(t, err)
			second := stored(t, state.Suspensions())
			require.Len(t, second, 1)
			assert.Equal(t, 1, *second[0].ForEachIndex)
			require.NoError(t, resume(elsewhere, mastra.ResumeRequest{Suspension: &second[0], Data: reply{Say: "b"}}), way)
			ended(t, run)
			for _, at := range append(first, second...) {
				require.ErrorIs(t, resume(elsewhere, mastra.ResumeRequest{Suspension: &at, Data: reply{Say: "again"}}), mastra.ErrNotSuspended, way)
			}
			state, err = run.Get(within(t))
			require.NoError(t, err)
			got, err := mastra.ResultAs[heard[[]voice]](state)
			require.NoError(t, err, way)
			assert.Equal(t, heard[[]voice]{[]voice{{"a", run.ID() + "-0"}, {"b", run.ID() + "-1"}}, []int{1, 1}}, got, way)
		}
	})
}
