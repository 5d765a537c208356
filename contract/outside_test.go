package contract_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
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
	outsideSend = `package main

import (
	"context"

	"github.com/mastra-go/mastra"
	parameter %q
)

func main() {
	client, err := mastra.New("http://localhost:4111")
	if err != nil {
		panic(err)
	}
	_ = client.Send(context.Background(), parameter.%s{}, nil)
}
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

// outside builds a program in a module outside the repository, and gives its path and
// what the compiler says.
func outside(t testing.TB, files map[string]string) (program, said string, err error) {
	t.Helper()
	checkout, err := filepath.Abs("..")
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), fmt.Appendf(nil, outsideMod, checkout), 0o644))
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	build := exec.CommandContext(within(t), "go", "build", "-o", "outside", ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off")
	out, err := build.CombinedOutput()
	return filepath.Join(dir, "outside"), string(out), err
}

func TestReadme_EverySnippetCompilesInAnEmptyModuleOutside(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	snippets := goSnippet.FindAllStringSubmatch(string(readme), -1)
	require.GreaterOrEqual(t, len(snippets), 8)
	others := outsideSnippets
	for i, s := range snippets[1:] {
		others += inFunction(i+1, s[1])
	}
	program, said, err := outside(t, map[string]string{"main.go": snippets[0][1], "others.go": others})
	require.NoError(t, err, "%s", said)

	run := exec.CommandContext(within(t), program)
	run.Env = append(os.Environ(), "MASTRA_BASE_URL="+suite.server.URL(), "MASTRA_TOKEN=")
	out, err := run.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Equal(t, "You said: What's the weather in Rome?\n", string(out))
}

// The parameter is the one that Send has now, so the program is refused for its type
// alone.
func TestSend_CannotBeCalledFromOutsideTheModule(t *testing.T) {
	t.Parallel()
	parameter := reflect.TypeOf((*mastra.Client).Send).In(2)
	source := fmt.Sprintf(outsideSend, parameter.PkgPath(), parameter.Name())
	_, said, err := outside(t, map[string]string{"main.go": source})
	require.Error(t, err)
	assert.Contains(t, said, "use of internal package "+parameter.PkgPath()+" not allowed")
}
