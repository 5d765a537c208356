package differential_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/contract/differential"
)

// atOnce is how many scenes are played at the same time; each has a real server.
const atOnce = 3

// performance is a scene as two servers played it.
type performance struct{ real, mock differential.Transcript }

// script gives the scenes, or the one that DIFFERENTIAL_SCENE names.
func script(t testing.TB) []differential.Scene {
	t.Helper()
	scenes, err := differential.Script()
	require.NoError(t, err)
	only := os.Getenv("DIFFERENTIAL_SCENE")
	if only == "" {
		return scenes
	}
	for _, scene := range scenes {
		if scene.Name == only {
			return []differential.Scene{scene}
		}
	}
	require.FailNow(t, "no such scene", only)
	return nil
}

// whole tells whether all scenes are played.
func whole() bool { return os.Getenv("DIFFERENTIAL_SCENE") == "" }

// performAll plays all scenes on fresh servers, in the order of the scenes.
func performAll(t testing.TB, scenes []differential.Scene) []performance {
	t.Helper()
	out := make([]performance, len(scenes))
	errs := make([]error, len(scenes))
	slots := make(chan struct{}, atOnce)
	var wg sync.WaitGroup
	for i, scene := range scenes {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i], errs[i] = perform(t.Context(), scene)
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.NoError(t, err)
	}
	return out
}

// perform plays a scene on both servers at the same time.
func perform(ctx context.Context, scene differential.Scene) (performance, error) {
	var p performance
	var realErr, mockErr error
	var wg sync.WaitGroup
	wg.Go(func() { p.real, realErr = playOn(ctx, contract.Real(), scene) })
	wg.Go(func() { p.mock, mockErr = playOn(ctx, contract.Mock(), scene) })
	wg.Wait()
	if realErr != nil {
		return p, realErr
	}
	return p, mockErr
}

// config is what the servers of a scene are started with.
func config(scene differential.Scene) contract.Config {
	return contract.Config{Token: scene.Token, Extra: scene.Extra}
}

func playOn(ctx context.Context, target contract.Target, scene differential.Scene) (t differential.Transcript, err error) {
	server, err := target.Start(ctx, config(scene))
	if err != nil {
		return t, err
	}
	t = differential.Play(ctx, scene, server.URL())
	return t, server.Close()
}

// report compares what was played and prints the summary; the whole report goes to
// the file that DIFFERENTIAL_REPORT names.
func report(t testing.TB, played []performance) differential.Report {
	t.Helper()
	rows, err := differential.Table()
	require.NoError(t, err)
	var outcomes []differential.Outcome
	for _, p := range played {
		outcomes = append(outcomes, differential.Compare(p.real, p.mock)...)
	}
	return differential.NewReport(rows, outcomes)
}

func publish(t testing.TB, r differential.Report) {
	t.Helper()
	fmt.Println(r.Summary())
	path := os.Getenv("DIFFERENTIAL_REPORT")
	if path == "" {
		return
	}
	file, err := os.Create(path)
	require.NoError(t, err)
	defer func() { assert.NoError(t, file.Close()) }()
	require.NoError(t, r.Write(file))
}
