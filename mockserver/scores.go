package mockserver

import (
	"math"
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// scoreStore keeps scores as they are listed, the newest last. A row is never
// changed in place.
type scoreStore struct {
	mu   storeLock
	rows []*js.Object
}

// scoreColumns are the members of a listed score, in order. What else a score is
// saved with is only checked.
var scoreColumns = []string{
	"id", "scorerId", "traceId", "spanId", "runId", "scorer", "preprocessStepResult", "extractStepResult", "analyzeStepResult",
	"score", "reason", "metadata", "preprocessPrompt", "extractPrompt", "generateScorePrompt", "generateReasonPrompt",
	"analyzePrompt", "reasonPrompt", "input", "output", "additionalContext", "requestContext", "entityType", "entity", "entityId",
	"source", "resourceId", "threadId", "organizationId", "projectId", "batchId", "datasetId", "datasetItemId", "createdAt", "updatedAt",
}

// scoreRow is a saved score as it is listed: without what is null, and with a
// trace id of the form trace-span taken apart.
func scoreRow(saved *js.Object) *js.Object {
	row := js.Obj()
	for _, column := range scoreColumns {
		if v := saved.Get(column); v != nil {
			row.Set(column, v)
		}
	}
	parts := strings.Split(row.Str("traceId"), "-")
	if parts[0] != "" {
		row.Set("traceId", parts[0])
	}
	if len(parts) > 1 && parts[1] != "" {
		row.Set("spanId", parts[1])
	}
	return row
}

// add adds a score whose id is new.
func (s *scoreStore) add(row *js.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = append(s.rows, row)
}

// replace adds a score, which may take the place of another of its id.
func (s *scoreStore) replace(row *js.Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := row.Str("id")
	s.rows = append(slices.DeleteFunc(s.rows, func(old *js.Object) bool { return old.Str("id") == id }), row)
}

// where lists the scores that hold these values, the newest first.
func (s *scoreStore) where(values map[string]string) []any {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := []any{}
	for _, row := range slices.Backward(s.rows) {
		matches := true
		for column, value := range values {
			matches = matches && row.Str(column) == value
		}
		if matches {
			out = append(out, row)
		}
	}
	return out
}

// save answers the score with what the server adds to it.
func (s *scoreStore) save(_ *Server, c *call) error {
	given := c.body.Get("score")
	if given == nil {
		return said("Cannot read properties of null (reading 'scorer')")
	}
	parsed, issues := scoreSchema().Parse(given)
	if len(issues) > 0 {
		return said("%s", zodError(issues).Str("message"))
	}
	score, _ := parsed.(*js.Object)
	keep := s.replace
	if !score.Has("id") {
		keep = s.add
		score.Set("id", newID())
	}
	at := js.ISO(now())
	score.Set("createdAt", at).Set("updatedAt", at)
	keep(scoreRow(score))
	return c.json(js.Obj("score", score))
}

func (s *scoreStore) ofRun(_ *Server, c *call) error {
	return s.list(c, map[string]string{"runId": c.param("runId")})
}

func (s *scoreStore) ofScorer(_ *Server, c *call) error {
	values := map[string]string{"scorerId": c.param("scorerId")}
	for _, filter := range []string{"entityId", "entityType"} {
		if value := c.query.Str(filter); value != "" {
			values[filter] = value
		}
	}
	return s.list(c, values)
}

// ofEntity knows agents and workflows; an entity of any other type just has no
// scores when there is none.
func (s *scoreStore) ofEntity(srv *Server, c *call) error {
	kind, id := c.param("entityType"), c.param("entityId")
	switch {
	case kind == "AGENT" && srv.world.agent(id) == nil:
		return notFound("Agent with id %s not found", id)
	case kind == "WORKFLOW" && srv.world.workflow(id) == nil:
		return notFound("Workflow with id %s not found", id)
	}
	return s.list(c, map[string]string{"entityType": kind, "entityId": id})
}

// list answers a page of scores.
func (s *scoreStore) list(c *call, values map[string]string) error {
	rows := s.where(values)
	total := len(rows)
	page, perPage := c.page()
	if total > 0 && page*perPage > math.MaxInt64 {
		return errMismatch
	}
	start, end := window(page, perPage, total)
	more := total > 0 && (page+1)*perPage < float64(total)
	return c.json(js.Obj(
		"pagination", js.Obj("total", total, "page", page, "perPage", perPage, "hasMore", more),
		"scores", rows[start:end],
	))
}

// scorers are the scorers of the world by id.
func (s *Server) scorers() *js.Object {
	if !s.config.demo {
		return js.Obj()
	}
	return js.Obj("len", js.Obj(
		"scorer", js.Obj(
			"config", js.Obj("id", "len", "name", "len", "description", "length"),
			"steps", []any{js.Obj("name", "generateScore", "isPromptObject", false)},
			"originalPromptObjects", js.Obj(), "source", "code"),
		"agentIds", []any{}, "agentNames", []any{}, "workflowIds", []any{}, "isRegistered", true, "source", "code"))
}

func (s *Server) listScorers(c *call) error { return c.json(s.scorers()) }

// getScorer answers null for a scorer that there is not.
func (s *Server) getScorer(c *call) error { return c.json(s.scorers().Get(c.param("scorerId"))) }
