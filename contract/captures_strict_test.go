package contract_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/contract"
)

const (
	ofTheApplication = "the application has put it on its error"
	forTheServer     = "sent to see that the server does not care"
)

// notDescribed are members that go over the wire and the description leaves out, by
// operation and place, and why.
var notDescribed = map[string]string{
	"WorkflowGetRun /error 'statusCode'":                  ofTheApplication,
	"WorkflowGetRun /steps/errobj/error 'statusCode'":     ofTheApplication,
	"WorkflowStartAsync /error 'statusCode'":              ofTheApplication,
	"WorkflowStartAsync /steps/errobj/error 'statusCode'": ofTheApplication,
	"WorkflowStream /error 'statusCode'":                  ofTheApplication,
	"WorkflowStartAsync  'zzz'":                           forTheServer,
	"WorkflowStartAsync  'runId'":                         forTheServer,
	"WorkflowResumeAsync  'label'":                        forTheServer,
}

// The description allows further members everywhere, because servers grow. Closed,
// it shows what it does not know of the server that it was made for.
func TestDescription_KnowsEveryMemberOfTheCaptures(t *testing.T) {
	t.Parallel()
	spec := closed(t)
	unknown := regexp.MustCompile(`at '([^']*)': (?:additional|unevaluated) properties (.*) not allowed`)
	index := regexp.MustCompile(`/\d+`)
	seen := map[string]string{}
	for _, c := range captures(t) {
		for _, problem := range spec.Check(t.Context(), c.exchange).Problems {
			for _, found := range unknown.FindAllStringSubmatch(problem.Error(), -1) {
				for name := range strings.SplitSeq(found[2], ", ") {
					seen[c.operation+" "+index.ReplaceAllString(found[1], "/N")+" "+name] = c.Name
				}
			}
		}
	}
	for member, capture := range seen {
		assert.Contains(t, notDescribed, member, capture)
	}
	for member := range notDescribed {
		assert.Contains(t, seen, member, "no longer needed")
	}
}

// closed is the description with every object closed that lists its properties.
func closed(t testing.TB) *contract.Spec {
	t.Helper()
	text, err := suite.spec.Document().MarshalJSON()
	require.NoError(t, err)
	var doc map[string]any
	require.NoError(t, json.Unmarshal(text, &doc))
	components, _ := doc["components"].(map[string]any)
	schemas, _ := components["schemas"].(map[string]any)
	// What others are made of stays open: they close it.
	parts := map[string]bool{}
	for _, schema := range schemas {
		schema, _ := schema.(map[string]any)
		all, _ := schema["allOf"].([]any)
		for _, part := range all {
			part, _ := part.(map[string]any)
			if ref, ok := part["$ref"].(string); ok {
				parts[filepath.Base(ref)] = true
			}
		}
	}
	for name, schema := range schemas {
		if !parts[name] {
			closeObjects(schema)
		}
	}
	text, err = json.Marshal(doc)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "closed.json")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	spec, err := contract.LoadSpec(t.Context(), file)
	require.NoError(t, err)
	return spec
}

func closeObjects(v any) {
	switch v := v.(type) {
	case map[string]any:
		if _, all := v["allOf"].([]any); all {
			v["unevaluatedProperties"] = false
		} else if v["type"] == "object" && v["properties"] != nil && v["additionalProperties"] == nil {
			v["additionalProperties"] = false
		}
		for key, member := range v {
			if key != "allOf" {
				closeObjects(member)
			}
		}
	case []any:
		for _, member := range v {
			closeObjects(member)
		}
	}
}
