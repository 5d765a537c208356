package differential_test

import (
	"math/rand/v2"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/contract/differential"
	"github.com/mastra-go/mastra/mockserver"
)

const fewestMutations = 20

// spoilt spoils one answer of the mock server in each way, and looks whether the
// comparison with the real server sees it.
func spoilt(t *testing.T, played []performance) {
	mutations := differential.Mutations()
	assert.GreaterOrEqual(t, len(mutations), fewestMutations)
	for seed, m := range mutations {
		t.Run(m.Name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(uint64(seed), 1))
			p, n, ok := spoilable(r, m, played)
			require.True(t, ok, "no answer can be spoilt so")
			scene := differential.Spoil(p.mock.Scene, n)
			scene.Exchanges = scene.Exchanges[:n+1]

			server := mockserver.New(contract.MockOptions(config(scene))...)
			defer server.Close()
			spoiler := httptest.NewServer(differential.Spoiler(server, func(a differential.Answer) differential.Answer {
				changed, _ := m.Change(r, a)
				return changed
			}))
			defer spoiler.Close()
			mock := differential.Play(t.Context(), scene, spoiler.URL)

			p.real.Scene, p.real.Answers = scene, p.real.Answers[:n+1]
			caught := report(t, []performance{{p.real, mock}}).Different
			require.NotEmpty(t, caught, "exchange %q", scene.Exchanges[n].Title)
			last := caught[len(caught)-1]
			assert.Equal(t, scene.Exchanges[n].Title, last.Exchange.Title, "the spoilt exchange is the one that differs")
			t.Logf("%s: %s", last.Name(), last.Differences[0])
		})
	}
}

// spoilable chooses an answer, by chance, that can be spoilt, and that is the same
// on both servers otherwise.
func spoilable(r *rand.Rand, m differential.Mutation, played []performance) (performance, int, bool) {
	for _, i := range r.Perm(len(played)) {
		p := played[i]
		same := map[string]bool{}
		for _, o := range differential.Compare(p.real, p.mock) {
			same[o.Exchange.Title] = len(o.Differences) == 0
		}
		for _, n := range r.Perm(len(p.mock.Answers)) {
			x := p.mock.Scene.Exchanges[n]
			if !same[x.Title] || x.Open || x.Cut || x.Background != "" || x.Until != "" {
				continue
			}
			if _, ok := m.Change(r, p.mock.Answers[n]); ok {
				return p, n, true
			}
		}
	}
	return performance{}, 0, false
}
