package contract_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a program of somebody else's looks like: the README's first snippet is the
// program, the others stand in functions of the names that they do not declare
// themselves.
const (
	outsideMod = `module example.com/outside

go 1.26

require github.com/mastra-go/mastra v0.0.0

replace github.com/mastra-go/mastra => %s
`
	outsideSnippets = `package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// Each of them is used by one snippet or another.
var (
	_ = context.Background
	_ = errors.Is
	_ = fmt.Println
	_ = log.Fatal
	_ = http.MethodGet
	_ aisdk.Config
)
`
	outsideFunc = `
func snippet%d(
	ctx context.Context, client *mastra.Client, agent *mastra.Agent, vec *mastra.Vector,
	res *mastra.AgentResult, answer *struct{ Count int }, err error,
	mux *http.ServeMux, request func(*http.Request, aisdk.Chat) (mastra.AgentRequest, error),
) {
	{
%s
		%s
	}
}
`
)

var (
	goSnippet = regexp.MustCompile("(?s)```go\n(.*?)```")
	declared  = regexp.MustCompile(`(?m)^(\w+(?:, \w+)*) := `)
)

// inFunction puts a snippet into a function, and uses what it declares.
func inFunction(n int, snippet string) string {
	var names []string
	for _, found := range declared.FindAllStringSubmatch(snippet, -1) {
		for name := range strings.SplitSeq(found[1], ",") {
			if name = strings.TrimSpace(name); name != "_" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	uses := ""
	if len(names) > 0 {
		uses = strings.Repeat("_, ", len(names)-1) + "_ = " + strings.Join(names, ", ")
	}
	return fmt.Sprintf(outsideFunc, n, snippet, uses)
}

func TestReadme_EverySnippetCompilesInAnEmptyModuleOutside(t *testing.T) {
	t.Parallel()
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	snippets := goSnippet.FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(snippets), 8)
	others := outsideSnippets
	for i, s := range snippets[1:] {
		others += inFunction(i+1, s[1])
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), fmt.Appendf(nil, outsideMod, checkout), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(snippets[0][1]), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "others.go"), []byte(others), 0o644))
	build := exec.CommandContext(within(t), "go", "build", "-o", "outside", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	run := exec.CommandContext(within(t), filepath.Join(dir, "outside"))
	run.Env = append(os.Environ(), "MASTRA_BASE_URL="+suite.server.URL(), "MASTRA_TOKEN=")
	out, err = run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "You said: What's the weather in Rome?\n", string(out))
}
