package contract

// Real is a Mastra server, made from the project in server/, as a process of its own.
func Real() Target { return Target{Name: "real", start: startReal} }

// Mock is the mock server: in this process, or as a process of its own where it is
// to be mortal.
func Mock() Target {
	m := new(mocks)
	return Target{Name: "mock", start: m.start, close: m.close}
}
