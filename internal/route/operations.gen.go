// Code generated from openapi.yaml by internal/route/generate; DO NOT EDIT.

package route

import "time"

var Health = Operation{ID: "Health", Method: "GET", Path: "/health", AtRoot: true, Safe: true, Answer: &Answer{Form: Object, Some: []string{"success"}}}

var AgentsList = Operation{ID: "AgentsList", Method: "GET", Path: "/agents", Safe: true, Context: Query, Answer: &Answer{Form: Map, Some: []string{"name"}}}

var AgentsProviders = Operation{ID: "AgentsProviders", Method: "GET", Path: "/agents/providers", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"providers"}}}

var AgentGet = Operation{ID: "AgentGet", Method: "GET", Path: "/agents/{agentId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"name"}}}

var AgentClone = Operation{ID: "AgentClone", Method: "POST", Path: "/agents/{agentId}/clone", Context: Body, Answer: &Answer{Form: Object, Some: []string{"id"}}}

var AgentGenerate = Operation{ID: "AgentGenerate", Method: "POST", Path: "/agents/{agentId}/generate", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"text"}}}

var AgentStream = Operation{ID: "AgentStream", Method: "POST", Path: "/agents/{agentId}/stream", Context: Body, Tracing: true, Stream: &Stream{Framing: SSE, End: DoneOrTerminal}}

var AgentStreamUntilIdle = Operation{ID: "AgentStreamUntilIdle", Method: "POST", Path: "/agents/{agentId}/stream-until-idle", Context: Body, Tracing: true, Stream: &Stream{Framing: SSE, End: Done}}

var AgentObserve = Operation{ID: "AgentObserve", Method: "POST", Path: "/agents/{agentId}/observe", Safe: true, Context: Body, Stream: &Stream{Framing: SSE, End: DoneOrTerminal, FirstByte: 30 * time.Second}}

var AgentSendMessage = Operation{ID: "AgentSendMessage", Method: "POST", Path: "/agents/{agentId}/send-message", Context: Body, Answer: &Answer{Form: Object, Some: []string{"accepted", "runId"}}}

var AgentQueueMessage = Operation{ID: "AgentQueueMessage", Method: "POST", Path: "/agents/{agentId}/queue-message", Context: Body, Answer: &Answer{Form: Object, Some: []string{"accepted", "runId"}}}

var AgentSendSignal = Operation{ID: "AgentSendSignal", Method: "POST", Path: "/agents/{agentId}/signals", Context: Body, Answer: &Answer{Form: Object, Some: []string{"accepted", "runId"}}}

var AgentAbortThread = Operation{ID: "AgentAbortThread", Method: "POST", Path: "/agents/{agentId}/threads/abort", Context: Body, Answer: &Answer{Form: Object, Some: []string{"aborted"}}}

var AgentSubscribeThread = Operation{ID: "AgentSubscribeThread", Method: "POST", Path: "/agents/{agentId}/threads/subscribe", Safe: true, Context: Body, Stream: &Stream{Framing: SSE, End: Endless, Idle: 60 * time.Second}}

var AgentToolExecute = Operation{ID: "AgentToolExecute", Method: "POST", Path: "/agents/{agentId}/tools/{toolId}/execute", Context: Body}

var AgentApproveToolCall = Operation{ID: "AgentApproveToolCall", Method: "POST", Path: "/agents/{agentId}/approve-tool-call", Context: Body, Stream: &Stream{Framing: SSE, End: DoneOrTerminal}}

var AgentSendToolApproval = Operation{ID: "AgentSendToolApproval", Method: "POST", Path: "/agents/{agentId}/send-tool-approval", Context: Body, Answer: &Answer{Form: Object, Some: []string{"accepted", "runId"}}}

var AgentSuspendedRuns = Operation{ID: "AgentSuspendedRuns", Method: "GET", Path: "/agents/{agentId}/suspended-runs", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"runs"}}}

var AgentDeclineToolCall = Operation{ID: "AgentDeclineToolCall", Method: "POST", Path: "/agents/{agentId}/decline-tool-call", Context: Body, Stream: &Stream{Framing: SSE, End: DoneOrTerminal}}

var AgentResumeStream = Operation{ID: "AgentResumeStream", Method: "POST", Path: "/agents/{agentId}/resume-stream", Context: Body, Tracing: true, Stream: &Stream{Framing: SSE, End: DoneOrTerminal}}

