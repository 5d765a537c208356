package contract_test

// covered are the operations that must have been called with a good and with a
// failing answer when the whole suite has run.
var covered = []string{
	"AgentsList", "AgentGet", "AgentGenerate", "AgentStream", "AgentResumeStream",
	"AgentApproveToolCall", "AgentApproveToolCallGenerate", "AgentDeclineToolCall", "AgentDeclineToolCallGenerate",
	"WorkflowsList", "WorkflowGet", "WorkflowCreateRun", "WorkflowStart", "WorkflowStream",
	"WorkflowResume", "WorkflowResumeStream", "WorkflowGetRun", "WorkflowCancelRun", "WorkflowObserve",
	"MemoryCreateThread", "MemoryListThreads", "MemoryThreadGet", "MemoryThreadMessages", "MemorySaveMessages",
	"ToolsList", "ToolGet", "ToolExecute",
	"VectorCreateIndex", "VectorUpsert", "VectorQuery",
}
