/*
Package mockserver is a Mastra server in memory, for tests and for trying
things out without a network, a model or Node.

# Serving

A [Server] is an http.Handler with state: threads, suspended runs, workflow runs
and vectors live as long as it does. [Start] serves it for a test and closes it
with the test; [Listen] and [ListenOn] serve it for a program; [New] alone is
for those who have a listener of their own.

	mock := mockserver.Start(t)
	client, err := mastra.New(mock.URL)

# The demo world

Without options that say otherwise the server holds the demo world: agents
(assistant, durable, guarded, multi, plain, router, voiced), tools (weather,
delicate, ask-user), workflows (approval, counted, doubler, fan, flaky, outer,
review, slowly) and the vector store vec. GET /counted/{key}, at the root, tells
how often the workflow counted has run for a key. The model is deterministic and
steered by the last user message:

	tool:weather {"city":"Oslo"}   calls the tool
	json:{"a":1}                   answers with the JSON, in pieces
	think:why                      reasons before it answers
	source:https://go.dev          cites a source
	file:hello                     sends a text file
	chunks:3, slow:3               that many pieces, at once or 50 ms apart
	fail-model, fail-after:2       fails at once, or after that many pieces
	anything else                  "You said: anything else"

# Your own world

[WithAgent], [WithTool], [WithWorkflow] and [WithVectorStore] replace the demo
world: an agent is a [Model], a Go function that answers with pieces of text,
reasoning, tool calls, finish reasons and errors, a [ModelError] among them; tools
and workflow steps are typed Go functions, whose schemas are derived from their
types. The engine behind them is that of the demo world: the loop of model and tool
calls, approvals and suspensions, also of sub-agents and networks, memory,
structured output, retries, streams in both framings.

A [Workflow] has the stages that Mastra's have: Then, Parallel, Branch, ForEach,
DoWhile, DoUntil, Map, Sleep and SleepUntil, with steps or other workflows in
them; [AgentStep], [AgentStepAs] and [ToolStep] make steps of agents and tools.
A [StepCall] is what a step, a condition or a mapping is told of its run:
input, results, request context and the shared state, which it can set; with it
a step suspends, bails, aborts and writes into the stream.

# What was asked, and what goes wrong

[Server.Requests] lists what clients sent, [Server.Executions] tells how often a
workflow run really began, [Server.ExpectRuns] fails a test where that is not so
often as it should be, and [Server.Inject] makes requests fail: see [Fault] for
statuses, delays, dropped connections, answers that are cut off, split, silent or
full of garbage. [WithFaultControl] takes faults over HTTP. Operations are named as in the OpenAPI description of the API:
AgentGenerate, WorkflowStream, MemoryListThreads.

# What survives

[Server.KeepState] keeps threads, messages, working memory, vectors, scores, the
records of workflow runs and what waits, of agents, networks and workflows, in a
file: what a real server keeps in its database. Streams that were cut off, what
durable runs have said, models that were set and faults are lost, as they are
there. Command mastra-mock, in cmd/mastra-mock, serves the demo world with all of
this.

# Faithfulness

Statuses, bodies, error texts, chunk sequences and key order are those of a real
Mastra server with the same world; the tests replay recorded exchanges and compare
thousands of live ones with a real server's, those of worlds of one's own among
them. Deliberate differences: vector scores follow the index's metric where LibSQL
computes the cosine always; few providers of models are listed; the page at / is
short; what is neither of agents, workflows, memory, tools, vectors, logs nor
scores is an unknown route.
*/
package mockserver
