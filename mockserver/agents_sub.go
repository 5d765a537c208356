package mockserver

// subAgentTool lets an agent call another one.
func (r *agentRun) subAgentTool(sub *Agent) Tool {
	type request struct {
		Prompt string `json:"prompt"`
	}
	return NewTool("agent-"+sub.ID, sub.Description, func(t *ToolCall, in request) (string, error) {
		return in.Prompt, nil
	})
}
