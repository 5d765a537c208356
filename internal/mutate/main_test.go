package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// small is a module of two packages: double's own tests see half of its mutants,
// and those of quad, which is built on it, see one more.
var small = map[string]string{
	"go.mod":           "module example.com/small\n\ngo 1.26\n",
	"double/double.go": "package double\n\nfunc Less(a, b int) bool { return a < b }\n\nfunc Sum(a, b int) int { return a + b }\n",
	"double/double_test.go": `package double

import "testing"

func TestLess(t *testing.T) {
	if !Less(1, 2) {
		t.Fatal("not less")
	}
}
`,
	"quad/quad.go": "package quad\n\nimport \"example.com/small/double\"\n\nfunc Quad(a int) int { return double.Sum(a, double.Sum(a, double.Sum(a, a))) }\n",
	"quad/quad_test.go": `package quad

import "testing"

func TestQuad(t *testing.T) {
	if Quad(1) != 4 {
		t.Fatal("not four times")
	}
}
`,
}

// writeModule writes the files to a directory of their own.
func writeModule(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

// mutate runs the program and returns its exit code and what it printed.
func mutate(args ...string) (code int, stdout, stderr string) {
	var out, err strings.Builder
	code = run(args, &out, &err)
	return code, out.String(), err.String()
}

func TestMutate_TellsWhichMutantsTheTestsSee(t *testing.T) {
	t.Parallel()
	dir := writeModule(t, small)
	log := filepath.Join(dir, "log")
	code, stdout, stderr := mutate("-C", dir, "-log", log, "./double")
	assert.Empty(t, stderr)
	assert.Equal(t, 1, code, "one survived")
	assert.Regexp(t, `(?m)^\w{8} killed double/double.go:3 negate \| example.com/small/double TestLess$`, stdout)
	assert.Regexp(t, `(?m)^\w{8} killed double/double.go:5 arithmetic \| example.com/small/quad TestQuad$`, stdout)
	assert.Regexp(t, `(?m)^\w{8} SURVIVED double/double.go:3 boundary$`, stdout)
	assert.Contains(t, stdout, "\tdouble/double.go Less boundary\n\t- func Less(a, b int) bool { return a < b }\n\t+ func Less(a, b int) bool { return a <= b }\n")
	assert.Regexp(t, `(?m)^all .*\n +2 +1 +0 +66.7 %$`, stdout)

	source, err := os.ReadFile(filepath.Join(dir, "double/double.go"))
	require.NoError(t, err)
	assert.Equal(t, small["double/double.go"], string(source), "the files are as they were")

	t.Run("an equivalent one is not tried", func(t *testing.T) {
		skip := filepath.Join(dir, "equivalents.txt")
		require.NoError(t, os.WriteFile(skip, []byte("// All.\n\ndouble/double.go Less boundary\n- func Less(a, b int) bool { return a < b }\n+ func Less(a, b int) bool { return a <= b }\n= nobody asks\n"), 0o600))
		code, stdout, stderr := mutate("-C", dir, "-skip", skip, "./double")
		assert.Empty(t, stderr)
		assert.Zero(t, code)
		assert.Contains(t, stdout, "equivalent double/double.go:3 boundary | nobody asks\n")
		assert.Regexp(t, `(?m)^all .*\n +2 +0 +1 +100.0 %$`, stdout)
	})
	t.Run("a run goes on where it was ended", func(t *testing.T) {
		known, err := os.ReadFile(log)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(log, []byte(strings.ReplaceAll(string(known), "TestQuad", "an earlier run")), 0o600))
		_, stdout, _ := mutate("-C", dir, "-log", log, "./double")
		assert.Contains(t, stdout, "example.com/small/quad an earlier run\n")
	})
	t.Run("one can be tried alone", func(t *testing.T) {
		points, err := pointsIn(source, point{file: "double/double.go"})
		require.NoError(t, err)
		code, stdout, stderr := mutate("-C", dir, "-id", points[1].id(), "./double")
		assert.Empty(t, stderr)
		assert.Zero(t, code)
		assert.Contains(t, stdout, "double_test.go:7: not less")
		assert.Regexp(t, `(?m)^all .*\n +1 +0 +0 +100.0 %$`, stdout)
	})
}

