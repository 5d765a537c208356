package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const testdata = "github.com/mastra-go/mastra/internal/knots/testdata/"

// knots runs the program and returns its exit code and what it printed.
func knots(args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func TestKnotsArePrintedOnePerLine(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := knots("./testdata/none", "./testdata/method", "./testdata/field", "./testdata/generic", "./testdata/embedded")
	assert.Zero(t, code)
	assert.Empty(t, stderr)
	assert.ElementsMatch(t, []string{
		testdata + "method: 2 files: door.go open.go",
		testdata + "field: 3 files: drain.go run.go step.go",
		testdata + "generic: 2 files: grow.go list.go",
		testdata + "embedded: 3 files: base.go end.go outer.go",
	}, strings.Split(strings.TrimSpace(stdout), "\n"))
}

func TestAKnotOverTheLimitIsExplained(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"method": {
			": a knot of 2 files, where at most 1 are allowed. The uses that make it:",
			"	door.go:7 -> open.go: door.open",
			"	open.go:3 -> door.go: door",
		},
		"field": {
			": a knot of 3 files, where at most 1 are allowed. The uses that make it:",
			"	drain.go:3 -> run.go: run.left",
			"	drain.go:3 -> step.go: current",
			"	run.go:7 -> step.go: step",
			"	step.go:3 -> drain.go: drain",
			"	step.go:5 -> run.go: run",
		},
		"generic": {
			": a knot of 2 files, where at most 1 are allowed. The uses that make it:",
			"	list.go:6 -> grow.go: grow",
			"	grow.go:3 -> list.go: list, list.items, list.push",
		},
		"embedded": {
			": a knot of 3 files, where at most 1 are allowed. The uses that make it:",
			"	base.go:7 -> end.go: end",
			"	end.go:3 -> outer.go: outer",
			"	outer.go:3 -> base.go: base",
			"	end.go:4 -> base.go: base.open, base.close",
		},
	} {
		code, stdout, stderr := knots("-max", "1", "./testdata/"+name)
		assert.Equal(t, 1, code, name)
		assert.Contains(t, stdout, testdata+name, "the knot is printed all the same")
		assert.Equal(t, testdata+name+strings.Join(want, "\n")+"\n", stderr)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		code int
	}{
		"none":                            {nil, 0},
		"as large as the knot":            {[]string{"-max", "3"}, 0},
		"smaller":                         {[]string{"-max", "2"}, 1},
		"smaller, but not here":           {[]string{"-max", "2", "-allow", "other=1," + testdata + "field=3"}, 0},
		"larger, but not here":            {[]string{"-max", "3", "-allow", testdata + "field=2"}, 1},
		"here any size":                   {[]string{"-max", "2", "-allow", testdata + "field=0"}, 0},
		"given twice":                     {[]string{"-max", "2", "-allow", "other=1", "-allow", testdata + "field=3"}, 0},
		"not a number":                    {[]string{"-allow", "other=few"}, 2},
		"negative":                        {[]string{"-max", "-1"}, 2},
		"without a number":                {[]string{"-allow", "other"}, 2},
		"without a package":               {[]string{"-allow", "=1"}, 2},
		"an option that there is nowhere": {[]string{"-least", "1"}, 2},
	} {
		code, _, stderr := knots(append(c.args, "./testdata/field")...)
		assert.Equal(t, c.code, code, "%s: %s", name, stderr)
		assert.Equal(t, code == 0, stderr == "", "%s: %s", name, stderr)
	}
}

func TestFilesAreThoseOfTheBuild(t *testing.T) {
	code, stdout, stderr := knots("./testdata/none")
	assert.Zero(t, code, stderr)
	assert.Empty(t, stdout, "neither the tests nor a file of another tag count")

	t.Setenv("GOFLAGS", "-tags=circle")
	code, stdout, stderr = knots("./testdata/none")
	assert.Zero(t, code, stderr)
	assert.Equal(t, testdata+"none: 3 files: a.go b.go c_circle.go\n", stdout)
}

// module writes a module of one package to a folder of its own.
func module(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.com/other\n\ngo 1.26\n"
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	return dir
}

func TestAnotherModule(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{
		"a.go": "package other\n\nimport \"net/http\"\n\ntype A = http.Client\n\nfunc a() { b(nil) }\n",
		"b.go": "package other\n\nfunc b(c *A) { c.CloseIdleConnections(); a() }\n",
	})
	code, stdout, stderr := knots("-C", dir, "./...")
	assert.Zero(t, code, stderr)
	assert.Equal(t, "example.com/other: 2 files: a.go b.go\n", stdout)
}

func TestWhatCannotBeLoadedIsNotWithoutKnots(t *testing.T) {
	t.Parallel()
	dir := module(t, map[string]string{"a.go": "package other\n\nvar a int = \"text\"\n"})
	for _, args := range [][]string{
		{"-C", dir, "./..."},
		{"-C", dir, "./nowhere"},
		{"-C", dir, "./nowhere/..."},
		{"-C", filepath.Join(dir, "nowhere"), "./..."},
	} {
		code, stdout, stderr := knots(args...)
		assert.Equal(t, 2, code, args)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "knots: ", args)
	}
}
