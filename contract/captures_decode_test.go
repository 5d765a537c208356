package contract_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/stream"
)

// answers are the types that good answers are read into. Those of runs and of an
// agent's whole answer are below; what says no more than that all went well, and a
// tool's own output, are read into nothing.
var answers = map[string]any{
	"AgentsList": map[string]mastra.AgentInfo{}, "AgentGet": mastra.AgentInfo{}, "AgentsProviders": gen.ProviderList{},
	"AgentSuspendedRuns": mastra.SuspendedRunPage{}, "AgentAbortThread": gen.AbortResult{}, "AgentSendToolApproval": gen.ToolApproval{},
	"AgentSendMessage": mastra.SignalReceipt{}, "AgentQueueMessage": mastra.SignalReceipt{}, "AgentSendSignal": mastra.SignalReceipt{},
	"AgentVoiceListener": gen.ListenerInfo{}, "AgentVoiceSpeakers": []mastra.SpeakerInfo{}, "AgentVoiceListen": gen.Transcript{},
	"WorkflowsList": map[string]mastra.WorkflowInfo{}, "WorkflowGet": mastra.WorkflowInfo{}, "WorkflowsRunCounts": map[string]mastra.RunCounts{},
	"MemoryStatus": mastra.MemoryStatus{}, "MemoryConfig": gen.MemorySettings{}, "MemoryListThreads": mastra.ThreadPage{},
	"MemoryCreateThread": mastra.ThreadRecord{}, "MemoryThreadGet": mastra.ThreadRecord{}, "MemoryThreadUpdate": mastra.ThreadRecord{},
	"MemoryThreadTransfer": mastra.ThreadRecord{}, "MemoryThreadClone": mastra.ThreadClone{}, "MemorySearch": mastra.MemorySearchPage{},
	"MemoryThreadWorkingMemory": mastra.WorkingMemory{}, "MemoryThreadMessages": mastra.MessagePage{}, "MemorySaveMessages": gen.SavedMessages{},
	"ToolsList": map[string]mastra.ToolInfo{}, "ToolGet": mastra.ToolInfo{}, "AgentToolGet": mastra.ToolInfo{},
	"VectorsList": gen.VectorStoreList{}, "VectorsEmbedders": gen.EmbedderList{}, "VectorDescribeIndex": mastra.IndexInfo{},
	"VectorListIndexes": []string{}, "VectorQuery": []mastra.VectorMatch{}, "VectorUpsert": gen.UpsertResult{},
	"WorkflowGetRun": mastra.RunState{}, "WorkflowStartAsync": mastra.RunState{}, "WorkflowResumeAsync": mastra.RunState{},
	"WorkflowTimeTravelAsync": mastra.RunState{}, "WorkflowRestartAsync": mastra.RunState{},
}

// neverCaptured are operations whose good answer is in none of the captures; the
// suite's own tests meet it.
var neverCaptured = []string{"AgentToolGet", "AgentSendToolApproval", "AgentVoiceListen", "VectorListIndexes", "VectorUpsert"}

// elsewhere are members of answers that the types keep under another name, or not
// at all.
var elsewhere = map[string]string{
	".perPage":        "the caller has said it",
	".steps.input":    "RunState.Input: it is no step",
	".input":          "RunState.Input, which encodes as the record has it: payload",
	".suspended":      "RunState.Suspensions tells it of the steps",
	".suspendPayload": "in the steps, and in RunState.Suspensions",
}

func TestCaptures_AnswersAreReadWithoutLoss(t *testing.T) {
	t.Parallel()
	met := map[string]bool{}
	for _, c := range captures(t) {
		typ, known := answers[c.operation]
		if c.Status != http.StatusOK || c.Answer == nil || !known {
			continue
		}
		met[c.operation] = true
		t.Run(c.Name, func(t *testing.T) {
			out := reflect.New(reflect.TypeOf(typ))
			require.NoError(t, json.Unmarshal(c.Answer, out.Interface()))
			again, err := json.Marshal(out.Interface())
			require.NoError(t, err)
			for _, path := range lost(parsed(t, c.Answer), parsed(t, again), "") {
				assert.Contains(t, elsewhere, path, c.operation)
			}
		})
	}
	for operation := range answers {
		assert.Equal(t, slices.Contains(neverCaptured, operation), !met[operation], operation)
	}
}