func TestMutate_CountsOnlyWhatCompiles(t *testing.T) {
	t.Parallel()
	files := map[string]string{
		"go.mod":    "module example.com/words\n\ngo 1.26\n",
		"w.go":      "package words\n\nfunc Greet(name string) string { return \"hello \" + name }\n",
		"w_test.go": "package words\n\nimport \"testing\"\n\nfunc TestGreet(t *testing.T) {\n\tif Greet(\"you\") != \"hello you\" {\n\t\tt.Fatal()\n\t}\n}\n",
	}
	code, stdout, stderr := mutate("-C", writeModule(t, files), ".")
	assert.Empty(t, stderr)
	assert.Zero(t, code)
	assert.Contains(t, stdout, "2 points in 1 packages")
	assert.Regexp(t, `(?m)^all .*\n +1 +0 +0 +100.0 %$`, stdout)
}

func TestMutate_SaysWhatItCannotRead(t *testing.T) {
	t.Parallel()
	dir := writeModule(t, small)
	code, _, stderr := mutate("-C", dir, "./nowhere")
	assert.Equal(t, 2, code)
	assert.Contains(t, stderr, "nowhere")

	skip := filepath.Join(dir, "equivalents.txt")
	require.NoError(t, os.WriteFile(skip, []byte("double/double.go Less boundary\n"), 0o600))
	code, _, stderr = mutate("-C", dir, "-skip", skip, "./double")
	assert.Equal(t, 2, code)
	assert.Contains(t, stderr, "= reason")
}

func TestJudge_CountsAMutantThatNeverEndsAsKilled(t *testing.T) {
	t.Parallel()
	dir := writeModule(t, map[string]string{
		"go.mod":    "module example.com/loop\n\ngo 1.26\n",
		"l.go":      "package loop\n\nfunc Until(n int) (i int) {\n\tfor i < n {\n\t\ti++\n\t}\n\treturn i\n}\n",
		"l_test.go": "package loop\n\nimport \"testing\"\n\nfunc TestUntil(t *testing.T) {\n\tif Until(1) != 1 {\n\t\tt.Fatal()\n\t}\n}\n",
	})
	packages, err := list(dir, ".")
	require.NoError(t, err)
	points, err := pointsOf(packages[0].Module.Dir, packages[0])
	require.NoError(t, err)
	var out strings.Builder
	s := session{packages: packages, out: &out, grace: 500 * time.Millisecond}
	for _, p := range points {
		if p.operator == "true" {
			v, err := s.judge(p)
			require.NoError(t, err)
			assert.Equal(t, killed, v.Outcome)
			assert.Equal(t, "example.com/loop time (TestUntil)", v.By)
		}
	}
}

func TestJudge_DoesNotBelieveAFailureThatIsNotRepeated(t *testing.T) {
	t.Parallel()
	dir := writeModule(t, map[string]string{
		"go.mod":    "module example.com/seldom\n\ngo 1.26\n",
		"s.go":      "package seldom\n\nvar A = 1\n",
		"s_test.go": "package seldom\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestSeldom(t *testing.T) {\n\tif os.Mkdir(\"once\", 0o700) == nil {\n\t\tt.Fatal()\n\t}\n}\n",
	})
	packages, err := list(dir, ".")
	require.NoError(t, err)
	points, err := pointsOf(packages[0].Module.Dir, packages[0])
	require.NoError(t, err)
	s := session{packages: packages, grace: 20 * time.Second}
	v, err := s.judge(points[0])
	require.NoError(t, err)
	assert.Equal(t, survived, v.Outcome)
}
