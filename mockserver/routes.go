package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/zod"

// routeTable lists every route under the API prefix.
func (s *Server) routeTable() []route {
	var table []route
	for _, part := range [][]route{agentRoutes(), workflowRoutes(), memoryRoutes(), toolRoutes(), vectorRoutes(), logRoutes(), scoreRoutes(s.scores)} {
		table = append(table, part...)
	}
	return table
}

func schema(s zod.Schema) *zod.Schema { return &s }

func query(props ...zod.Prop) *zod.Schema { return schema(zod.Object(props...)) }

func optional(name string, s zod.Schema) zod.Prop { return zod.P(name, s.Optional()) }

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
	travel := query(zod.P("step", zod.Union(text, zod.Array(text))), optional("inputData", zod.Any()), optional("resumeData", zod.Any()), optional("initialState", zod.Any()),
		optional("context", record), optional("nestedStepsContext", zod.Record(record)), optional("requestContext", record), optional("tracingOptions", record), optional("perStep", zod.Boolean()))
	restart := query(optional("requestContext", record), optional("tracingOptions", record))
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
		{method: "POST", pattern: w + "/time-travel", op: "WorkflowTimeTravel", handler: (*Server).travelWorkflow, query: runID, body: travel},
		{method: "POST", pattern: w + "/time-travel-async", op: "WorkflowTimeTravelAsync", handler: (*Server).travelWorkflowAsync, query: runID, body: travel},
		{method: "POST", pattern: w + "/time-travel-stream", op: "WorkflowTimeTravelStream", handler: (*Server).travelWorkflowStream, query: runID, body: travel},
		{method: "POST", pattern: w + "/restart", op: "WorkflowRestart", handler: (*Server).restartWorkflow, query: runID, body: restart, bodyOptional: true},
		{method: "POST", pattern: w + "/restart-async", op: "WorkflowRestartAsync", handler: (*Server).restartWorkflowAsync, query: runID, body: restart, bodyOptional: true},
		{method: "POST", pattern: w + "/restart-all-active-workflow-runs", op: "WorkflowRestartAllActive", handler: (*Server).restartAllWorkflows},
		{method: "POST", pattern: w + "/restart-all-active-workflow-runs-async", op: "WorkflowRestartAllActiveAsync", handler: (*Server).restartAllWorkflowsAsync},
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
		{method: "GET", pattern: "/embedders", op: "VectorsEmbedders", handler: (*Server).listEmbedders},
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