func TestCaptures_AnswersOfAgentsAreReadWithoutLoss(t *testing.T) {
	t.Parallel()
	read := 0
	for _, c := range captures(t) {
		if c.Status != http.StatusOK || !slices.Contains([]string{"AgentGenerate", "AgentApproveToolCallGenerate", "AgentDeclineToolCallGenerate"}, c.operation) {
			continue
		}
		read++
		var res mastra.AgentResult
		require.NoError(t, json.Unmarshal(c.Answer, &res), c.Name)
		assert.JSONEq(t, string(c.Answer), string(res.Raw), c.Name)
		assert.NotEmpty(t, res.RunID, c.Name)
		assert.NotEmpty(t, res.FinishReason, c.Name)
		steps, err := res.Steps()
		require.NoError(t, err, c.Name)
		messages, err := res.Messages()
		require.NoError(t, err, c.Name)
		var told struct {
			Text     string
			Steps    []json.RawMessage
			Messages json.RawMessage
		}
		require.NoError(t, json.Unmarshal(c.Answer, &told))
		assert.Equal(t, told.Text, res.Text, c.Name)
		assert.Len(t, steps, len(told.Steps), c.Name)
		if told.Messages == nil {
			continue
		}
		again, err := json.Marshal(messages)
		require.NoError(t, err)
		assert.Empty(t, lost(parsed(t, told.Messages), parsed(t, again), ""), c.Name)
	}
	assert.Greater(t, read, 15)
}

// The entries of a list of runs have a snapshot, which becomes the run's state.
func TestCaptures_ListsOfRunsAreReadWithoutLoss(t *testing.T) {
	t.Parallel()
	read := 0
	for _, c := range captures(t) {
		if c.Status != http.StatusOK || c.operation != "WorkflowListRuns" {
			continue
		}
		var page, again mastra.RunPage
		require.NoError(t, json.Unmarshal(c.Answer, &page), c.Name)
		text, err := json.Marshal(page)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &again))
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		assert.JSONEq(t, string(text), string(twice), c.Name)
		var list struct {
			Runs []struct {
				RunID    string
				Snapshot struct {
					Status  string
					Context map[string]json.RawMessage
					Result  json.RawMessage
				}
			}
		}
		require.NoError(t, json.Unmarshal(c.Answer, &list))
		require.Len(t, page.Runs, len(list.Runs), c.Name)
		for i, run := range list.Runs {
			read++
			assert.Equal(t, run.RunID, page.Runs[i].RunID)
			assert.EqualValues(t, run.Snapshot.Status, page.Runs[i].Status)
			delete(run.Snapshot.Context, "input")
			for step := range run.Snapshot.Context {
				assert.Contains(t, page.Runs[i].Steps, step)
			}
			if run.Snapshot.Status == "success" && run.Snapshot.Result != nil {
				assert.JSONEq(t, string(run.Snapshot.Result), string(page.Runs[i].Result))
			}
		}
	}
	assert.Greater(t, read, 2)
}

func parsed(t testing.TB, text []byte) (v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, &v))
	return v
}

// lost lists the members of want that are not in got. Nothing, false, 0 and what is
// empty may be absent; times may have another form, and a schema in a text is one.
func lost(want, got any, path string) []string {
	switch want := want.(type) {
	case map[string]any:
		have, _ := got.(map[string]any)
		if len(want) > 0 && have == nil {
			return []string{path}
		}
		var out []string
		for _, name := range slices.Sorted(maps.Keys(want)) {
			out = append(out, lost(want[name], have[name], path+"."+name)...)
		}
		return out
	case []any:
		have, _ := got.([]any)
		if len(want) != len(have) {
			return []string{path}
		}
		var out []string
		for i := range want {
			out = append(out, lost(want[i], have[i], path+"[]")...)
		}
		return out
	}
	if text, ok := want.(string); ok {
		if inner, ok := quoted(text); ok && len(lost(inner, got, path)) == 0 {
			return nil
		}
	}
	if empty(want) && empty(got) || reflect.DeepEqual(want, got) || moment(want) != "" && moment(want) == moment(got) {
		return nil
	}
	return []string{path}
}

