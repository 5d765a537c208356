package mastra_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// handwritten is a type that is written by hand instead of being generated.
type handwritten struct {
	typ reflect.Type
	// schemas of openapi.yaml whose members it holds.
	schemas []string
	// names are the JSON names of the fields of a type that has no tags.
	names map[string]string
	// without are members that have no field, beyond fields that are no member,
	// each with the reason.
	without, beyond map[string]string
	// other are members whose Go type differs in kind, with the reason.
	other map[string]string
}

type reasons = map[string]string

func of[T any](schemas ...string) handwritten {
	return handwritten{typ: reflect.TypeFor[T](), schemas: schemas}
}

func (h handwritten) named(names map[string]string) handwritten { h.names = names; return h }
func (h handwritten) lacks(why reasons) handwritten             { h.without = why; return h }
func (h handwritten) adds(why reasons) handwritten              { h.beyond = why; return h }
func (h handwritten) differs(why reasons) handwritten           { h.other = why; return h }

const (
	rare     = "seldom wanted: Extra carries it"
	byHandle = "the handle knows it"
	noFormat = "another framing, which the client would not read"
)

var requestTypes = []handwritten{
	of[mastra.AgentRequest]("AgentRequest").named(map[string]string{"ClientTools": "clientTools"}).lacks(reasons{
		"stopWhen": rare, "output": "the older form of structuredOutput", "maxIdleMs": "in UntilIdle",
	}).differs(reasons{"clientTools": "each tool knows its name"}),
	of[mastra.ResumeAgentRequest]("AgentResumeRequest").lacks(reasons{
		"instructions": rare, "system": rare, "context": rare, "savePerStep": rare, "versions": rare, "stopWhen": rare, "model": rare,
		"providerOptions": rare, "modelSettings": rare, "activeTools": rare, "toolsets": rare, "toolChoice": rare,
		"requireToolApproval": rare, "scorers": rare, "returnScorerData": rare, "output": rare, "structuredOutput": rare,
		"clientTools": rare, "maxIdleMs": "in UntilIdle",
	}),
	of[mastra.MemoryRef]("MemoryRef").named(map[string]string{
		"ThreadID": "thread", "ResourceID": "resource", "ReadOnly": "readOnly", "Options": "options",
	}),
	of[mastra.StructuredOutput]("StructuredOutput"),
	of[mastra.TracingOptions]("TracingOptions"),
	of[mastra.ApproveRequest]("ApproveRequest").lacks(reasons{"format": noFormat}),
	of[mastra.ApproveRequest]("NetworkApproveRequest").lacks(reasons{"format": noFormat}).adds(reasons{"toolCallId": "of the other routes; ignored"}),
	of[mastra.DeclineRequest]("DeclineRequest").lacks(reasons{"format": noFormat}),
	of[mastra.DeclineRequest]("NetworkDeclineRequest").lacks(reasons{"format": noFormat}).adds(reasons{"toolCallId": "of the other routes; ignored"}),
	of[mastra.SendMessageRequest]("MessageRequest"),
	of[mastra.SendSignalRequest]("SignalRequest"),
	of[mastra.IfActive]("IfActive"),
	of[mastra.IfIdle]("IfIdle"),
	of[mastra.AbortThreadRequest]("AbortRequest"),
	of[mastra.ToolApprovalRequest]("ToolApprovalRequest").lacks(reasons{"format": noFormat}),
	of[mastra.ObserveAgentRequest]("ObserveRequest"),
	of[mastra.RecoverAgentRequest]("RecoverRequest"),
	of[mastra.UpdateModelRequest]("ModelEntryRequest").named(map[string]string{"Model": "model", "MaxRetries": "maxRetries", "Enabled": "enabled"}).differs(reasons{"model": "sent apart as provider and modelId"}),
	of[mastra.EnhanceInstructionsRequest]("EnhanceRequest"),
	of[mastra.CloneAgentRequest]("CloneAgentRequest").adds(reasons{"requestContext": "of every POST"}),
	of[mastra.SpeakRequest]("SpeakRequest"),
	of[mastra.ListenRequest]("ListenForm").named(map[string]string{"Audio": "audio", "Options": "options"}).differs(reasons{"options": "encoded as JSON text"}),
	of[mastra.CreateRunRequest]("CreateRunRequest"),
	of[mastra.StartRequest]("StartRequest").lacks(reasons{"closeOnSuspend": "Start would never return"}),
	of[mastra.ResumeRequest]("ResumeRequest").named(map[string]string{
		"Step": "step", "Data": "resumeData", "ForEachIndex": "forEachIndex", "PerStep": "perStep", "Tracing": "tracingOptions",
	}),
	of[mastra.TimeTravelRequest]("TimeTravelRequest"),
	of[mastra.RestartRequest]("RestartRequest"),
	of[mastra.CreateThreadRequest]("CreateThreadRequest"),
	of[mastra.UpdateThreadRequest]("UpdateThreadRequest").lacks(reasons{"resourceId": byHandle}),
	of[mastra.CloneThreadRequest]("CloneThreadRequest").lacks(reasons{"resourceId": byHandle}),
	of[mastra.CloneOptions]("CloneOptions"),
	of[mastra.CloneFilter]("CloneFilter"),
	of[mastra.Order]("ThreadOrder"),
	of[mastra.StoredMessage]("MessageInput"),
	of[mastra.CreateIndexRequest]("CreateIndexRequest"),
	of[mastra.UpsertRequest]("UpsertRequest"),
	of[mastra.QueryRequest]("QueryRequest"),
}

