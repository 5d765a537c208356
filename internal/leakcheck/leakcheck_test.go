package leakcheck_test

import (
	"os"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/internal/leakcheck"
)

func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }

// runner stands in for *testing.M.
type runner func() int

func (r runner) Run() int { return r() }

// recorder is a testing.TB that notes failures instead of failing.
type recorder struct {
	testing.TB
	cleanups []func()
	failed   bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Cleanup(f func())      { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Errorf(string, ...any) { r.failed = true }
func (r *recorder) end() {
	for _, f := range r.cleanups {
		f()
	}
}

func TestMain_PassesTheExitCodeOn(t *testing.T) {
	assert.Equal(t, 0, leakcheck.Main(runner(func() int { return 0 })))
	assert.Equal(t, 3, leakcheck.Main(runner(func() int { return 3 })))
}

func TestMain_WaitsForGoroutinesThatEnd(t *testing.T) {
	release := make(chan struct{})
	code := leakcheck.Main(runner(func() int {
		go func() { <-release }()
		go close(release)
		return 0
	}))
	assert.Equal(t, 0, code)
}

func TestMain_FailsForALeftoverGoroutine(t *testing.T) {
	stderr := os.Stderr
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	assert.NoError(t, err)
	os.Stderr = null
	defer func() { os.Stderr = stderr; _ = null.Close() }()

	// Inside the bubble the seconds of patience pass at once.
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		defer close(release)
		code := leakcheck.Main(runner(func() int {
			go func() { <-release }()
			return 0
		}))
		assert.Equal(t, 1, code)
	})
}

func TestCheck_FailsForALeakOnly(t *testing.T) {
	t.Run("clean", func(t *testing.T) {
		r := &recorder{TB: t}
		leakcheck.Check(r)
		r.end()
		assert.False(t, r.failed)
	})
	t.Run("leaking", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &recorder{TB: t}
			leakcheck.Check(r)
			release := make(chan struct{})
			defer close(release)
			go func() { <-release }()
			r.end()
			assert.True(t, r.failed)
		})
	})
}
