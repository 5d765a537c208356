package mockserver

import (
	"net/http"

	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func agentRoutes() []route {
	var table []route
	for _, part := range [][]route{agentRunRoutes(), agentThreadRoutes(), agentModelRoutes(), agentAbsentRoutes()} {
		table = append(table, part...)
	}
	return table
}

const agentPath = "/agents/{agentId}"

// agentRunRoutes are the agents and what runs them.
func agentRunRoutes() []route {
	text := zod.String()
	execution := executionBody()
	maxIdle := optional("maxIdleMs", zod.Int().Positive())
	idle := schema(zod.Object(append(executionProps(), maxIdle)...).Passthrough())
	decision := func(more ...zod.Prop) *zod.Schema {
		return query(append([]zod.Prop{zod.P("runId", text), optional("model", text), optional("requestContext", zod.Record(zod.Any()))}, more...)...)
	}
	callID, format, reason := zod.P("toolCallId", text), optional("format", text), optional("reason", text)
	one := query(agentVersion()...)
	const a = agentPath
	return []route{
		{method: "GET", pattern: "/agents", op: "AgentsList", handler: (*Server).listAgents, query: query(optional("partial", text))},
		{method: "GET", pattern: "/agents/providers", op: "AgentsProviders", handler: (*Server).listProviders},
		{method: "GET", pattern: a, op: "AgentGet", handler: (*Server).getAgent, query: one},
		{method: "POST", pattern: a + "/generate", op: "AgentGenerate", handler: (*Server).generateAgent, body: execution},
		{method: "POST", pattern: a + "/generate/vnext", op: "AgentGenerate", handler: (*Server).generateAgent, body: execution},
		{method: "POST", pattern: a + "/stream", op: "AgentStream", handler: (*Server).streamAgent, body: execution},
		{method: "POST", pattern: a + "/stream-until-idle", op: "AgentStreamUntilIdle", handler: (*Server).streamAgent, body: idle},
		{method: "POST", pattern: a + "/observe", op: "AgentObserve", handler: (*Server).observeAgent,
			body: schema(zod.Object(zod.P("runId", text), optional("offset", zod.Number())).Passthrough())},
		{method: "POST", pattern: a + "/recover", op: "AgentRecover", handler: (*Server).recoverAgent, body: query(zod.P("runId", text), optional("requestContext", zod.Record(zod.Any())), optional("versions", versions()))},
		{method: "POST", pattern: a + "/resume-stream", op: "AgentResumeStream", handler: (*Server).resumeAgentStream, body: resumedBody()},
		{method: "POST", pattern: a + "/resume-stream-until-idle", op: "AgentResumeStreamUntilIdle", handler: (*Server).resumeAgentStream, body: resumedBody(maxIdle)},
		{method: "POST", pattern: a + "/approve-tool-call", op: "AgentApproveToolCall", handler: (*Server).approveToolCall, body: decision(callID, format)},
		{method: "POST", pattern: a + "/approve-tool-call-generate", op: "AgentApproveToolCallGenerate", handler: (*Server).approveToolCallGenerate, body: decision(callID, format)},
		{method: "POST", pattern: a + "/decline-tool-call", op: "AgentDeclineToolCall", handler: (*Server).declineToolCall, body: decision(callID, format, reason)},
		{method: "POST", pattern: a + "/decline-tool-call-generate", op: "AgentDeclineToolCallGenerate", handler: (*Server).declineToolCallGenerate, body: decision(callID, format, reason)},
		{method: "POST", pattern: a + "/network", op: "AgentNetwork", handler: (*Server).runNetwork, body: execution},
		{method: "POST", pattern: a + "/approve-network-tool-call", op: "AgentApproveNetworkToolCall", handler: (*Server).approveNetwork, body: decision(format)},
		{method: "POST", pattern: a + "/decline-network-tool-call", op: "AgentDeclineNetworkToolCall", handler: (*Server).declineNetwork, body: decision(format, reason)},
		{method: "GET", pattern: a + "/suspended-runs", op: "AgentSuspendedRuns", handler: (*Server).suspendedRuns,
			query: query(optional("threadId", text), optional("resourceId", text), optional("fromDate", zod.Date()), optional("toDate", zod.Date()),
				optional("page", zod.Int().Coerce().Min(0)), optional("perPage", zod.Int().Coerce().Positive()))},
	}
}

// agentThreadRoutes are what reaches agents by the threads they work on.
func agentThreadRoutes() []route {
	text, record := zod.String(), zod.Record(zod.Any())
	thread := []zod.Prop{optional("resourceId", text), zod.P("threadId", text)}
	attributes := zod.Record(zod.Union(text, zod.Number(), zod.Boolean(), zod.Literal(nil)))
	behaviour := func(behaviours ...string) zod.Schema {
		return zod.Object(optional("behavior", zod.Enum(behaviours...)), optional("attributes", attributes), optional("streamOptions", record))
	}
	contents := zod.Union(text, zod.Array(zod.Union(
		zod.Object(zod.P("type", zod.Enum("text")), zod.P("text", text)).Passthrough(),
		zod.Object(zod.P("type", zod.Enum("file")), zod.P("data", zod.Any()), zod.P("mediaType", text)).Passthrough())))
	message := zod.Union(contents, zod.Object(zod.P("contents", contents), optional("attributes", attributes), optional("metadata", record)).Passthrough())
	signal := zod.Object(optional("id", text), zod.P("type", zod.Enum("user", "user-message", "reactive", "system-reminder", "notification", "state")),
		optional("tagName", text), zod.P("contents", contents), optional("attributes", attributes), optional("metadata", record)).Passthrough()
	// A message goes to a run, or to a thread of a resource.
	to := func(name string, what zod.Schema) *zod.Schema {
		active := optional("ifActive", behaviour("deliver", "persist", "discard"))
		return schema(zod.Union(
			zod.Object(zod.P("runId", text), optional("resourceId", text), optional("threadId", text), active, zod.P(name, what)),
			zod.Object(zod.P("resourceId", text), zod.P("threadId", text), active, optional("ifIdle", behaviour("wake", "persist", "discard")), zod.P(name, what))))
	}
	const a = agentPath
	return []route{
		{method: "POST", pattern: a + "/send-message", op: "AgentSendMessage", handler: (*Server).sendMessage, body: to("message", message)},
		{method: "POST", pattern: a + "/queue-message", op: "AgentQueueMessage", handler: (*Server).queueMessage, body: to("message", message)},
		{method: "POST", pattern: a + "/signals", op: "AgentSendSignal", handler: (*Server).sendSignal, body: to("signal", signal)},
		{method: "POST", pattern: a + "/threads/abort", op: "AgentAbortThread", handler: (*Server).abortThread, body: query(append(thread, optional("expectedRunId", text))...)},
		{method: "POST", pattern: a + "/threads/subscribe", op: "AgentSubscribeThread", handler: (*Server).subscribeThread, body: query(thread...)},
		{method: "POST", pattern: a + "/send-tool-approval", op: "AgentSendToolApproval", handler: (*Server).sendToolApproval,
			body: query(zod.P("resourceId", text), zod.P("threadId", text), optional("requestContext", record), zod.P("toolCallId", text),
				zod.P("approved", zod.Boolean()), optional("resumeData", zod.Any()), optional("format", text),
				optional("messages", zod.Array(zod.Any())), optional("streamOptions", zod.Any()))},
	}
}

// agentModelRoutes change agents' models and use their voices.
func agentModelRoutes() []route {
	text := zod.String()
	name := zod.Object(zod.P("modelId", text), zod.P("provider", text))
	const a = agentPath
	return []route{
		{method: "POST", pattern: a + "/model", op: "AgentSetModel", handler: (*Server).setModel, body: schema(name)},
		{method: "POST", pattern: a + "/model/reset", op: "AgentResetModel", handler: (*Server).resetModel},
		{method: "POST", pattern: a + "/models/reorder", op: "AgentReorderModels", handler: (*Server).reorderModels,
			body: query(zod.P("reorderedModelIds", zod.Array(text)))},
		{method: "POST", pattern: a + "/models/{modelConfigId}", op: "AgentUpdateModelConfig", handler: (*Server).updateModel,
			body: query(zod.P("model", name.Optional()), optional("maxRetries", zod.Number()), optional("enabled", zod.Boolean()))},
		{method: "GET", pattern: a + "/voice/speakers", op: "AgentVoiceSpeakers", handler: (*Server).listSpeakers},
		{method: "GET", pattern: a + "/voice/listener", op: "AgentVoiceListener", handler: (*Server).getListener},
		{method: "POST", pattern: a + "/voice/speak", op: "AgentVoiceSpeak", handler: (*Server).speak,
			body: query(zod.P("text", text), optional("speakerId", text))},
		{method: "POST", pattern: a + "/voice/listen", op: "AgentVoiceListen", handler: (*Server).listen,
			body: query(zod.P("audio", zod.Any().Required("Invalid input: expected nonoptional, received undefined")), optional("options", zod.Any()))},
	}
}

// agentAbsentRoutes are those of what this server has nothing of, and names of
// routes that are no more.
func agentAbsentRoutes() []route {
	text, execution := zod.String(), executionBody()
	older := schema(zod.Object(append(executionProps(), optional("resourceId", text), optional("resourceid", text), optional("threadId", text))...).Passthrough())
	const (
		oldUI     = "This endpoint is deprecated. Please use the @mastra/ai-sdk package to for uiMessage transformations"
		oldStream = "This endpoint is deprecated. Please use /stream instead."
		a         = agentPath
	)
	return []route{
		{method: "POST", pattern: a + "/clone", op: "AgentClone", handler: (*Server).cloneAgent, bodyOptional: true,
			body: query(optional("newId", text), optional("newName", text), optional("metadata", zod.Record(zod.Any())), optional("authorId", text))},
		{method: "POST", pattern: a + "/instructions/enhance", op: "AgentEnhanceInstructions", handler: (*Server).enhanceInstructions,
			body: query(zod.P("instructions", text), zod.P("comment", text))},
		{method: "GET", pattern: a + "/plans/file", op: "AgentPlanFile", handler: (*Server).getPlanFile, query: query(append(agentVersion(), zod.P("path", text))...)},
		{method: "GET", pattern: a + "/skills/{skillName}", op: "AgentSkill", handler: (*Server).getSkill, query: query(optional("path", text))},
		{method: "POST", pattern: a + "/stream/vnext", op: "AgentStream", handler: (*Server).streamRecords, body: execution},
		{method: "POST", pattern: a + "/streamVNext", op: "AgentStreamVNext", handler: gone(http.StatusGone, oldStream), body: execution},
		{method: "POST", pattern: a + "/stream/ui", op: "AgentStreamUI", handler: gone(http.StatusInternalServerError, oldUI), body: execution},
		{method: "POST", pattern: a + "/stream/vnext/ui", op: "AgentStreamVNextUI", handler: gone(http.StatusInternalServerError, oldUI), body: execution},
		{method: "POST", pattern: a + "/generate-legacy", op: "AgentGenerateLegacy", handler: legacy("generateLegacy(). Please use generate"), body: older},
		{method: "POST", pattern: a + "/stream-legacy", op: "AgentStreamLegacy", handler: legacy("streamLegacy(). Please use stream"), body: older},
	}
}

// executionBody is the body of generate and stream.
func executionBody() *zod.Schema { return schema(zod.Object(executionProps()...).Passthrough()) }

// resumedBody is the body of what goes on with a run: all but the messages of one
// that begins it.
func resumedBody(more ...zod.Prop) *zod.Schema {
	text := zod.String()
	var props []zod.Prop
	for _, p := range executionProps() {
		switch p.Name {
		case "messages":
		case "runId":
			props = append(props, zod.P("runId", text))
		default:
			props = append(props, p)
		}
	}
	props = append(props, zod.P("resumeData", zod.Any().Required("resumeData is required")), optional("toolCallId", text))
	return schema(zod.Object(append(props, more...)...).Passthrough())
}

// agentVersion picks a stored version of an agent. There is no editor to keep any.
func agentVersion() []zod.Prop {
	return []zod.Prop{optional("status", versionStatus), optional("versionId", zod.String())}
}

// versions picks stored versions of an agent and of its sub-agents.
func versions() zod.Schema {
	one := zod.Union(zod.Object(zod.P("versionId", zod.String())), zod.Object(zod.P("status", versionStatus)))
	return zod.Object(optional("agents", zod.Record(one)), optional("defaultStatus", versionStatus))
}

var versionStatus = zod.Enum("draft", "published")

func executionProps() []zod.Prop {
	record := zod.Record(zod.Any())
	text := zod.String()
	thread := zod.Union(text, zod.Object(zod.P("id", text)).Passthrough())
	memory := zod.Object(zod.P("thread", thread), optional("resource", text), optional("options", record), optional("readOnly", zod.Boolean()))
	tracing := zod.Object(optional("rootSpanName", text), optional("metadata", record), optional("requestContextKeys", zod.Array(text)), optional("traceId", text),
		optional("parentSpanId", text), optional("tags", zod.Array(text)), optional("hideInput", zod.Boolean()), optional("hideOutput", zod.Boolean()))
	scorer := zod.Object(zod.P("scorer", text), optional("sampling", zod.Any()))
	choice := zod.Union(zod.Enum("auto", "none", "required"), zod.Object(zod.P("type", zod.Enum("tool")), zod.P("toolName", text)))
	structured := zod.Object(zod.P("schema", zod.Object().Passthrough()), optional("model", zod.Any()), optional("instructions", text), optional("jsonPromptInjection", zod.Boolean()),
		optional("errorStrategy", zod.Enum("strict", "warn", "fallback")), optional("fallbackValue", zod.Any()))
	return []zod.Prop{
		zod.P("messages", zod.Union(zod.Array(zod.Any()), text)),
		optional("instructions", zod.Any()), optional("system", zod.Any()), optional("context", zod.Array(zod.Any())), optional("memory", memory),
		optional("runId", text), optional("savePerStep", zod.Boolean()), optional("requestContext", record), optional("versions", versions()), optional("maxSteps", zod.Number()),
		optional("model", text), optional("providerOptions", zod.Record(record)), optional("activeTools", zod.Array(text)),
		optional("toolsets", record), optional("clientTools", record), optional("toolChoice", choice), optional("requireToolApproval", zod.Boolean()),
		optional("scorers", zod.Union(record, zod.Record(scorer))), optional("returnScorerData", zod.Boolean()), optional("tracingOptions", tracing),
		optional("structuredOutput", structured), optional("untilIdle", zod.Union(zod.Boolean(), zod.Object(optional("maxIdleMs", zod.Int().Positive())))),
	}
}