var AgentRecover = Operation{ID: "AgentRecover", Method: "POST", Path: "/agents/{agentId}/recover", Context: Body, Stream: &Stream{Framing: SSE, End: DoneOrTerminal}}

var AgentApproveToolCallGenerate = Operation{ID: "AgentApproveToolCallGenerate", Method: "POST", Path: "/agents/{agentId}/approve-tool-call-generate", Context: Body, Answer: &Answer{Form: Object, Some: []string{"text"}}}

var AgentDeclineToolCallGenerate = Operation{ID: "AgentDeclineToolCallGenerate", Method: "POST", Path: "/agents/{agentId}/decline-tool-call-generate", Context: Body, Answer: &Answer{Form: Object, Some: []string{"text"}}}

var AgentApproveNetworkToolCall = Operation{ID: "AgentApproveNetworkToolCall", Method: "POST", Path: "/agents/{agentId}/approve-network-tool-call", Context: Body, Stream: &Stream{Framing: SSE, End: Done}}

var AgentDeclineNetworkToolCall = Operation{ID: "AgentDeclineNetworkToolCall", Method: "POST", Path: "/agents/{agentId}/decline-network-tool-call", Context: Body, Stream: &Stream{Framing: SSE, End: Done}}

var AgentResumeStreamUntilIdle = Operation{ID: "AgentResumeStreamUntilIdle", Method: "POST", Path: "/agents/{agentId}/resume-stream-until-idle", Context: Body, Tracing: true, Stream: &Stream{Framing: SSE, End: Done}}

var AgentNetwork = Operation{ID: "AgentNetwork", Method: "POST", Path: "/agents/{agentId}/network", Context: Body, Tracing: true, Stream: &Stream{Framing: SSE, End: Done}}

var AgentSetModel = Operation{ID: "AgentSetModel", Method: "POST", Path: "/agents/{agentId}/model", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var AgentResetModel = Operation{ID: "AgentResetModel", Method: "POST", Path: "/agents/{agentId}/model/reset", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var AgentReorderModels = Operation{ID: "AgentReorderModels", Method: "POST", Path: "/agents/{agentId}/models/reorder", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var AgentUpdateModelConfig = Operation{ID: "AgentUpdateModelConfig", Method: "POST", Path: "/agents/{agentId}/models/{modelConfigId}", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var AgentEnhanceInstructions = Operation{ID: "AgentEnhanceInstructions", Method: "POST", Path: "/agents/{agentId}/instructions/enhance", Context: Body, Answer: &Answer{Form: Object, Some: []string{"explanation", "new_prompt"}}}

var AgentToolGet = Operation{ID: "AgentToolGet", Method: "GET", Path: "/agents/{agentId}/tools/{toolId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"id"}}}

var AgentPlanFile = Operation{ID: "AgentPlanFile", Method: "GET", Path: "/agents/{agentId}/plans/file", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"path", "content"}}}

var AgentSkill = Operation{ID: "AgentSkill", Method: "GET", Path: "/agents/{agentId}/skills/{skillName}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"name"}}}

var AgentVoiceSpeakers = Operation{ID: "AgentVoiceSpeakers", Method: "GET", Path: "/agents/{agentId}/voice/speakers", Safe: true, Context: Query, Answer: &Answer{Form: List, Some: []string{"voiceId"}}}

var AgentVoiceListener = Operation{ID: "AgentVoiceListener", Method: "GET", Path: "/agents/{agentId}/voice/listener", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"enabled"}}}

var AgentVoiceSpeak = Operation{ID: "AgentVoiceSpeak", Method: "POST", Path: "/agents/{agentId}/voice/speak", Context: Body}

var AgentVoiceListen = Operation{ID: "AgentVoiceListen", Method: "POST", Path: "/agents/{agentId}/voice/listen", Context: Query, Answer: &Answer{Form: Object, Some: []string{"text"}}}

var WorkflowsList = Operation{ID: "WorkflowsList", Method: "GET", Path: "/workflows", Safe: true, Context: Query, Answer: &Answer{Form: Map, Some: []string{"name", "description", "metadata", "origin", "inputSchema", "outputSchema", "stateSchema", "stepCount", "steps", "allSteps", "stepGraph", "options", "isProcessorWorkflow", "requestContextSchema"}}}

var WorkflowsRunCounts = Operation{ID: "WorkflowsRunCounts", Method: "GET", Path: "/workflows/run-counts", Safe: true, Context: Query, Answer: &Answer{Form: Map, Some: []string{"running", "suspended"}}}

var WorkflowGet = Operation{ID: "WorkflowGet", Method: "GET", Path: "/workflows/{workflowId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"name", "description", "metadata", "origin", "inputSchema", "outputSchema", "stateSchema", "stepCount", "steps", "allSteps", "stepGraph", "options", "isProcessorWorkflow", "requestContextSchema"}}}

var WorkflowListRuns = Operation{ID: "WorkflowListRuns", Method: "GET", Path: "/workflows/{workflowId}/runs", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"runs"}}}

var WorkflowGetRun = Operation{ID: "WorkflowGetRun", Method: "GET", Path: "/workflows/{workflowId}/runs/{runId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"runId", "workflowName", "createdAt", "updatedAt", "status"}}}

var WorkflowDeleteRun = Operation{ID: "WorkflowDeleteRun", Method: "DELETE", Path: "/workflows/{workflowId}/runs/{runId}", Safe: true, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowCreateRun = Operation{ID: "WorkflowCreateRun", Method: "POST", Path: "/workflows/{workflowId}/create-run", Safe: true, Context: Body, Answer: &Answer{Form: Object, Some: []string{"runId"}}}

var WorkflowStartAsync = Operation{ID: "WorkflowStartAsync", Method: "POST", Path: "/workflows/{workflowId}/start-async", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"status"}}}

var WorkflowStart = Operation{ID: "WorkflowStart", Method: "POST", Path: "/workflows/{workflowId}/start", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowStream = Operation{ID: "WorkflowStream", Method: "POST", Path: "/workflows/{workflowId}/stream", Context: Body, Tracing: true, Stream: &Stream{Framing: Records, End: Terminal}}

var WorkflowObserve = Operation{ID: "WorkflowObserve", Method: "POST", Path: "/workflows/{workflowId}/observe", Safe: true, Context: Body, Stream: &Stream{Framing: Records, End: Terminal}}

var WorkflowResumeAsync = Operation{ID: "WorkflowResumeAsync", Method: "POST", Path: "/workflows/{workflowId}/resume-async", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"status"}}}

