package contract_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

// chance gives each request a fault by chance, the same for the same request: by
// the seed, the URL and how often it has been sent.
type chance struct {
	seed  uint64
	share func(path string) float64 // of the exchanges that break
	sent  map[string]int
	count map[contract.Fault]int
}

func newChance(seed uint64, share func(string) float64) *chance {
	return &chance{seed, share, map[string]int{}, map[contract.Fault]int{}}
}

func (c *chance) fault(req *http.Request) contract.Fault {
	share := c.share(req.URL.Path)
	if share == 0 {
		return contract.Pass
	}
	id := req.Method + req.URL.String()
	c.sent[id]++
	hash := fnv.New64a()
	fmt.Fprint(hash, id, c.sent[id])
	random := rand.New(rand.NewPCG(c.seed, hash.Sum64()))
	fault := contract.Pass
	if random.Float64() < share {
		fault = contract.Fault(1 + random.IntN(int(contract.CutTail)))
	}
	c.count[fault]++
	return fault
}

// balanced puts two proxies before two servers: one that loses things, and one that
// does not.
func balanced(t *testing.T, servers [2]contract.Mortal, faults *chance) (lossy, sound *contract.Proxy) {
	t.Helper()
	for _, p := range []**contract.Proxy{&lossy, &sound} {
		var err error
		*p, err = contract.NewProxy(servers[0].URL(), faults.seed, servers[1].URL())
		require.NoError(t, err)
		t.Cleanup((*p).Close)
	}
	lossy.Choose(faults.fault)
	return lossy, sound
}

// halfOf breaks half of the exchanges of one route, and a fifth of the readings of runs.
func halfOf(route string) func(path string) float64 {
	return func(path string) float64 {
		switch {
		case strings.HasSuffix(path, route):
			return 0.5
		case strings.Contains(path, "/runs/"):
			return 0.2
		}
		return 0
	}
}

const proofTime = 2 * time.Minute // of one call: it may look for a run four times, under load

func TestProof_StartsOnTwoServersAreExecutedOnce(t *testing.T) {
	servers := pair(t)
	faults := newChance(1, halfOf("/stream"))
	lossy, sound := balanced(t, servers, faults)
	var failed failures
	c, load := proofClient(t, lossy.URL(), &failed), proofClient(t, sound.URL(), &failed)
	var calls, others verdicts
	start := func(c *mastra.Client, v *verdicts, kind, key string, ms int) {
		ctx, cancel := context.WithTimeout(t.Context(), proofTime)
		defer cancel()
		state, err := c.Workflow("entered").Run("run-of-"+key).Start(ctx, mastra.StartRequest{Input: entry{key, ms}})
		if err = outcome(state, err, mastra.RunSuccess); err == nil {
			assert.JSONEq(t, `{"key":"`+key+`"}`, string(state.Result))
		}
		v.add(kind, key, err)
	}
	began := time.Now()
	over := make(chan struct{})
	var loading sync.WaitGroup
	loading.Go(func() {
		for n := 8; ; n = n%48 + 8 { // 8, 16, ... 48 at once
			burst := time.Now().UnixNano()
			atOnce(n, n, func(i int) { start(load, &others, "load", fmt.Sprintf("load-%d-%d", burst, i), 0) })
			select {
			case <-over:
				return
			case <-time.After(time.Second):
			}
		}
	})
	atOnce(500, 24, func(i int) { start(c, &calls, "start", fmt.Sprint("start-", i), []int{0, 0, 20, 300}[i%4]) })
	close(over)
	loading.Wait()
	t.Logf("%s, faults %v, requests forwarded: %d starts, answers from 500 on: %v", time.Since(began).Round(time.Second), faults.count, lossy.Forwarded("/stream"), failed.count)
	calls.judge(t, servers[0], 0.95)
	others.judge(t, servers[0], 0.95)
}

func TestProof_ResumesOnTwoServersCountOnce(t *testing.T) {
	servers := pair(t)
	faults := newChance(2, halfOf("/resume-stream"))
	lossy, sound := balanced(t, servers, faults)
	var failed failures
	c, direct := proofClient(t, lossy.URL(), &failed), proofClient(t, sound.URL(), &failed)
	var calls verdicts
	shapes := []struct {
		workflow string
		input    func(key string) any
		keys     []string // behind the key of the run, in the order of its suspensions
	}{
		{"entered-later", func(key string) any { return entry{key, 5} }, []string{""}},
		{"entered-within", func(key string) any { return entry{key, 5} }, []string{""}},
		{"entered-beside", func(key string) any { return entry{key, 5} }, []string{"-left", "-right"}},
		{"entered-each", func(key string) any { return []entry{{key + "-a", 5}, {key + "-b", 5}} }, []string{"-a", "-b"}},
	}
	began := time.Now()
	atOnce(200, 16, func(i int) { // 50 runs of each: 300 resumes
		ctx, cancel := context.WithTimeout(t.Context(), proofTime)
		defer cancel()
		x, key := shapes[i%len(shapes)], fmt.Sprint("resume-", i)
		run := direct.Workflow(x.workflow).Run("run-of-" + key)
		if _, err := run.Start(ctx, mastra.StartRequest{Input: x.input(key)}); !assert.NoError(t, err) {
			return
		}
		state, err := run.Get(ctx)
		if !assert.NoError(t, err) || !assert.Len(t, state.Suspensions(), len(x.keys), x.workflow) {
			return
		}
		for n, at := range state.Suspensions() {
			state, err := c.Workflow(x.workflow).Run(run.ID()).Resume(ctx, mastra.ResumeRequest{Suspension: &at, Data: map[string]bool{"go": true}})
			want := mastra.RunSuspended
			if n == len(x.keys)-1 {
				want = mastra.RunSuccess
			}
			calls.add(strings.TrimPrefix(x.workflow, "entered-"), key+x.keys[n], outcome(state, err, want))
		}
	})
	t.Logf("%s, faults %v, requests forwarded: %d resumes, answers from 500 on: %v", time.Since(began).Round(time.Second), faults.count, lossy.Forwarded("/resume-stream"), failed.count)
	calls.judge(t, servers[0], 0.95)
}
