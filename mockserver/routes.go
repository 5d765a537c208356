package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/zod"

// routeTable lists every route under the API prefix.
func (s *Server) routeTable() []route {
	var table []route
	for _, part := range [][]route{agentRoutes(), workflowRoutes(), memoryRoutes(), toolRoutes(), vectorRoutes()} {
		table = append(table, part...)
	}
	return table
}

func schema(s zod.Schema) *zod.Schema { return &s }

func query(props ...zod.Prop) *zod.Schema { return schema(zod.Object(props...)) }

func optional(name string, s zod.Schema) zod.Prop { return zod.P(name, s.Optional()) }

func agentRoutes() []route {
	execution := executionBody()
	resume := schema(zod.Object(zod.P("runId", zod.String()), zod.P("resumeData", zod.Any().Required("resumeData is required")), optional("toolCallId", zod.String())).Passthrough())
	decision := schema(zod.Object(zod.P("runId", zod.String()), zod.P("toolCallId", zod.String())).Passthrough())
	one := query(optional("status", zod.Enum("draft", "published")))
	return []route{
		{method: "GET", pattern: "/agents", op: "AgentsList", handler: (*Server).listAgents, query: query(optional("partial", zod.String()))},
		{method: "GET", pattern: "/agents/{agentId}", op: "AgentGet", handler: (*Server).getAgent, query: one},
		{method: "POST", pattern: "/agents/{agentId}/generate", op: "AgentGenerate", handler: (*Server).generateAgent, body: execution},
		{method: "POST", pattern: "/agents/{agentId}/stream", op: "AgentStream", handler: (*Server).streamAgent, body: execution},
		{method: "POST", pattern: "/agents/{agentId}/observe", op: "AgentObserve", handler: (*Server).observeAgent,
			body: schema(zod.Object(zod.P("runId", zod.String()), optional("offset", zod.Number())).Passthrough())},
		{method: "POST", pattern: "/agents/{agentId}/resume-stream", op: "AgentResumeStream", handler: (*Server).resumeAgentStream, body: resume},
		{method: "POST", pattern: "/agents/{agentId}/approve-tool-call", op: "AgentApproveToolCall", handler: (*Server).approveToolCall, body: decision},
		{method: "POST", pattern: "/agents/{agentId}/approve-tool-call-generate", op: "AgentApproveToolCallGenerate", handler: (*Server).approveToolCallGenerate, body: decision},
		{method: "POST", pattern: "/agents/{agentId}/decline-tool-call", op: "AgentDeclineToolCall", handler: (*Server).declineToolCall, body: decision},
		{method: "POST", pattern: "/agents/{agentId}/decline-tool-call-generate", op: "AgentDeclineToolCallGenerate", handler: (*Server).declineToolCallGenerate, body: decision},
		{method: "GET", pattern: "/agents/{agentId}/suspended-runs", op: "AgentSuspendedRuns", handler: (*Server).suspendedRuns,
			query: query(optional("threadId", zod.String()), optional("resourceId", zod.String()), optional("page", zod.Int().Coerce().Min(0)), optional("perPage", zod.Int().Coerce().Positive()))},
	}
}

// executionBody is the body of generate and stream.
func executionBody() *zod.Schema {
	record := zod.Record(zod.Any())
	text := zod.String()
	thread := zod.Union(text, zod.Object(zod.P("id", text), optional("title", text), optional("metadata", record)).Passthrough())
	memory := zod.Object(zod.P("thread", thread), optional("resource", text), optional("options", record), optional("readOnly", zod.Boolean())).Passthrough()
	choice := zod.Union(zod.Enum("auto", "none", "required"), zod.Object(zod.P("type", zod.Enum("tool")), zod.P("toolName", text)))
	structured := zod.Object(zod.P("schema", zod.Object().Passthrough()), optional("model", zod.Any()), optional("instructions", text), optional("jsonPromptInjection", zod.Boolean()),
		optional("errorStrategy", zod.Enum("strict", "warn", "fallback")), optional("fallbackValue", zod.Any()))
	return schema(zod.Object(
		zod.P("messages", zod.Union(zod.Array(zod.Any()), text)),
		optional("instructions", zod.Any()), optional("system", zod.Any()), optional("context", zod.Array(zod.Any())), optional("memory", memory),
		optional("runId", text), optional("savePerStep", zod.Boolean()), optional("requestContext", record), optional("maxSteps", zod.Number()),
		optional("model", text), optional("providerOptions", zod.Record(record)), optional("activeTools", zod.Array(text)),
		optional("toolsets", record), optional("clientTools", record), optional("toolChoice", choice), optional("requireToolApproval", zod.Boolean()),
		optional("returnScorerData", zod.Boolean()), optional("tracingOptions", record), optional("structuredOutput", structured),
	).Passthrough())
}

