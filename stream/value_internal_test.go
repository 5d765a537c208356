package stream

import (
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestValue_IsAPointerAlways(t *testing.T) {
	made := []Value{newValue(PrefixData + "x"), newValue(PrefixAgentExecutionEvent + "x"), new(ObservedChunk), new(Unknown)}
	for _, value := range values {
		made = append(made, value())
	}
	for _, v := range made {
		pointer := reflect.TypeOf(v)
		require.Equal(t, reflect.Pointer, pointer.Kind(), pointer)
		assert.False(t, pointer.Elem().Implements(reflect.TypeFor[Value]()), "a case %s would compile", pointer.Elem())
	}
}

// TestValue_CaseThatNeverMatchesDoesNotCompile asks the compiler about one case each.
func TestValue_CaseThatNeverMatchesDoesNotCompile(t *testing.T) {
	for name, compiles := range map[string]bool{
		"*stream.TextDelta":      true,
		"*stream.Unknown":        true,
		"stream.TextDelta":       false,
		"stream.Data":            false,
		"*stream.WorkflowStep":   false, // only embedded in values
		"*stream.BackgroundTask": false,
		"string":                 false,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "case.go")
			require.NoError(t, os.WriteFile(file, []byte(`package main

import "github.com/mastra-go/mastra/stream"

func main() {
	var c stream.Chunk
	switch c.Value().(type) {
	case `+name+`:
	}
}
`), 0o600))
			out, err := exec.Command("go", "build", "-o", os.DevNull, file).CombinedOutput()
			if compiles {
				require.NoError(t, err, string(out))
				return
			}
			require.Error(t, err)
			assert.Contains(t, string(out), "cannot have dynamic type "+name)
		})
	}
}