const inPayloads = "in Raw; the struct keeps what programs ask for"

var resultTypes = []handwritten{
	of[mastra.AgentResult]("AgentResult").named(map[string]string{
		"Text": "text", "Reasoning": "reasoningText", "Object": "object", "FinishReason": "finishReason", "Usage": "totalUsage",
		"Tripwire": "tripwire", "RunID": "runId", "TraceID": "traceId", "SpanID": "spanId", "UsedFallbackValue": "usedFallbackValue",
		"ToolCalls": "toolCalls", "ToolResults": "toolResults", "Sources": "sources", "Files": "files", "Warnings": "warnings",
	}).lacks(reasons{
		"usage": "totalUsage, or this where that is empty", "steps": "Steps", "messages": "Messages", "error": "Err",
		"suspendPayload": "Pending", "resumeSchema": "Pending", "providerMetadata": inPayloads, "request": inPayloads,
		"reasoning": inPayloads, "response": inPayloads, "rememberedMessages": inPayloads, "scoringData": inPayloads,
	}),
	of[mastra.Usage]("Usage").lacks(reasons{"raw": "the provider's own figures: in Raw"}),
	of[mastra.RunState]("RunDetails", "RunResult").lacks(reasons{
		"input": "Input, which the record calls payload", "state": "State, which the record calls initialState",
		"suspended": "Suspensions", "suspendPayload": "Suspensions",
	}),
	of[mastra.RunState]("RunRow", "RunSnapshot").lacks(reasons{
		"snapshot": "read into the same fields", "value": "State", "context": "Steps and Input", "timestamp": "UpdatedAt",
		"activePaths": "ActivePaths has them by step", "tracingContext": "TraceID and SpanID are told elsewhere",
		"requestContext": "may hold secrets of the caller that started the run",
	}).adds(reasons{
		"payload": "context.input", "steps": "context", "initialState": "value", "tripwire": "of the record", "traceId": "of the answer of a call that waits",
		"spanId": "of the answer of a call that waits",
	}),
	of[mastra.StepState]("StepResult"),
	of[mastra.ResumeLabel]("ResumeLabel"),
	of[mastra.RunFailure]("RunError").named(map[string]string{"Name": "name", "Message": "message", "Code": "code", "Cause": "cause"}).lacks(reasons{
		"id": "in Fields", "domain": "in Fields", "category": "in Fields", "details": "in Fields", "stack": "shows the inside of the server",
	}).differs(reasons{"code": "mostly a text; others in Fields too", "cause": "reads any shape"}),
	of[mastra.RunPage]("RunPage"),
	of[mastra.StoredMessage]("StoredMessage"),
	of[mastra.MessageContent]("MessageBody"),
	of[mastra.MessagePart]("MessagePart"),
	of[mastra.ToolInvocation]("ToolInvocation"),
	of[mastra.MessagePage]("MessagePage").lacks(reasons{"perPage": "the caller's own", "uiMessages": "always null"}),
	of[mastra.ThreadClone]("ThreadClone"),
	of[mastra.WorkingMemory]("WorkingMemory").differs(reasons{"workingMemory": "a text or null, whatever its template"}),
	of[mastra.ToolError]("ToolFailure").named(map[string]string{"Message": "message", "ValidationErrors": "validationErrors"}).lacks(reasons{"error": "always true"}),
	of[stream.ObservedChunk]("ObservedEvent").lacks(reasons{"type": "Chunk.Type", "runId": "Chunk.RunID"}),
	of[mastra.Issue]("Issue"),
	of[mastra.Error]("Error").named(map[string]string{"Message": "message", "Issues": "issues"}).lacks(reasons{"error": "Message and Code", "cause": "in Body"}),
}

func TestDescription_HandWrittenTypesHaveItsMembers(t *testing.T) {
	a := readAPI(t)
	check := func(t *testing.T, h handwritten, request bool) {
		t.Helper()
		var members []map[string]schema
		name := h.typ.String()
		for _, s := range h.schemas {
			require.Contains(t, a.schemas, s)
			members = append(members, a.properties(a.schemas[s]))
			name += " " + s
		}
		t.Run(name, func(t *testing.T) {
			a.compare(t, jsonFields(t, h.typ, h.names), members, request, h)
		})
	}
	for _, h := range requestTypes {
		check(t, h, true)
	}
	for _, h := range resultTypes {
		check(t, h, false)
	}
}

