package main

import (
	"context"
	"sync"

	"github.com/mastra-go/mastra"
)

// Result is what one prompt came to.
type Result[T any] struct {
	Value T
	// Usage counts what an answer that does not fit has cost too.
	Usage mastra.Usage
	Err   error
}

// generateAll asks the agent each prompt, at most atOnce at the same time, and returns
// the results in the order of the prompts. One that fails does not stop the others.
// When ctx ends, what is under way is given up, and nothing more is begun; the results
// that are missing have the context's error.
//
// progress is told after each, from one goroutine at a time.
func generateAll[T any](ctx context.Context, agent *mastra.Agent, prompts []string, atOnce int, progress func(done, failed int)) []Result[T] {
	results := make([]Result[T], len(prompts))
	next := make(chan int)
	var (
		workers      sync.WaitGroup
		mu           sync.Mutex
		done, failed int
	)
	for range min(atOnce, len(prompts)) {
		workers.Go(func() {
			for i := range next {
				results[i] = generate[T](ctx, agent, prompts[i])
				mu.Lock()
				done++
				if results[i].Err != nil {
					failed++
				}
				progress(done, failed)
				mu.Unlock()
			}
		})
	}
	for i := range prompts {
		if ctx.Err() != nil { // where both are ready, select may take either
			results[i].Err = context.Cause(ctx)
			continue
		}
		select {
		case next <- i:
		case <-ctx.Done():
			results[i].Err = context.Cause(ctx)
		}
	}
	close(next)
	workers.Wait()
	return results
}

func generate[T any](ctx context.Context, agent *mastra.Agent, prompt string) (r Result[T]) {
	res, err := mastra.GenerateAs[T](ctx, agent, mastra.AgentRequest{Messages: mastra.Prompt(prompt)})
	r.Err = err
	if res != nil {
		r.Value = res.Value
		if res.AgentResult != nil {
			r.Usage = res.Usage
		}
	}
	return r
}
