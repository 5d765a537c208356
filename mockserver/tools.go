package mockserver

import (
	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// info is the tool as the server describes it.
func (t Tool) info(partial bool) *js.Object {
	o := js.Obj("id", t.id, "description", t.description)
	if !partial {
		o.Set("inputSchema", t.input.Superjson(zod.Draft2020))
		if t.output.Kind() != zod.KindAny {
			o.Set("outputSchema", t.output.Superjson(zod.Draft2020))
		}
	}
	if t.suspend != nil {
		o.Set("suspendSchema", rawSchema(*t.suspend))
	}
	if t.resume != nil {
		o.Set("resumeSchema", rawSchema(*t.resume))
	}
	return o.Set("requireApproval", t.requireApproval)
}

func toolInfos(tools []Tool, partial bool) *js.Object {
	out := js.Obj()
	for _, t := range tools {
		out.Set(t.id, t.info(partial))
	}
	return out
}

// agentTool finds the tool of the path among an agent's own.
func (c *call) agentTool() (*Agent, Tool, error) {
	a, err := c.agent()
	if err != nil {
		return nil, Tool{}, err
	}
	t, ok := findTool(a.Tools, c.param("toolId"))
	if !ok {
		return nil, Tool{}, notFound("Tool not found")
	}
	return a, t, nil
}

func (s *Server) getAgentTool(c *call) error {
	_, t, err := c.agentTool()
	if err != nil {
		return err
	}
	return c.json(t.info(false))
}

func (s *Server) executeAgentTool(c *call) error {
	a, t, err := c.agentTool()
	if err != nil {
		return err
	}
	return c.runTool(t, a.ID)
}

func (s *Server) listTools(c *call) error { return c.json(toolInfos(s.world.tools, false)) }

func (s *Server) getTool(c *call) error {
	t, ok := findTool(s.world.tools, c.param("toolId"))
	if !ok {
		return notFound("Tool not found")
	}
	return c.json(t.info(false))
}

func (s *Server) executeTool(c *call) error {
	t, ok := findTool(s.world.tools, c.param("toolId"))
	if !ok {
		return notFound("Tool not found")
	}
	if !truthy(c.body.Get("data")) {
		return missing("data")
	}
	return c.runTool(t, "")
}

// runTool executes a tool for a client: without approval, and with nothing to
// suspend.
func (c *call) runTool(t Tool, agentID string) error {
	data := c.body.Get("data")
	if file, ok := data.(upload); ok {
		data = file.json()
	}
	out, err := t.execute(&ToolCall{Context: c.ctx(), AgentID: agentID, requestContext: c.requestContext}, data)
	if err != nil {
		return err
	}
	return c.json(out)
}

func findTool(tools []Tool, id string) (Tool, bool) {
	for _, t := range tools {
		if t.id == id {
			return t, true
		}
	}
	return Tool{}, false
}
