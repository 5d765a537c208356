package mastra_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// olderForms are parameters that say what others say.
var olderForms = map[string]string{"WorkflowListRuns offset": "page", "WorkflowListRuns limit": "perPage"}

// Nobody needs WithQuery for what the server reads on a route that has a call.
func TestRequest_CanSendEveryParameterOfTheQuery(t *testing.T) {
	a := readAPI(t)
	sent := map[string]map[string]bool{} // by operation
	synctest.Test(t, func(t *testing.T) {
		rt := &catcher{t: t}
		client := inMemory(t, rt, mastra.WithRetries(0))
		for _, m := range methods(client, agentID, otherID) {
			if !anyRoute(m) {
				_ = m.invoke(t.Context(), full)
			}
		}
		for _, v := range []mastra.AgentVersion{{ID: "v"}, {Status: mastra.VersionDraft}} {
			_, _ = client.Agent("a").Version(v).Get(t.Context())
			_, _ = client.Agent("a").Version(v).PlanFile(t.Context(), "p")
		}
		_, _ = client.Tool("t").InRun("r").Execute(t.Context(), nil)
		_, _ = client.Memory("a").Thread("t").WithConfig(map[string]any{"k": 1}).WorkingMemory(t.Context())
		_, _ = client.Memory("").Thread("t").ListMessages(t.Context(), mastra.ListMessagesRequest{Include: []mastra.MessageInclude{{ID: "m"}}})
		for _, req := range rt.seen {
			if req.path == "/health" {
				continue
			}
			id, d := a.operationOf(t, req.method, req.path)
			if sent[id] == nil {
				sent[id] = map[string]bool{}
			}
			for name := range req.query {
				if name == "requestContext" {
					continue
				}
				sent[id][name] = true
				known := false
				for _, p := range d.Parameters {
					known = known || p.In == "query" && p.Name == name
				}
				assert.True(t, known, "%s: the description has no parameter %s", id, name)
			}
		}
	})
	require.Greater(t, len(sent), 70)
	for id, names := range sent {
		for _, p := range a.operations[id].Parameters {
			if _, older := olderForms[id+" "+p.Name]; p.In == "query" && !older {
				assert.True(t, names[p.Name], "%s: no call sends %s", id, p.Name)
			}
		}
	}
}
