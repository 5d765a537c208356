package aisdk_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// capture is what a Mastra server sent, and the parts that Mastra's own converter
// for JavaScript, @mastra/ai-sdk 1.10.4, made of it.
type capture struct {
	Name    string `json:"name"`
	Options struct {
		From          string `json:"from"`
		SendReasoning bool   `json:"sendReasoning"`
		SendSources   bool   `json:"sendSources"`
		SendFinish    *bool  `json:"sendFinish"`
		TextParts     *bool  `json:"includeTextStreamParts"`
		LastMessageID string `json:"lastMessageId"`
		SubAgents     bool   `json:"includeSubAgentMetadata"`
	} `json:"options"`
	Input  []stream.Chunk             `json:"input"`
	Output map[string]json.RawMessage `json:"output"` // by version, or "all"
}

func readCapture(t testing.TB, name string) capture {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "ui", name+".json"))
	require.NoError(t, err)
	var c capture
	require.NoError(t, json.Unmarshal(data, &c))
	require.Equal(t, name, c.Name)
	return c
}

func captureNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "ui", "*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return names
}

func (c *capture) options(v aisdk.Version) aisdk.Options {
	o := aisdk.Options{
		Display: aisdk.Display{
			Version:       v,
			SendReasoning: c.Options.SendReasoning,
			SendSources:   c.Options.SendSources,
			SendSubAgents: c.Options.SubAgents,
		},
		From:      map[string]aisdk.Source{"workflow": aisdk.FromWorkflow, "network": aisdk.FromNetwork}[c.Options.From],
		MessageID: c.Options.LastMessageID,
	}
	o.OmitFinish = c.Options.SendFinish != nil && !*c.Options.SendFinish
	o.OmitStepText = c.Options.TextParts != nil && !*c.Options.TextParts
	return o
}

// output is what the reference made; nil where it threw.
func (c *capture) output(t testing.TB, v aisdk.Version) []any {
	t.Helper()
	raw := c.Output["all"]
	if raw == nil {
		raw = c.Output[map[aisdk.Version]string{aisdk.V5: "v5", aisdk.V6: "v6", aisdk.V7: "v6"}[v]]
	}
	var parts []any
	if json.Unmarshal(raw, &parts) != nil {
		require.Contains(t, string(raw), "threw")
		return nil
	}
	return parts
}

// convert runs chunks through a converter and gives the parts as a browser reads
// them.
func convert(t testing.TB, chunks []stream.Chunk, o aisdk.Options) []any {
	t.Helper()
	c := aisdk.NewConverter(o)
	var parts []aisdk.Part
	for _, chunk := range chunks {
		parts = append(parts, c.Convert(chunk)...)
	}
	parts = append(parts, c.Close()...)
	return decoded(t, parts)
}

func decoded(t testing.TB, parts []aisdk.Part) []any {
	t.Helper()
	all := []any{}
	for _, p := range parts {
		b, err := p.MarshalJSON()
		require.NoError(t, err)
		all = append(all, value(t, string(b)))
	}
	return all
}

func value(t testing.TB, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return v
}

func values(t testing.TB, texts ...string) []any {
	t.Helper()
	all := []any{}
	for _, text := range texts {
		all = append(all, value(t, text))
	}
	return all
}

// versions in which the AI SDK is tried.
var versions = []aisdk.Version{aisdk.V5, aisdk.V6, aisdk.V7}

// divergent names the captures in which the reference is at fault for a version.
// Each of them has a test in divergences_test.go that says what is right.
var divergent = map[string][]aisdk.Version{
	"real-approval-declined":      versions,
	"real-approval-resume-stream": versions,
	"real-model-error":            versions,
	"syn-data-missing-data":       versions,
	"syn-data-parts":              versions,
	"syn-error-empty-object":      versions,
	"syn-error-object":            versions,
	"syn-error-top-level":         versions,
}

func TestCaptures_AreReproducedPartForPart(t *testing.T) {
	for _, name := range captureNames(t) {
		for _, v := range versions {
			if slices.Contains(divergent[name], v) {
				continue
			}
			t.Run(name+"/"+versionName(v), func(t *testing.T) {
				c := readCapture(t, name)
				// What is told of a sub-agent holds the time of day. The reference was run at
				// midnight of 2000, where the clock of a test bubble stands.
				synctest.Test(t, func(t *testing.T) {
					assert.Equal(t, c.output(t, v), convert(t, c.Input, c.options(v)))
				})
			})
		}
	}
}

func versionName(v aisdk.Version) string { return "v" + string(rune('0'+int(v))) }