// quoted gives the JSON Schema that a text holds, bare or as {"json": schema}.
func quoted(text string) (schema any, ok bool) {
	var object map[string]any
	if json.Unmarshal([]byte(text), &object) != nil {
		return nil, false
	}
	if inner, wrapped := object["json"]; wrapped {
		return inner, true
	}
	return object, true
}

func empty(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() }

// moment is a time in one form, "" where v is none.
func moment(v any) string {
	switch v := v.(type) {
	case float64:
		return time.UnixMilli(int64(v)).UTC().Format(time.RFC3339Nano)
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return ""
}

// withoutField are members of payloads for which the Go types have no field, by the
// end of their path. Chunk.Payload has them, and the chunk as a whole is passed on
// as it came.
var withoutField = map[string]string{
	".type":                           "the chunk's type again",
	".error.id":                       "ErrorDetail.Raw has the whole error; what is encoded is fit to be shown",
	".error.details":                  "likewise",
	".error.cause":                    "likewise",
	".error.stack":                    "likewise",
	".args.runId":                     "of the agent that routes, which the caller did not ask about",
	".conversationContext":            "likewise",
	".args.conversationContext":       "likewise",
	".inputData.verboseIntrospection": "likewise",
	".usage.raw":                      "the provider's own count, repeated",
	".observability":                  "the server's own",
	".backgroundTaskPending":          "the server's own",
	"._durableStepContent":            "the server's own",
	".providerMetadata":               "in Metadata too",
	".stepResult.messageId":           "MessageID",
	".stepResult.totalUsage":          "in Output too",
}

func excused(path string) bool {
	for end := range withoutField {
		if strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

// held gives what a decoded chunk holds of its payload.
func held(t testing.TB, v any) []any {
	t.Helper()
	var raw []json.RawMessage
	switch v := v.(type) {
	case *stream.NestedChunk:
		raw = []json.RawMessage{v.Chunk.Raw()}
	case *stream.ObservedChunk: // of a chunk, or of an event that has become one
		raw = []json.RawMessage{v.Chunk.Raw(), v.Chunk.Payload()}
	case *stream.Object:
		raw = []json.RawMessage{v.Value}
	case *stream.ObjectResult:
		raw = []json.RawMessage{v.Value}
	case *stream.Data:
		raw = []json.RawMessage{v.Data}
	case *stream.ErrorChunk:
		text, err := json.Marshal(map[string]json.RawMessage{"error": v.Error.Raw()})
		require.NoError(t, err)
		raw = []json.RawMessage{text, v.Error.Raw()}
	default:
		text, err := json.Marshal(v)
		require.NoError(t, err)
		raw = []json.RawMessage{text}
	}
	out := make([]any, len(raw))
	for i := range raw {
		out[i] = parsed(t, raw[i])
	}
	return out
}

func TestCaptures_ChunksHaveTheirTypesAndLoseNothing(t *testing.T) {
	t.Parallel()
	chunks := 0
	gone := map[string]int{}
	for _, c := range captures(t) {
		op := suite.spec.Operations()[c.operation]
		if _, streams := op.Extensions["x-mastra-stream"]; !streams || c.Status != http.StatusOK {
			continue
		}
		framing := "sse"
		if strings.HasPrefix(c.AnswerType, "text/plain") {
			framing = "records"
		}
		for _, text := range contract.Events(framing, c.exchange.Body) {
			chunk, err := stream.ParseChunk(text)
			if err != nil && c.Cut {
				continue // the last, cut off
			}
			require.NoError(t, err, c.Name)
			chunks++
			again, err := json.Marshal(chunk)
			require.NoError(t, err)
			assert.JSONEq(t, string(text), string(again), c.Name)
			v := chunk.Value()
			if unknown, ok := v.(*stream.Unknown); ok {
				assert.Fail(t, "unknown", "%s: %s: %v", c.Name, chunk.Type, unknown.Err)
				continue
			}
			if chunk.Payload() == nil {
				continue
			}
			var missing []string
			for i, have := range held(t, v) {
				if paths := lost(parsed(t, chunk.Payload()), have, ""); i == 0 || len(paths) < len(missing) {
					missing = paths
				}
			}
			for _, path := range missing {
				gone[chunk.Type+path]++
			}
		}
	}
	assert.Greater(t, chunks, 700)
	for path := range gone {
		assert.True(t, excused(path), path)
	}
}