var WorkflowResume = Operation{ID: "WorkflowResume", Method: "POST", Path: "/workflows/{workflowId}/resume", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowResumeNoWait = Operation{ID: "WorkflowResumeNoWait", Method: "POST", Path: "/workflows/{workflowId}/resume-no-wait", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"runId"}}}

var WorkflowResumeStream = Operation{ID: "WorkflowResumeStream", Method: "POST", Path: "/workflows/{workflowId}/resume-stream", Context: Body, Tracing: true, Stream: &Stream{Framing: Records, End: Terminal}}

var WorkflowCancelRun = Operation{ID: "WorkflowCancelRun", Method: "POST", Path: "/workflows/{workflowId}/runs/{runId}/cancel", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowTimeTravel = Operation{ID: "WorkflowTimeTravel", Method: "POST", Path: "/workflows/{workflowId}/time-travel", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowTimeTravelAsync = Operation{ID: "WorkflowTimeTravelAsync", Method: "POST", Path: "/workflows/{workflowId}/time-travel-async", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"status"}}}

var WorkflowTimeTravelStream = Operation{ID: "WorkflowTimeTravelStream", Method: "POST", Path: "/workflows/{workflowId}/time-travel-stream", Context: Body, Tracing: true, Stream: &Stream{Framing: Records, End: Terminal}}

var WorkflowRestart = Operation{ID: "WorkflowRestart", Method: "POST", Path: "/workflows/{workflowId}/restart", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowRestartAsync = Operation{ID: "WorkflowRestartAsync", Method: "POST", Path: "/workflows/{workflowId}/restart-async", Context: Body, Tracing: true, Answer: &Answer{Form: Object, Some: []string{"status"}}}

var WorkflowRestartAllActive = Operation{ID: "WorkflowRestartAllActive", Method: "POST", Path: "/workflows/{workflowId}/restart-all-active-workflow-runs", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var WorkflowRestartAllActiveAsync = Operation{ID: "WorkflowRestartAllActiveAsync", Method: "POST", Path: "/workflows/{workflowId}/restart-all-active-workflow-runs-async", Context: Body, Answer: &Answer{Form: Object, Some: []string{"message"}}}

var MemoryStatus = Operation{ID: "MemoryStatus", Method: "GET", Path: "/memory/status", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"result"}}}

