package mockserver

// ExpectRuns fails the test unless so many workflow runs were executed from
// their start. One that was executed twice counts twice; joining, observing and
// resuming do not count.
func (s *Server) ExpectRuns(t TB, want int) {
	t.Helper()
	s.runs.mu.Lock()
	got, ids := 0, sortedKeys(s.runs.started)
	for _, n := range s.runs.started {
		got += n
	}
	s.runs.mu.Unlock()
	if got != want {
		t.Fatalf("mockserver: %d workflow runs began, not %d: %q", got, want, ids)
	}
}

// ExpectRequests fails the test unless an operation was asked for so often,
// requests that a fault refused included. The operation "" is that of unknown
// routes; one that there is not fails the test too.
func (s *Server) ExpectRequests(t TB, operation string, want int) {
	t.Helper()
	if operation != "" && !s.hasOperation(operation) {
		t.Fatalf("mockserver: there is no operation %q", operation)
		return
	}
	if got := len(s.RequestsOf(operation)); got != want {
		t.Fatalf("mockserver: %s was asked for %d times, not %d", operation, got, want)
	}
}
