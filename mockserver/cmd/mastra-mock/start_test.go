package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// told is how the program ends at once, and what it says.
func told(t *testing.T, args ...string) (exit int, help, said string) {
	t.Helper()
	var out, log output
	err := run(t.Context(), args, &out, &log)
	exit = code(err, &log)
	return exit, out.String(), log.String()
}

func TestFlags_AreToldByHelp(t *testing.T) {
	exit, help, said := told(t, "-h")
	assert.Zero(t, exit)
	assert.Empty(t, said)
	assert.Contains(t, help, "mastra-mock serves the demo world")
	for _, flag := range []string{"-addr host:port", "-state file", "-token token", "-body-limit bytes", "-timeout time", "-cors origins", "-log\n", "-faults\n"} {
		assert.Contains(t, help, "  "+flag)
	}
}

func TestFlags_ThatAreNotUnderstoodAreRefused(t *testing.T) {
	for args, says := range map[[2]string]string{
		{"demo", ""}:                             `what is "demo"? Only flags are taken`,
		{"-faults", "faults.json"}:               `what is "faults.json"? Only flags are taken`,
		{"-nothing", ""}:                         "flag provided but not defined: -nothing",
		{"-addr"}:                                "flag needs an argument: -addr",
		{"-body-limit", "x"}:                     `invalid value "x" for flag -body-limit: parse error`,
		{"-body-limit", "0"}:                     "-body-limit is 0; it is at least 1",
		{"-timeout", "soon"}:                     `invalid value "soon" for flag -timeout: parse error`,
		{"-timeout", "-1s"}:                      "-timeout is -1s; it is at least 0",
		{"-log=maybe", ""}:                       `invalid boolean value "maybe" for -log: parse error`,
		{"-cors", "*"}:                           `-cors: "*" is no origin such as https://app.example`,
		{"-cors", "https://a.example/"}:          `-cors: "https://a.example/" is no origin such as https://app.example`,
		{"-cors", "https://a.example,b.example"}: `-cors: "b.example" is no origin such as https://app.example`,
	} {
		list := args[:]
		if args[1] == "" {
			list = args[:1]
		}
		exit, help, said := told(t, list...)
		assert.Equal(t, 2, exit, args)
		assert.Empty(t, help, args)
		assert.Equal(t, "mastra-mock: "+says+"\nmastra-mock -h tells the flags\n", said)
	}
}

func TestProgram_DoesNotStartOnAnAddressThatItCannotUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	state := filepath.Join(t.TempDir(), "state.json")
	for addr, says := range map[string]string{
		"4111":                "address 4111: missing port in address",
		"127.0.0.1:x":         "unknown port",
		"127.0.0.1:99999":     "invalid port",
		"203.0.113.1:4111":    "cannot assign requested address",
		taken.Addr().String(): "address already in use",
	} {
		exit, _, said := told(t, "-addr", addr, "-state", state)
		assert.Equal(t, 1, exit, addr)
		assert.Regexp(t, `^mastra-mock: .*\n$`, said)
		assert.Contains(t, said, says)
	}
	assert.NoFileExists(t, state, "the state belongs to who serves")
}

func TestStateFile_ThatCannotBeUsedPreventsTheStart(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good.json")
	started(t, "-state", good).end(t)
	whole, err := os.ReadFile(good)
	require.NoError(t, err)
	for name, x := range map[string]struct {
		content string
		mode    os.FileMode
		says    string
	}{
		"empty.json":     {"", 0o600, "it is empty"},
		"truncated.json": {string(whole[:len(whole)/2]), 0o600, "it is damaged: "},
		"binary.json":    {"\x00\x01\x02", 0o600, "it is damaged: "},
		"other.json":     {`{"name":"x"}`, 0o600, "it holds no state of this program"},
		"list.json":      {`[]`, 0o600, "it holds no state of this program"},
		"version.json":   {`{"mastraMock":99}`, 0o600, "it is of version 99, not 1"},
		"read-only.json": {string(whole), 0o400, "it is read-only"},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(dir, name)
			require.NoError(t, os.WriteFile(file, []byte(x.content), x.mode))
			exit, _, said := told(t, "-addr", "127.0.0.1:0", "-state", file)
			assert.Equal(t, 1, exit)
			assert.Contains(t, said, "mastra-mock: state file "+file+" cannot be used: "+x.says)
			left, err := os.ReadFile(file)
			require.NoError(t, err)
			assert.Equal(t, x.content, string(left))
			require.NoError(t, os.Remove(file))
		})
	}
	exit, _, said := told(t, "-addr", "127.0.0.1:0", "-state", dir)
	assert.Equal(t, 1, exit)
	assert.Equal(t, "mastra-mock: state file "+dir+" cannot be used: it is not a file\n", said)
	exit, _, said = told(t, "-addr", "127.0.0.1:0", "-state", filepath.Join(dir, "missing", "state.json"))
	assert.Equal(t, 1, exit)
	assert.Contains(t, said, "cannot be written: no such file or directory")
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "nothing is left behind")
}