var MemoryConfig = Operation{ID: "MemoryConfig", Method: "GET", Path: "/memory/config", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"memoryType", "config"}}}

var MemoryObservational = Operation{ID: "MemoryObservational", Method: "GET", Path: "/memory/observational-memory", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"record", "history"}}}

var MemoryBufferStatus = Operation{ID: "MemoryBufferStatus", Method: "POST", Path: "/memory/observational-memory/buffer-status", Safe: true, Context: Body, Answer: &Answer{Form: Object, Some: []string{"record"}}}

var MemoryListThreads = Operation{ID: "MemoryListThreads", Method: "GET", Path: "/memory/threads", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"threads"}}}

var MemoryCreateThread = Operation{ID: "MemoryCreateThread", Method: "POST", Path: "/memory/threads", Context: Body, Answer: &Answer{Form: Object, Some: []string{"id", "resourceId", "createdAt", "updatedAt"}}}

var MemoryThreadGet = Operation{ID: "MemoryThreadGet", Method: "GET", Path: "/memory/threads/{threadId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"id", "resourceId", "createdAt", "updatedAt"}}}

var MemoryThreadUpdate = Operation{ID: "MemoryThreadUpdate", Method: "PATCH", Path: "/memory/threads/{threadId}", Safe: true, Answer: &Answer{Form: Object, Some: []string{"id", "resourceId", "createdAt", "updatedAt"}}}

var MemoryThreadDelete = Operation{ID: "MemoryThreadDelete", Method: "DELETE", Path: "/memory/threads/{threadId}", Safe: true, Answer: &Answer{Form: Object, Some: []string{"result"}}}

var MemoryThreadClone = Operation{ID: "MemoryThreadClone", Method: "POST", Path: "/memory/threads/{threadId}/clone", Context: Body, Answer: &Answer{Form: Object, Each: []string{"thread", "clonedMessages"}}}

var MemoryThreadTransfer = Operation{ID: "MemoryThreadTransfer", Method: "POST", Path: "/memory/threads/{threadId}/transfer", Context: Body, Answer: &Answer{Form: Object, Some: []string{"id", "resourceId", "createdAt", "updatedAt"}}}

var MemoryThreadMessages = Operation{ID: "MemoryThreadMessages", Method: "GET", Path: "/memory/threads/{threadId}/messages", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"messages"}}}

var MemorySaveMessages = Operation{ID: "MemorySaveMessages", Method: "POST", Path: "/memory/save-messages", Safe: true, Context: Body, Answer: &Answer{Form: Object, Each: []string{"messages"}}}

var MemoryDeleteMessages = Operation{ID: "MemoryDeleteMessages", Method: "POST", Path: "/memory/messages/delete", Safe: true, Context: Body, Answer: &Answer{Form: Object, Some: []string{"success", "message"}}}

var MemoryThreadWorkingMemory = Operation{ID: "MemoryThreadWorkingMemory", Method: "GET", Path: "/memory/threads/{threadId}/working-memory", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"source", "threadExists"}}}

var MemoryThreadUpdateWorkingMemory = Operation{ID: "MemoryThreadUpdateWorkingMemory", Method: "POST", Path: "/memory/threads/{threadId}/working-memory", Safe: true, Context: Body, Answer: &Answer{Form: Object, Some: []string{"success"}}}

var MemorySearch = Operation{ID: "MemorySearch", Method: "GET", Path: "/memory/search", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"results"}}}

var ToolsList = Operation{ID: "ToolsList", Method: "GET", Path: "/tools", Safe: true, Context: Query, Answer: &Answer{Form: Map, Some: []string{"id"}}}

var ToolGet = Operation{ID: "ToolGet", Method: "GET", Path: "/tools/{toolId}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"id"}}}

var ToolExecute = Operation{ID: "ToolExecute", Method: "POST", Path: "/tools/{toolId}/execute", Context: Body}

var VectorsList = Operation{ID: "VectorsList", Method: "GET", Path: "/vectors", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"vectors"}}}

var VectorsEmbedders = Operation{ID: "VectorsEmbedders", Method: "GET", Path: "/embedders", Safe: true, Context: Query, Answer: &Answer{Form: Object, Each: []string{"embedders"}}}

