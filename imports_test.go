package mastra_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/mastra-go/mastra"

// TestImports_GoOneWay names what each package may import beside the standard
// library. The mock server judges the client, so it shares no code with it.
func TestImports_GoOneWay(t *testing.T) {
	t.Parallel()
	may := map[string][]string{
		"internal/hook":                  {},
		"internal/logbook":               {},
		"internal/tolerant":              {"./internal/jsonstring"},
		"stream":                         {"./internal/hook", "./internal/jsonstring", "./internal/outlet", "./internal/thrown", "./internal/tolerant", "./internal/wtf8"},
		"gen":                            {"./stream", "github.com/oapi-codegen/runtime"},
		"internal/route":                 {},
		"internal/veil":                  {"./internal/hook", "./stream"},
		"internal/call":                  {"./internal/hook", "./internal/logbook", "./internal/route", "./internal/tolerant", "./internal/veil", "./stream", "github.com/hashicorp/go-retryablehttp", "github.com/oapi-codegen/runtime", "github.com/google/uuid"},
		".":                              {"./stream", "./gen", "./internal/call", "./internal/hook", "./internal/jsonstring", "./internal/logbook", "./internal/route", "./internal/status", "./internal/tolerant", "./internal/turn", "./internal/veil", "./internal/wtf8", "github.com/google/jsonschema-go/jsonschema"},
		"api/workflows":                  {".", "./internal/call", "./internal/route"},
		"aisdk":                          {".", "./stream", "./internal/jsonstring", "./internal/outlet", "./internal/status", "./internal/thrown", "./internal/wtf8"},
		"mockserver":                     {"./mockserver/internal/filter", "./mockserver/internal/js", "./mockserver/internal/jsonschema", "./mockserver/internal/zod", "github.com/tmaxmax/go-sse"},
		"mockserver/internal/filter":     {"./mockserver/internal/js"},
		"mockserver/internal/js":         {"./internal/jsonstring"},
		"mockserver/internal/jsonschema": {"./mockserver/internal/js"},
		"mockserver/internal/zod":        {"./mockserver/internal/js"},
		"mockserver/cmd/mastra-mock":     {"./mockserver"},
		"internal/jsonstring":            {"./internal/wtf8"},
		"internal/wtf8":                  {},
		"internal/outlet":                {},
		"internal/status":                {},
		"internal/thrown":                {},
		"internal/turn":                  {},
	}
	for name, allowed := range may {
		out, err := exec.Command("go", "list", "-f", `{{join .Imports "\n"}}`, "./"+name).Output()
		require.NoError(t, err)
		for _, path := range strings.Fields(string(out)) {
			if first, _, _ := strings.Cut(path, "/"); !strings.Contains(first, ".") {
				continue // of the standard library
			}
			if own, ok := strings.CutPrefix(path, module); ok {
				path = "." + own
			}
			assert.Contains(t, allowed, path, "an import of ./%s", name)
		}
	}
}

func TestImports_OfTheMockProgramLackTesting(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "./mockserver/cmd/mastra-mock").Output()
	require.NoError(t, err)
	assert.NotContains(t, strings.Fields(string(out)), "testing")
}
