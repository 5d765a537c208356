package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func logRoutes() []route {
	page := zod.Int().Coerce().Min(0)
	logs := query(zod.P("page", page.Default(0.0)), optional("perPage", page), optional("fromDate", zod.Date()), optional("toDate", zod.Date()),
		optional("logLevel", zod.Enum("debug", "info", "warn", "error", "silent")), zod.P("transportId", zod.String()))
	return []route{
		{method: "GET", pattern: "/logs/transports", op: "LogsTransports", handler: (*Server).listLogTransports},
		{method: "GET", pattern: "/logs", op: "LogsList", handler: (*Server).listLogs, query: logs},
		{method: "GET", pattern: "/logs/{runId}", op: "LogsRun", handler: (*Server).listLogs, query: logs},
	}
}

// scoreRoutes serves the scores of a store.
func scoreRoutes(scores *scoreStore) []route {
	text, page := zod.String(), zod.Int().Coerce().Min(0)
	list := func(extra ...zod.Prop) *zod.Schema {
		return query(append([]zod.Prop{zod.P("page", page.Default(0.0)), zod.P("perPage", page.Default(10.0))}, extra...)...)
	}
	return []route{
		{method: "GET", pattern: "/scores/scorers", op: "ScoresScorers", handler: (*Server).listScorers},
		{method: "GET", pattern: "/scores/scorers/{scorerId}", op: "ScoresScorerGet", handler: (*Server).getScorer},
		{method: "GET", pattern: "/scores/run/{runId}", op: "ScoresRun", handler: scores.ofRun, query: list()},
		{method: "GET", pattern: "/scores/scorer/{scorerId}", op: "ScoresScorer", handler: scores.ofScorer,
			query: list(optional("entityId", text), optional("entityType", text))},
		{method: "GET", pattern: "/scores/entity/{entityType}/{entityId}", op: "ScoresEntity", handler: scores.ofEntity, query: list()},
		{method: "POST", pattern: "/scores", op: "ScoresSave", handler: scores.save, body: query(zod.P("score", presentValue()))},
	}
}

// presentValue is any value that is there.
func presentValue() zod.Schema {
	return zod.Any().Required("Invalid input: expected nonoptional, received undefined")
}

// infinity is the name of a number that is too large.
const infinity = "Infinity"

// scoreSchema is what a score must be to be stored. The handler checks it, not
// the route: what does not fit is a failure of the store.
func scoreSchema() zod.Schema {
	text, record := zod.String(), zod.Record(zod.Any())
	maybe := text.Nullable()
	return zod.Object(
		zod.P("scorerId", text), zod.P("entityId", text), zod.P("runId", text), optional("input", zod.Any()), zod.P("output", presentValue()),
		optional("additionalContext", record), optional("requestContext", record), optional("extractStepResult", record), optional("extractPrompt", text),
		zod.P("score", zod.Number()), optional("analyzeStepResult", record), optional("analyzePrompt", text),
		optional("reason", text), optional("reasonPrompt", text), zod.P("scorer", record), optional("metadata", record),
		zod.P("source", zod.Enum("LIVE", "TEST")), zod.P("entity", record), optional("entityType", zod.Enum(scoredEntityTypes()...)),
		optional("structuredOutput", zod.Boolean()), optional("traceId", text), optional("spanId", text), optional("resourceId", text), optional("threadId", text),
		optional("organizationId", maybe), optional("projectId", maybe), optional("batchId", maybe), optional("datasetId", maybe), optional("datasetItemId", maybe),
		optional("preprocessStepResult", record), optional("preprocessPrompt", text), optional("generateScorePrompt", text), optional("generateReasonPrompt", text),
		optional("id", text),
	)
}

// scoredEntityTypes are the kinds of things that are scored: entities, then spans.
func scoredEntityTypes() []string {
	return []string{
		"AGENT", "WORKFLOW", "TRAJECTORY", "STEP", "EXTERNAL",
		"agent_run", "scorer_run", "classifier_evaluation", "scorer_step", "generic", "model_generation", "model_step", "model_inference", "model_chunk",
		"mcp_tool_call", "mcp_server_request", "processor_run", "tool_call", "client_tool_call", "provider_tool_call",
		"workflow_run", "workflow_step", "workflow_conditional", "workflow_conditional_eval", "workflow_parallel", "workflow_loop", "workflow_sleep", "workflow_wait_event",
		"memory_operation", "workspace_action", "rag_ingestion", "rag_embedding", "rag_vector_operation", "rag_action", "graph_action",
		"mapping", "skill_resolution", "skill_action", "agent_signal",
	}
}