var VectorCreateIndex = Operation{ID: "VectorCreateIndex", Method: "POST", Path: "/vector/{vectorName}/create-index", Safe: true, Context: Body, Answer: &Answer{Form: Object, Some: []string{"success"}}}

var VectorListIndexes = Operation{ID: "VectorListIndexes", Method: "GET", Path: "/vector/{vectorName}/indexes", Safe: true, Context: Query, Answer: &Answer{Form: List}}

var VectorDescribeIndex = Operation{ID: "VectorDescribeIndex", Method: "GET", Path: "/vector/{vectorName}/indexes/{indexName}", Safe: true, Context: Query, Answer: &Answer{Form: Object, Some: []string{"dimension", "count"}}}

var VectorDeleteIndex = Operation{ID: "VectorDeleteIndex", Method: "DELETE", Path: "/vector/{vectorName}/indexes/{indexName}", Safe: true, Answer: &Answer{Form: Object, Some: []string{"success"}}}

var VectorUpsert = Operation{ID: "VectorUpsert", Method: "POST", Path: "/vector/{vectorName}/upsert", Safe: true, Context: Body, Answer: &Answer{Form: Object, Each: []string{"ids"}}}

var VectorQuery = Operation{ID: "VectorQuery", Method: "POST", Path: "/vector/{vectorName}/query", Safe: true, Context: Body, Answer: &Answer{Form: List, Some: []string{"id", "score"}}}

// All lists the operations in the order of openapi.yaml.
var All = []Operation{
	Health,
	AgentsList,
	AgentsProviders,
	AgentGet,
	AgentClone,
	AgentGenerate,
	AgentStream,
	AgentStreamUntilIdle,
	AgentObserve,
	AgentSendMessage,
	AgentQueueMessage,
	AgentSendSignal,
	AgentAbortThread,
	AgentSubscribeThread,
	AgentToolExecute,
	AgentApproveToolCall,
	AgentSendToolApproval,
	AgentSuspendedRuns,
	AgentDeclineToolCall,
	AgentResumeStream,
	AgentRecover,
	AgentApproveToolCallGenerate,
	AgentDeclineToolCallGenerate,
	AgentApproveNetworkToolCall,
	AgentDeclineNetworkToolCall,
	AgentResumeStreamUntilIdle,
	AgentNetwork,
	AgentSetModel,
	AgentResetModel,
	AgentReorderModels,
	AgentUpdateModelConfig,
	AgentEnhanceInstructions,
	AgentToolGet,
	AgentPlanFile,
	AgentSkill,
	AgentVoiceSpeakers,
	AgentVoiceListener,
	AgentVoiceSpeak,
	AgentVoiceListen,
	WorkflowsList,
	WorkflowsRunCounts,
	WorkflowGet,
	WorkflowListRuns,
	WorkflowGetRun,
	WorkflowDeleteRun,
	WorkflowCreateRun,
	WorkflowStartAsync,
	WorkflowStart,
	WorkflowStream,
	WorkflowObserve,
	WorkflowResumeAsync,
	WorkflowResume,
	WorkflowResumeNoWait,
	WorkflowResumeStream,
	WorkflowCancelRun,
	WorkflowTimeTravel,
	WorkflowTimeTravelAsync,
	WorkflowTimeTravelStream,
	WorkflowRestart,
	WorkflowRestartAsync,
	WorkflowRestartAllActive,
	WorkflowRestartAllActiveAsync,
	MemoryStatus,
	MemoryConfig,
	MemoryObservational,
	MemoryBufferStatus,
	MemoryListThreads,
	MemoryCreateThread,
	MemoryThreadGet,
	MemoryThreadUpdate,
	MemoryThreadDelete,
	MemoryThreadClone,
	MemoryThreadTransfer,
	MemoryThreadMessages,
	MemorySaveMessages,
	MemoryDeleteMessages,
	MemoryThreadWorkingMemory,
	MemoryThreadUpdateWorkingMemory,
	MemorySearch,
	ToolsList,
	ToolGet,
	ToolExecute,
	VectorsList,
	VectorsEmbedders,
	VectorCreateIndex,
	VectorListIndexes,
	VectorDescribeIndex,
	VectorDeleteIndex,
	VectorUpsert,
	VectorQuery,
}
