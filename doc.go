// Package mastra is a client for the Mastra server: agents, workflows, memory,
// tools and vectors over HTTP, with streams.
//
//	client, err := mastra.New("http://localhost:4111", mastra.WithToken(os.Getenv("TOKEN")))
//	if err != nil {
//		return err
//	}
//	res, err := client.Agent("assistant").Generate(ctx, mastra.AgentRequest{
//		Messages: mastra.Prompt("What's the weather in Rome?"),
//		Memory:   &mastra.MemoryRef{ThreadID: "t-1", ResourceID: "user-7"},
//	})
//
// # Handles, records and requests
//
// A handle is a plain noun and holds ids only: [Agent], [Workflow], [Run],
// [Memory], [Thread], [Tool], [Vector]. Making one does no I/O. What the server
// says about it has a second word: [AgentInfo], [WorkflowInfo], [ToolInfo],
// [RunState], [ThreadRecord]. What is sent is a Request, given by value; fields
// left zero are left to the server.
//
// A call that starts or answers a run waits for it; one that ends in Stream streams
// it, as Observe and SubscribeThread do, and one that ends in Detached returns at once.
// A call that begins with List reads one page, and the plural noun iterates:
// [Memory.ListThreads], [Memory.Threads].
//
// # Results
//
// Status 200 does not mean that an agent has answered or that a workflow has
// succeeded. [AgentResult.Err] and [RunState.Err] tell of failure,
// [AgentResult.Pending] and [RunState.Suspensions] of what waits for a person.
//
// # Streams
//
// [Agent.Stream] and [Workflow.Stream] give iterators. A stream that stops before
// its end is an error, [ErrTruncated], never a short answer. Closing a stream, or
// cancelling its context, closes the connection at once: the server then stops an
// agent's run, and does not stop a workflow's, for which there is [Run.Cancel].
//
// # Retries
//
// The server has no idempotency keys, and answers 500 for passing and for
// permanent failures alike. So the client repeats by itself only what may be
// carried out twice without harm, and everything else only where the server
// refused it unprocessed: see [RetrySafe]. A call that was sent and whose outcome
// nobody knows matches [ErrOutcomeUnknown]. Starting and resuming a workflow is
// done once, even over a connection that breaks: the run is read before anything is
// sent again, see [Run.Start] and [Run.Resume]. A workflow's stream that breaks is
// taken up again by observing the run, see [WithReattach].
//
// # Errors
//
// Every call that reached the transport fails with an [*Error]; its kind is
// matched with [errors.Is] and the Err values of this package. What the client
// refuses to send matches [ErrInvalidInput]. [HTTPStatus] gives the status with which
// a handler passes an error on.
package mastra
