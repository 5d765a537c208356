// Package leakcheck finds goroutines that tests leave behind.
//
// A package opts in with one TestMain:
//
//	func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }
//
// and a single test may look for itself with [Check].
package leakcheck

import (
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// patience is how long goroutines may take to end after the last test. Servers
// and idle connections that were closed need a moment; a leak never ends.
const patience = 5 * time.Second

// Main runs the tests of m (a *testing.M) and then waits, for a few seconds at most, until
// every goroutine that was started since has ended. Leftovers are printed to
// standard error with their stacks and make the exit code 1. The result is
// meant for os.Exit.
func Main(m interface{ Run() int }) int {
	before := snapshot()
	code := m.Run()
	if code != 0 {
		return code
	}
	if left := wait(before); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "leakcheck: %d goroutine(s) still running after the tests:\n\n%s\n", len(left), strings.Join(left, "\n\n"))
		return 1
	}
	return code
}

// Check fails t if goroutines started after the call to Check are still running
// a few seconds after the test and all cleanups registered later have ended.
// It looks at the whole process: do not use it in parallel tests.
func Check(t testing.TB) {
	t.Helper()
	before := snapshot()
	t.Cleanup(func() {
		if left := wait(before); len(left) > 0 {
			t.Errorf("leakcheck: %d goroutine(s) still running after the test:\n\n%s", len(left), strings.Join(left, "\n\n"))
		}
	})
}

// wait polls until no goroutine is left that is not in before, and returns the
// stacks of those that are when patience is over.
func wait(before map[string]string) []string {
	// Idle connections of the default transport live on by design.
	http.DefaultClient.CloseIdleConnections()
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, 100*time.Millisecond) {
		var left []string
		for id, stack := range snapshot() {
			if _, old := before[id]; !old {
				left = append(left, stack)
			}
		}
		if len(left) == 0 || time.Now().After(deadline) {
			return left
		}
		time.Sleep(pause)
	}
}

// snapshot returns the stack of every goroutine except the calling one and the
// runtime's and testing's own, by goroutine id.
func snapshot() map[string]string {
	buf := make([]byte, 64<<10)
	for {
		n := runtime.Stack(buf, true)
		if n < len(buf) {
			buf = buf[:n]
			break
		}
		buf = make([]byte, 2*len(buf))
	}
	stacks := map[string]string{}
	for i, stack := range strings.Split(string(buf), "\n\n") {
		// "goroutine 18 [IO wait]:"; the first one is the caller.
		fields := strings.Fields(stack)
		if i == 0 || len(fields) < 2 || ours(stack) {
			continue
		}
		stacks[fields[1]] = strings.TrimSpace(stack)
	}
	return stacks
}

// ours tells goroutines that belong to the test binary, not to the code under
// test: signal handling, the test timeout, the fuzzing engine's worker and the
// tests that are still on the stack above the caller.
func ours(stack string) bool {
	for _, frame := range []string{
		"os/signal.signal_recv", "os/signal.loop", "runtime.ensureSigM",
		"testing.(*M).startAlarm", "testing.(*T).Run(", "testing.(*F).Fuzz.",
		"internal/fuzz.", "runtime/trace.Start", "runtime/pprof.",
	} {
		if strings.Contains(stack, frame) {
			return true
		}
	}
	return false
}
