package mockserver_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// complaints collects the errors of a state file.
type complaints struct {
	mu     sync.Mutex
	errors []string
}

func (t *complaints) add(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.errors = append(t.errors, err.Error())
}

func (t *complaints) all() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.errors
}

// breakable starts a server whose state file can be written as long as its folder
// is there.
func breakable(t *testing.T) (dir string, mock *mockserver.Running, c *caller, errors *complaints) {
	t.Helper()
	dir, errors = filepath.Join(t.TempDir(), "state"), &complaints{}
	require.NoError(t, os.Mkdir(dir, 0o700))
	mock, c = start(t, mockserver.WithStateErrors(errors.add))
	require.NoError(t, mock.KeepState(filepath.Join(dir, "state.json")))
	return dir, mock, c, errors
}

func TestStateFile_NoAnswerTellsOfWhatCannotBeKept(t *testing.T) {
	dir, mock, c, errors := breakable(t)
	require.NoError(t, os.RemoveAll(dir))
	const threads = "/api/memory/threads?agentId=assistant"
	for range 2 {
		res := c.open(t.Context(), "POST", threads, `{"resourceId":"r","threadId":"t"}`)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		assert.Equal(t, 500, res.StatusCode)
		assert.Equal(t, "application/json", res.Header.Get("Content-Type"))
		assert.Equal(t, `{"error":"mockserver: state file `+filepath.Join(dir, "state.json")+` cannot be written: no such file or directory"}`, string(body))
	}
	status, _ := c.get("/api/memory/threads")
	assert.Equal(t, 500, status, "a read tells of it too")
	status, _ = c.get("/health")
	assert.Equal(t, 200, status)
	require.Error(t, mock.SaveState())
	assert.Len(t, errors.all(), 1, "a failure is told once")

	require.NoError(t, os.Mkdir(dir, 0o700))
	status, body := c.get("/api/memory/threads/t?agentId=assistant")
	assert.Equal(t, 200, status, body)
	content, err := os.ReadFile(filepath.Join(dir, "state.json"))
	require.NoError(t, err)
	assert.Contains(t, string(content), `"resourceId":"r"`)
	require.NoError(t, os.RemoveAll(dir))
	c.post(threads, `{"resourceId":"r","threadId":"u"}`)
	mock.Close()
	assert.Len(t, errors.all(), 2, "and again when it comes back")
}

func TestStateFile_StreamThatCannotBeKeptIsCutOff(t *testing.T) {
	for name, x := range map[string]struct{ path, body, end string }{
		"events":  {"/api/agents/assistant/stream", `{"messages":"slow:4","memory":{"thread":"t","resource":"r"}}`, "[DONE]"},
		"records": {"/api/workflows/slowly/stream?runId=r", `{"inputData":{"ms":100}}`, "workflow-finish"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, _, c, errors := breakable(t)
			res := c.open(t.Context(), "POST", x.path, x.body)
			require.NoError(t, os.RemoveAll(dir))
			text, err := io.ReadAll(res.Body)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			assert.NotContains(t, string(text), x.end)
			assert.Len(t, errors.all(), 1)
		})
	}
}

func TestClose_CutsOffWhatStreams(t *testing.T) {
	_, mock, c, errors := breakable(t)
	res := c.open(t.Context(), "POST", "/api/agents/assistant/stream", `{"messages":"slow:1000"}`)
	mock.Server.Close()
	text, err := io.ReadAll(res.Body)
	require.Error(t, err)
	assert.NotContains(t, string(text), "[DONE]")
	require.ErrorContains(t, mock.SaveState(), "the server is closed")
	assert.Empty(t, errors.all())
}

func TestStateFile_ThatCannotBeUsedIsAnErrorAndStays(t *testing.T) {
	dir := t.TempDir()
	protected := filepath.Join(dir, "protected.json")
	require.NoError(t, os.WriteFile(protected, []byte(`{}`), 0o400))
	for name, x := range map[string]struct{ path, says string }{
		"in no folder": {filepath.Join(dir, "missing", "state.json"), "no such file"},
		"a folder":     {dir, "it is not a file"},
		"read-only":    {protected, "it is read-only"},
	} {
		mock, _ := start(t)
		err := mock.KeepState(x.path)
		require.ErrorContains(t, err, x.says, name)
		assert.ErrorContains(t, err, x.path, name)
	}
	left, err := os.ReadFile(protected)
	require.NoError(t, err)
	assert.Equal(t, `{}`, string(left))
}

func TestStateFile_KeepsItsPermissionsAndItsLink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "state.json"), filepath.Join(dir, "link.json")
	mock, _ := kept(t, file)
	mock.Close()
	require.NoError(t, os.Chmod(file, 0o640))
	require.NoError(t, os.Symlink(file, link))
	_, c := kept(t, link)
	c.object("/api/memory/threads?agentId=assistant", `{"resourceId":"r","threadId":"t"}`)
	info, err := os.Lstat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o640), info.Mode())
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(content), `"resourceId":"r"`)
	to, err := os.Readlink(link)
	require.NoError(t, err)
	assert.Equal(t, file, to)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 2, "nothing else is left")
}

func TestStateFile_KeepsScoresAndTheOrderOfWhatWaits(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	mock, c := kept(t, file)
	for _, id := range []string{"b", "a"} {
		c.object("/api/scores", `{"score":{"id":"`+id+`","scorerId":"len","entityId":"plain","runId":"r","score":0.5,"output":{"b":2},"source":"TEST","scorer":{"id":"len"},"entity":{"id":"plain"}}}`)
		c.object("/api/agents/assistant/generate", `{"messages":"tool:delicate {\"what\":\"vase\"}","runId":"`+id+`"}`)
	}
	look := []string{"/api/scores/run/r", "/api/agents/assistant/suspended-runs"}
	var before []string
	for _, path := range look {
		_, body := c.get(path)
		before = append(before, body)
	}
	mock.Close()
	_, c = kept(t, file)
	for i, path := range look {
		_, body := c.get(path)
		assert.Equal(t, before[i], body)
		assert.Less(t, strings.Index(body, `"a"`), strings.Index(body, `"b"`), "the newest first")
	}
}