func workflowRoutes() []route {
	text, record := zod.String(), zod.Record(zod.Any())
	runID := query(zod.P("runId", text))
	maybeRunID := query(optional("runId", text))
	start := func(extra ...zod.Prop) *zod.Schema {
		return query(append([]zod.Prop{optional("resourceId", text), optional("inputData", zod.Any()), optional("initialState", zod.Any()),
			optional("requestContext", record), optional("tracingOptions", record), optional("perStep", zod.Boolean())}, extra...)...)
	}
	resume := query(optional("step", zod.Union(text, zod.Array(text))), optional("resumeData", zod.Any()), optional("requestContext", record),
		optional("tracingOptions", record), optional("perStep", zod.Boolean()), optional("forEachIndex", zod.Int().Min(0)))
	page := zod.Int().Coerce().Min(0)
	list := query(optional("page", page), optional("perPage", page), optional("offset", page), optional("limit", page),
		optional("fromDate", zod.Date()), optional("toDate", zod.Date()), optional("resourceId", text),
		optional("status", zod.Enum("running", "waiting", "suspended", "success", "failed", "canceled", "pending", "bailed", "tripwire", "paused", "skipped")))
	get := query(optional("fields", text.Refine(checkRunFields)), optional("withNestedWorkflows", zod.Enum("true", "false")))
	const w = "/workflows/{workflowId}"
	return []route{
		{method: "GET", pattern: "/workflows", op: "WorkflowsList", handler: (*Server).listWorkflows, query: query(optional("partial", text))},
		{method: "GET", pattern: "/workflows/run-counts", op: "WorkflowsRunCounts", handler: (*Server).workflowRunCounts},
		{method: "GET", pattern: w, op: "WorkflowGet", handler: (*Server).getWorkflow},
		{method: "GET", pattern: w + "/runs", op: "WorkflowListRuns", handler: (*Server).listWorkflowRuns, query: list},
		{method: "GET", pattern: w + "/runs/{runId}", op: "WorkflowGetRun", handler: (*Server).getWorkflowRun, query: get},
		{method: "DELETE", pattern: w + "/runs/{runId}", op: "WorkflowDeleteRun", handler: (*Server).deleteWorkflowRun},
		{method: "POST", pattern: w + "/runs/{runId}/cancel", op: "WorkflowCancelRun", handler: (*Server).cancelWorkflowRun},
		{method: "POST", pattern: w + "/create-run", op: "WorkflowCreateRun", handler: (*Server).createWorkflowRun, query: maybeRunID,
			body: query(optional("resourceId", text), optional("disableScorers", zod.Boolean())), bodyOptional: true},
		{method: "POST", pattern: w + "/start-async", op: "WorkflowStartAsync", handler: (*Server).startWorkflowAsync, query: maybeRunID, body: start(), bodyOptional: true},
		{method: "POST", pattern: w + "/start", op: "WorkflowStart", handler: (*Server).startWorkflow, query: runID, body: start(), bodyOptional: true},
		{method: "POST", pattern: w + "/stream", op: "WorkflowStream", handler: (*Server).streamWorkflow, query: runID,
			body: start(optional("closeOnSuspend", zod.Boolean())), bodyOptional: true},
		{method: "POST", pattern: w + "/observe", op: "WorkflowObserve", handler: (*Server).observeWorkflow,
			query: query(zod.P("runId", text), optional("offset", zod.Number().Coerce()))},
		{method: "POST", pattern: w + "/resume", op: "WorkflowResume", handler: (*Server).resumeWorkflow, query: runID, body: resume, bodyOptional: true},
		{method: "POST", pattern: w + "/resume-async", op: "WorkflowResumeAsync", handler: (*Server).resumeWorkflowAsync, query: runID, body: resume, bodyOptional: true},
		{method: "POST", pattern: w + "/resume-no-wait", op: "WorkflowResumeNoWait", handler: (*Server).resumeWorkflowNoWait, query: runID, body: resume, bodyOptional: true},
		{method: "POST", pattern: w + "/resume-stream", op: "WorkflowResumeStream", handler: (*Server).resumeWorkflowStream, query: runID, body: resume, bodyOptional: true},
	}
}

func toolRoutes() []route {
	execute := schema(zod.Object(zod.P("data", zod.Any().Required("data is required")), optional("requestContext", zod.Record(zod.Any()))))
	return []route{
		{method: "GET", pattern: "/agents/{agentId}/tools/{toolId}", op: "AgentToolGet", handler: (*Server).getAgentTool},
		{method: "POST", pattern: "/agents/{agentId}/tools/{toolId}/execute", op: "AgentToolExecute", handler: (*Server).executeAgentTool, body: execute},
		{method: "GET", pattern: "/tools", op: "ToolsList", handler: (*Server).listTools},
		{method: "GET", pattern: "/tools/{toolId}", op: "ToolGet", handler: (*Server).getTool},
		{method: "POST", pattern: "/tools/{toolId}/execute", op: "ToolExecute", handler: (*Server).executeTool,
			query: query(optional("runId", zod.String())), body: execute},
	}
}

func vectorRoutes() []route {
	text, numbers := zod.String(), zod.Array(zod.Number())
	index := func(props ...zod.Prop) *zod.Schema {
		return query(append([]zod.Prop{zod.P("indexName", text)}, props...)...)
	}
	const v = "/vector/{vectorName}"
	return []route{
		{method: "GET", pattern: "/vectors", op: "VectorsList", handler: (*Server).listVectorStores},
		{method: "POST", pattern: v + "/create-index", op: "VectorCreateIndex", handler: (*Server).createVectorIndex,
			body: index(zod.P("dimension", zod.Number()), optional("metric", zod.Enum("cosine", "euclidean", "dotproduct")))},
		{method: "GET", pattern: v + "/indexes", op: "VectorListIndexes", handler: (*Server).listVectorIndexes},
		{method: "GET", pattern: v + "/indexes/{indexName}", op: "VectorDescribeIndex", handler: (*Server).describeVectorIndex},
		{method: "DELETE", pattern: v + "/indexes/{indexName}", op: "VectorDeleteIndex", handler: (*Server).deleteVectorIndex},
		{method: "POST", pattern: v + "/upsert", op: "VectorUpsert", handler: (*Server).upsertVectors,
			body: index(zod.P("vectors", zod.Array(numbers)), optional("metadata", zod.Array(zod.Record(zod.Any()))), optional("ids", zod.Array(text)))},
		{method: "POST", pattern: v + "/query", op: "VectorQuery", handler: (*Server).queryVectors,
			body: index(zod.P("queryVector", numbers), optional("topK", zod.Number()), optional("filter", zod.Record(zod.Any())), optional("includeVector", zod.Boolean()))},
	}
}
