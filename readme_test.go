package mastra_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// Every Go snippet of the README stands, line by line, in an example, which the
// compiler and the test run check. Its first is a whole program.
func TestReadme_EverySnippetIsPartOfAnExample(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	files, err := filepath.Glob("example*_test.go")
	require.NoError(t, err)
	var code []byte
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		code = append(code, text...)
	}
	examples := plainLines(string(code))
	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(snippets), 8)
	program, err := os.ReadFile("examples/first/main.go")
	require.NoError(t, err)
	assert.Equal(t, string(program), snippets[0][1])
	for _, s := range snippets[1:] {
		for block := range strings.SplitSeq(s[1], "\n\n") {
			assert.True(t, strings.Contains(examples, plainLines(block)), "no example has:\n%s", block)
		}
	}
	assert.Less(t, strings.Count(string(readme), "\n"), 300, "the README stays short")
}

func plainLines(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// Every option has a row in the table of docs/options.md.
func TestOptionsDoc_ListsEveryOption(t *testing.T) {
	doc, err := os.ReadFile("docs/options.md")
	require.NoError(t, err)
	var code []byte
	for _, name := range []string{"option.go", "optionlog.go", "trace.go"} {
		text, err := os.ReadFile(name)
		require.NoError(t, err)
		code = append(code, text...)
	}
	options := regexp.MustCompile(`(?m)^func (With\w+)\(`).FindAllStringSubmatch(string(code), -1)
	require.NotEmpty(t, options)
	for _, o := range options {
		assert.Contains(t, string(doc), "| `"+o[1]+"`")
	}
}

// Every exported method of a handle stands in the README's table of calls.
func TestReadme_ListsEveryCall(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	client := new(mastra.Client)
	agent, workflow, memory := client.Agent("a"), client.Workflow("w"), client.Memory("a")
	for _, handle := range []any{
		client.Agents(), agent, agent.Tool("t"), agent.Voice(), client.Tools(), client.Workflows(), workflow,
		workflow.Run("r"), memory, memory.Thread("t"), client.Vectors(), client.Vector("v"), client,
	} {
		typ := reflect.TypeOf(handle)
		for method := range typ.NumMethod() {
			switch name := typ.Method(method).Name; name {
			case "ID", "Name", "WorkflowID", // no calls
				"Send", "SendStream": // for the packages under api/
			default:
				assert.True(t, regexp.MustCompile("[`.]"+name+"[`(]").Match(readme), "%s.%s", typ, name)
			}
		}
	}
}
