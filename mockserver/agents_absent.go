package mockserver

import (
	"net/http"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// There is no editor to keep a copy, no key of a model that enhances
// instructions, no agent that plans and none that has a workspace with skills.

func (s *Server) cloneAgent(*call) error {
	return said("Editor is not configured on the Mastra instance")
}

func (s *Server) enhanceInstructions(c *call) error {
	if _, err := c.agent(); err != nil {
		return err
	}
	return badRequest("No model with a configured API key found. Please set the required environment variable for your model provider.")
}

func (s *Server) getPlanFile(c *call) error {
	if _, err := c.agent(); err != nil {
		return err
	}
	return notFound("Plan capability not found")
}

func (s *Server) getSkill(c *call) error {
	if _, err := c.agent(); err != nil {
		return err
	}
	named := c.param("skillName")
	if path, ok := c.query.Lookup("path"); ok {
		named, _ = path.(string)
	}
	return notFound(`Skill "%s" not found`, named)
}

// message answers with a message.
func (c *call) message(text string) error { return c.json(js.Obj("message", text)) }

// gone answers for a route that is no more.
func gone(status int, message string) func(*Server, *call) error {
	return func(*Server, *call) error { return fail(status, "%s", message) }
}

// legacy answers for a route that asks models of an older kind.
func legacy(instead string) func(*Server, *call) error {
	return func(_ *Server, c *call) error {
		if _, err := c.agent(); err != nil {
			return err
		}
		return fail(http.StatusInternalServerError, `Models with specificationVersion "v2" are not supported for %s() instead.`, instead)
	}
}

// streamRecords is the stream in the framing of an older route.
func (s *Server) streamRecords(c *call) error {
	r, err := c.newRun()
	if err != nil {
		return err
	}
	if r.durable() {
		record := s.durables.begin(r.agent.ID, r.id)
		return c.streamDurable(r, c.records, record, record.log.reader(), false, r.run)
	}
	w := c.records()
	r.sink = func(chunk *js.Object) { _ = w.chunk(chunk) }
	r.run(c.ctx())
	if c.ctx().Err() == nil && r.pending == nil {
		r.saveMemory()
	}
	return nil
}
