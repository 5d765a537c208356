package mockserver

import (
	"context"
	"errors"
	"fmt"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// errWaits ends the stream of a network that waits for the client.
var errWaits = errors.New("the network waits")

// waitingNetwork is a network that waits for the client's answer. It is kept when
// it is answered: an answer that is given again is carried out again.
type waitingNetwork struct {
	agentID, runID       string
	threadID, resourceID string
	task                 string
	iteration            int
	decision             *decision
}

// wait keeps the network.
func (n *network) wait(i int, d *decision) {
	a := n.srv.agents
	a.mu.Lock()
	defer a.mu.Unlock()
	a.networks[n.runID] = &waitingNetwork{n.agent.ID, n.runID, n.threadID, n.resourceID, n.task, i, d}
}

// network finds a network of the agent that waits.
func (a *agentRuns) network(agentID, runID string) *waitingNetwork {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if w := a.networks[runID]; w != nil && w.agentID == agentID {
		return w
	}
	return nil
}

// takeAnswer is the client's answer to what waits, once.
func (n *network) takeAnswer() *js.Object {
	answer := n.answer
	n.answer = nil
	return answer
}

func (s *Server) approveNetwork(c *call) error {
	return s.resumeNetwork(c, js.Obj("approved", true))
}

func (s *Server) declineNetwork(c *call) error {
	return s.resumeNetwork(c, js.Obj("approved", false, "reason", valueOf(c.body, "reason")))
}

// resumeNetwork goes on with a network that waits. One that does not is answered
// with nothing.
func (s *Server) resumeNetwork(c *call, answer *js.Object) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	if a.Memory == nil {
		return badRequest(noNetworkMemory)
	}
	n := &network{srv: s, agent: a, runID: c.body.Str("runId"), options: runOptions{requestContext: c.requestContext}, resourceID: a.ID, last: 1, answer: answer}
	n.threadID = n.runID
	n.openThread()
	w := s.agents.network(a.ID, n.runID)
	if w == nil {
		return c.sse().done()
	}
	n.threadID, n.resourceID, n.task = w.threadID, w.resourceID, w.task
	return c.streamNetwork(n, func(ctx context.Context) error {
		input, err := n.follow(ctx, w.iteration, w.decision)
		if err != nil {
			return err
		}
		return n.decideFrom(ctx, w.iteration+1, input)
	})
}

func (a *agentRuns) networkState() any {
	a.mu.RLock()
	defer a.mu.RUnlock()
	out := []any{}
	for _, id := range sortedKeys(a.networks) {
		w := a.networks[id]
		out = append(out, js.Obj("agentId", w.agentID, "runId", w.runID, "threadId", w.threadID, "resourceId", w.resourceID, "task", w.task,
			"iteration", w.iteration, "decision", w.decision.data))
	}
	return out
}

func (a *agentRuns) restoreNetworks(v any) error {
	list, err := stateList(v, "networks")
	if err != nil {
		return err
	}
	for _, o := range list {
		if o.Obj("decision") == nil {
			return fmt.Errorf("the network %s has no decision", o.Str("runId"))
		}
		a.networks[o.Str("runId")] = &waitingNetwork{o.Str("agentId"), o.Str("runId"), o.Str("threadId"), o.Str("resourceId"), o.Str("task"),
			stateInt(o, "iteration"), decisionOf(o.Obj("decision"))}
	}
	return nil
}