// Requests that travel in the query have no JSON names: operation, fields, and the
// parameters that have none.
var queryTypes = []struct {
	operation string
	handwritten
}{
	{"AgentSuspendedRuns", of[mastra.ListSuspendedRunsRequest]().named(map[string]string{
		"ThreadID": "threadId", "ResourceID": "resourceId", "Since": "fromDate", "Until": "toDate", "Page": "page", "PerPage": "perPage",
	})},
	{"WorkflowListRuns", of[mastra.ListRunsRequest]().named(map[string]string{
		"Page": "page", "PerPage": "perPage", "ResourceID": "resourceId", "Status": "status", "Since": "fromDate", "Until": "toDate",
	}).lacks(reasons{"offset": "the older form of page", "limit": "the older form of perPage"})},
	{"WorkflowObserve", of[mastra.ObserveRequest]().named(map[string]string{"Offset": "offset"}).lacks(reasons{"runId": byHandle})},
	{"MemoryListThreads", of[mastra.ListThreadsRequest]().named(map[string]string{
		"ResourceID": "resourceId", "Page": "page", "PerPage": "perPage", "Metadata": "metadata", "Order": "orderBy",
	}).lacks(reasons{"agentId": byHandle})},
	{"MemoryThreadMessages", of[mastra.ListMessagesRequest]().named(map[string]string{
		"Page": "page", "PerPage": "perPage", "Since": "filter", "Until": "filter", "Metadata": "filter", "Direction": "orderBy",
		"Include": "include", "IncludeSystemReminders": "includeSystemReminders",
	}).lacks(reasons{"agentId": byHandle, "resourceId": byHandle})},
	{"WorkflowGetRun", of[mastra.GetRunRequest]().named(map[string]string{"Fields": "fields", "WithoutNested": "withNestedWorkflows"})},
	{"AgentGet", of[mastra.AgentVersion]().named(map[string]string{"ID": "versionId", "Status": "status"})},
	{"AgentPlanFile", of[mastra.AgentVersion]().named(map[string]string{"ID": "versionId", "Status": "status"}).lacks(reasons{"path": "an argument"})},
	{"MemorySearch", of[mastra.SearchRequest]().named(map[string]string{
		"Query": "searchQuery", "ResourceID": "resourceId", "ThreadID": "threadId", "Limit": "limit", "Config": "memoryConfig",
	}).lacks(reasons{"agentId": byHandle})},
	{"MemoryObservational", of[mastra.ListObservationsRequest]().named(map[string]string{
		"ThreadID": "threadId", "Since": "from", "Until": "to", "Offset": "offset", "Limit": "limit",
	}).lacks(reasons{"agentId": byHandle, "resourceId": byHandle})},
}

func TestDescription_QueryRequestsHaveItsParameters(t *testing.T) {
	a := readAPI(t)
	for _, q := range queryTypes {
		t.Run(q.operation, func(t *testing.T) {
			params := map[string]bool{}
			for _, p := range a.operations[q.operation].Parameters {
				if p.In == "query" {
					params[p.Name] = true
				}
			}
			require.NotEmpty(t, params)
			have := map[string]bool{}
			for _, f := range jsonFields(t, q.typ, q.names) {
				have[f.name] = true
				assert.True(t, params[f.name], "the operation has no parameter %s", f.name)
			}
			assert.Equal(t, len(q.names), len(jsonFields(t, q.typ, q.names)), "a name for a field that is not there")
			assert.Equal(t, q.typ.NumField(), len(q.names), "a field without a parameter")
			for name := range params {
				_, excepted := q.without[name]
				assert.NotEqual(t, have[name], excepted, "the parameter %s has no field and no reason, or both", name)
			}
		})
	}
}

func TestSchemaOf_RefusesTheTagsOfOtherLibraries(t *testing.T) {
	for name, err := range map[string]error{
		"flags": errorOf(mastra.SchemaOf[struct {
			A string `json:"a" jsonschema:"required"`
		}]()),
		"key and value": errorOf(mastra.SchemaOf[struct {
			A string `json:"a" jsonschema:"title=City,description=The city"`
		}]()),
		"its own tag": errorOf(mastra.SchemaOf[struct {
			A string `json:"a" jsonschema_description:"The city"`
		}]()),
		"inside a slice": errorOf(mastra.SchemaOf[[]struct {
			A []struct {
				B int `jsonschema:"the number,minimum=1"`
			}
		}]()),
	} {
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "is of another schema library", name)
	}
	_, err := mastra.SchemaOf[struct {
		A string `json:"a" jsonschema:"what is required, such as a=b; optional parts are in brackets"`
	}]()
	require.NoError(t, err)
}

func errorOf[T any](_ T, err error) error { return err }
