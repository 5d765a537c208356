package main

import (
	"context"
	"fmt"

	"github.com/mastra-go/mastra"
)

// finish answers what the run waits for until it waits for nothing more. A model may
// call several tools at once, and others after the first were answered: so it always
// answers the first call of the last result.
func finish(ctx context.Context, agent *mastra.Agent, res *mastra.AgentResult, ask func(string) (string, error)) (*mastra.AgentResult, error) {
	for len(res.Pending()) > 0 {
		p := res.Pending()[0]
		next, err := answer(ctx, agent, res, p, ask)
		if err != nil {
			return res, fmt.Errorf("%s: %w", p.ToolName, err)
		}
		res = next
	}
	return res, res.Err() // a tripwire, or a model that failed
}

func answer(ctx context.Context, agent *mastra.Agent, res *mastra.AgentResult, p mastra.Pending, ask func(string) (string, error)) (*mastra.AgentResult, error) {
	switch p.Kind {
	case mastra.PendingApproval:
		said, err := ask(fmt.Sprintf("May %s run with %s? (y, or why not)", p.ToolName, p.Args))
		if err != nil {
			return nil, err
		}
		if said == "y" {
			return agent.Approve(ctx, mastra.ApproveRequest{Pending: &p, ClientTools: byHand, Messages: res.Asked()})
		}
		return agent.Decline(ctx, mastra.DeclineRequest{Pending: &p, Reason: said, ClientTools: byHand, Messages: res.Asked()})
	case mastra.PendingSuspended:
		said, err := ask(fmt.Sprintf("%s asks %s:", p.ToolName, p.SuspendPayload))
		if err != nil {
			return nil, err
		}
		return agent.Resume(ctx, mastra.ResumeAgentRequest{Pending: &p, Data: map[string]string{"answer": said}, ClientTools: byHand, Messages: res.Asked()})
	case mastra.PendingClientTool:
		return results(ctx, agent, res, ask)
	}
	return nil, fmt.Errorf("nobody knows how to answer a call of the kind %q", p.Kind)
}

// results gives the model what the tools that were declared without a function have
// returned: all that wait, in one request.
func results(ctx context.Context, agent *mastra.Agent, res *mastra.AgentResult, ask func(string) (string, error)) (*mastra.AgentResult, error) {
	messages, err := res.Conversation() // for an agent without memory; on a thread the results alone will do
	if err != nil {
		return nil, err
	}
	for _, p := range res.Pending() {
		if p.Kind != mastra.PendingClientTool {
			return nil, fmt.Errorf("%s waits beside it", p.ToolName)
		}
		said, err := ask(fmt.Sprintf("What does %s return for %s?", p.ToolName, p.Args))
		if err != nil {
			return nil, err
		}
		messages = append(messages, mastra.ToolMessage(p, said))
	}
	return agent.Generate(ctx, mastra.AgentRequest{Messages: messages, ClientTools: byHand})
}

// byHand are tools that the model may call and a person carries out.
var byHand = []mastra.ClientTool{
	mastra.DeclareClientTool("phone", "Calls somebody and tells what was said", mastra.Schema(`{"type":"object","properties":{"who":{"type":"string"}},"required":["who"]}`)),
}
