package mastra_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/gen"
)

// recording is an answer of a real server, from testdata/recorded.
type recording struct {
	Name      string          `json:"name"`
	Operation string          `json:"operation"`
	Request   json.RawMessage `json:"request"`
	Body      json.RawMessage `json:"body"`
}

// recordings reads the answers of an area that come from these operations, of all
// operations where none is given.
func recordings(t testing.TB, area string, operations ...string) []recording {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "recorded", area+".jsonl"))
	require.NoError(t, err)
	var out []recording
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r := decode[recording](t, lines.Bytes())
		if len(operations) == 0 || slices.Contains(operations, r.Operation) {
			out = append(out, r)
		}
	}
	require.NoError(t, lines.Err())
	require.NotEmpty(t, out)
	return out
}

func testdata(t testing.TB, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{"testdata"}, path...)...))
	require.NoError(t, err)
	return text
}

// A value is JSON made comparable: members that are null are left out, and times and
// schemas have one form, whichever the server chose.
func value(t testing.TB, text []byte) any {
	t.Helper()
	return normal(decode[any](t, text))
}

func normal(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := map[string]any{}
		for name, member := range v {
			if member == nil {
				continue
			}
			if ms, ok := member.(float64); ok && strings.HasSuffix(name, "At") {
				member = time.UnixMilli(int64(ms)).UTC().Format(time.RFC3339Nano)
			}
			if strings.HasSuffix(name, "Schema") {
				member = unwrapped(member)
			}
			out[name] = normal(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = normal(v[i])
		}
		return out
	case string:
		if at, err := time.Parse(time.RFC3339Nano, v); err == nil {
			return at.UTC().Format(time.RFC3339Nano)
		}
	}
	return v
}

// unwrapped is a schema taken out of the text and the envelope in which the server
// sends it.
func unwrapped(v any) any {
	if text, ok := v.(string); ok {
		var inner any
		if json.Unmarshal([]byte(text), &inner) != nil {
			return v
		}
		v = inner
	}
	if m, ok := v.(map[string]any); ok {
		if inner, ok := m["json"].(map[string]any); ok {
			return inner
		}
	}
	return v
}

// without leaves members of an object out.
func without(v any, names ...string) any {
	m, ok := v.(map[string]any)
	if !ok {
		return v
	}
	m = maps.Clone(m)
	for _, name := range names {
		delete(m, name)
	}
	return m
}

// answerTypes are the types that the answers of operations are read into; those of
// runs, agents' answers and messages have tests of their own.
var answerTypes = map[string]any{
	"AgentsList": map[string]mastra.AgentInfo{}, "AgentGet": mastra.AgentInfo{},
	"AgentSuspendedRuns": mastra.SuspendedRunPage{}, "AgentAbortThread": gen.AbortResult{},
	"AgentSendMessage": mastra.SignalReceipt{}, "AgentQueueMessage": mastra.SignalReceipt{}, "AgentSendSignal": mastra.SignalReceipt{},
	"AgentVoiceListener": gen.ListenerInfo{}, "AgentVoiceSpeakers": []mastra.SpeakerInfo{},
	"WorkflowsList": map[string]mastra.WorkflowInfo{}, "WorkflowGet": mastra.WorkflowInfo{}, "WorkflowsRunCounts": map[string]mastra.RunCounts{},
	"MemoryStatus": mastra.MemoryStatus{}, "MemoryConfig": gen.MemorySettings{}, "MemoryListThreads": mastra.ThreadPage{},
	"MemoryCreateThread": mastra.ThreadRecord{}, "MemoryThreadGet": mastra.ThreadRecord{}, "MemoryThreadUpdate": mastra.ThreadRecord{},
	"MemoryThreadTransfer": mastra.ThreadRecord{}, "MemoryThreadClone": mastra.ThreadClone{}, "MemorySearch": mastra.MemorySearchPage{},
	"MemoryThreadWorkingMemory": mastra.WorkingMemory{},
	"ToolsList":                 map[string]mastra.ToolInfo{}, "ToolGet": mastra.ToolInfo{},
	"VectorsList": gen.VectorStoreList{}, "VectorsEmbedders": gen.EmbedderList{}, "VectorDescribeIndex": mastra.IndexInfo{},
	"VectorQuery": []mastra.VectorMatch{},
}

func TestRecorded_AnswersAreReadWithoutLoss(t *testing.T) {
	met := map[string]bool{}
	for _, area := range []string{"agents", "workflows", "memory", "tools", "vectors"} {
		for _, r := range recordings(t, area) {
			typ, ok := answerTypes[r.Operation]
			if !ok {
				continue
			}
			met[r.Operation] = true
			t.Run(r.Operation+"/"+r.Name, func(t *testing.T) {
				out := reflect.New(reflect.TypeOf(typ))
				require.NoError(t, json.Unmarshal(r.Body, out.Interface()))
				again, err := json.Marshal(out.Interface())
				require.NoError(t, err)
				assertHolds(t, value(t, again), value(t, r.Body), "")
			})
		}
	}
	for operation := range answerTypes {
		assert.True(t, met[operation], "no recorded answer of %s", operation)
	}
}

// assertHolds: everything in want is in got; where the server leaves a member out,
// got may have a zero one.
func assertHolds(t *testing.T, got, want any, path string) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			assert.Equal(t, want, got, path)
			return
		}
		for name, member := range want {
			if isZero(member) && isZero(have[name]) {
				continue
			}
			assertHolds(t, have[name], member, path+"."+name)
		}
		for name, member := range have {
			if _, ok := want[name]; !ok {
				assert.True(t, isZero(member), "%s.%s was not there", path, name)
			}
		}
	case []any:
		have, ok := got.([]any)
		if !ok || len(have) != len(want) {
			assert.Equal(t, want, got, path)
			return
		}
		for i := range want {
			assertHolds(t, have[i], want[i], path+"[]")
		}
	default:
		assert.Equal(t, want, got, path)
	}
}

// isZero: nothing, false, 0, an empty text, list or object.
func isZero(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return reflect.ValueOf(v).IsZero()
}
