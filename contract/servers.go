package contract

// Real is a Mastra server, made from the project in server/, as a process of its own.
func Real() Target { return Target{Name: "real", start: startReal} }

// Mock is the mock server, in this process.
func Mock() Target { return Target{Name: "mock", start: startMock} }
