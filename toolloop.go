package mastra

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/logbook"
	"github.com/mastra-go/mastra/internal/route"
)

const (
	defaultToolRounds = 10
	toolsAtOnce       = 8
)

// ErrToolRounds: the model still called client tools after as many rounds as
// [AgentRequest].MaxToolRounds allows.
var ErrToolRounds = errors.New("mastra: the model keeps calling client tools")

// toolLoop runs the client tools that a model calls and says what to ask next,
// until the model is done.
type toolLoop struct {
	agent *Agent // with the options of the call
	tools toolset
	req   AgentRequest // as the caller gave it

	rounds   int
	base     Messages // the conversation so far, where no memory keeps it
	resumed  bool     // a run was taken up that has not ended since
	remember *int     // messages that the agent's memory recalls; nil: it has no memory
	asked    bool     // remember is known

	owner   runOwner      // of the run whose stream is open
	follows *AgentRequest // is to be asked when a stream's reader has been told the results
}

// newToolLoop returns nil where the request has no client tools.
func newToolLoop(a *Agent, req AgentRequest) (*toolLoop, error) {
	if len(req.ClientTools) == 0 {
		return nil, nil
	}
	tools, err := newToolset(req.ClientTools)
	if err != nil {
		return nil, err
	}
	if _, twice := req.Extra["clientTools"]; twice {
		return nil, refuse("Extra names \"clientTools\", which the request has a field for")
	}
	if req.MaxToolRounds < 0 {
		return nil, refuse("AgentRequest.MaxToolRounds is negative")
	}
	return &toolLoop{agent: a, tools: tools, req: req, base: slices.Clone(req.Messages), owner: runOwner{answers: a.c.cfg().answers}}, nil
}

// begins claims the run that a request for a stream is about to begin. It gives it an id
// for that: followers may be told of the run before its own stream is read.
func (l *toolLoop) begins(req AgentRequest) AgentRequest {
	if l == nil || req.Memory == nil {
		return req
	}
	if req.RunID == "" {
		req.RunID = call.NewID()
	}
	l.owner.owns(req.RunID)
	return req
}

// extra adds the tools' definitions to a request's Extra.
func (l *toolLoop) extra(extra map[string]any) map[string]any {
	if l == nil {
		return extra
	}
	return call.MergeContext(extra, map[string]any{"clientTools": l.tools})
}

// next runs the calls that the result waits for. It returns the request that
// gives the model their results, and the results; or nil where there is nothing
// to run: no client tool is called, or one that is not a Go function. said tells
// the conversation so far.
func (l *toolLoop) next(ctx context.Context, res *AgentResult, said func() (Messages, error)) (*AgentRequest, []ToolResult, error) {
	calls := l.calls(res)
	if len(calls) == 0 {
		return nil, nil, nil
	}
	if l.rounds++; l.rounds > l.limit() {
		return nil, nil, fmt.Errorf("%w: %d rounds", ErrToolRounds, l.limit())
	}
	if err := l.askMemory(ctx); err != nil {
		return nil, nil, err
	}
	var err error
	if l.base, err = said(); err != nil {
		return nil, nil, err
	}
	if l.resumed && l.remember == nil && len(l.base) == 0 {
		return nil, nil, refuse("the model calls client tools, and neither the server nor a memory knows the conversation: set Messages in the request that resumes, see AgentResult.Asked")
	}
	l.resumed = false
	answers := l.run(ctx, calls)
	if ctx.Err() != nil {
		return nil, nil, fmt.Errorf("mastra: while client tools ran: %w", call.ContextError(ctx))
	}
	results, parts := told(res, answers)
	tools := Message{Role: RoleTool, Content: parts}
	l.base = append(slices.Clip(l.base), tools)
	return l.request(tools), results, nil
}

func (l *toolLoop) limit() int { return cmp.Or(l.req.MaxToolRounds, defaultToolRounds) }

// told is what tools have returned, as the caller and as the server are told it.
func told(res *AgentResult, answers []toolRun) (results []ToolResult, parts []Part) {
	traces := map[string]json.RawMessage{}
	for _, c := range res.ToolCalls { // a later call of the same id is the one that waits
		traces[c.ID] = c.Observability
	}
	for _, a := range answers {
		a.trace = traces[a.ID]
		results, parts = append(results, a.ToolResult), append(parts, a.part())
	}
	return results, parts
}

// request is the one that follows, with the results of the last round.
func (l *toolLoop) request(tools Message) *AgentRequest {
	req := l.req
	req.RunID = "" // the same id would be another run all the same
	req.Messages = l.base
	if l.remember != nil {
		// The agent's memory holds the rest. Each round adds messages to it, and the
		// prompt must not fall out of what it recalls.
		req.Messages = Messages{tools}
		memory := *l.req.Memory
		memory.Options = maps.Clone(memory.Options)
		if memory.Options == nil {
			memory.Options = map[string]any{}
		}
		if _, set := memory.Options["lastMessages"]; !set {
			memory.Options["lastMessages"] = *l.remember + len(l.req.Messages) + 2*l.rounds
		}
		req.Memory = &memory
	}
	return &req
}

// calls are those that wait for a client tool, all of them or none: where one is
// not a Go function, its caller has to answer all.
func (l *toolLoop) calls(res *AgentResult) []Pending {
	var calls []Pending
	for _, p := range res.pending {
		if p.Kind != PendingClientTool {
			return nil
		}
		if l.tools[p.ToolName].run == nil {
			return nil
		}
		calls = append(calls, p)
	}
	return calls
}

// run calls the tools, some at once, and returns when all have returned. After the
// end of the context none is begun.
func (l *toolLoop) run(ctx context.Context, calls []Pending) []toolRun {
	runs := make([]toolRun, len(calls))
	slots := make(chan struct{}, toolsAtOnce)
	var all sync.WaitGroup
	for i, call := range calls {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		all.Go(func() {
			defer func() { <-slots }()
			l.call(ctx, call, &runs[i])
		})
	}
	all.Wait()
	return runs
}

func (l *toolLoop) call(ctx context.Context, p Pending, r *toolRun) {
	r.ToolResult = ToolResult{RunID: p.RunID, ID: p.ToolCallID, Name: p.ToolName, Args: p.Args}
	r.IsError, r.Err = true, "tool "+p.ToolName+" did not return" // where it ends its goroutine
	begun := time.Now()
	out, failure := l.tools[p.ToolName].call(logbook.Apart(ctx), p.Args)
	r.took = time.Since(begun)
	if failure != nil {
		r.Err = failure.Error()
		l.agent.c.logPanic(ctx, failure)
		return
	}
	r.IsError, r.Err, r.Result, r.model = false, "", out.result, out.model
}

// toolRun is one call that was run.
type toolRun struct {
	ToolResult
	model *ToolOutput // what the model is told instead of the result
	took  time.Duration
	trace json.RawMessage // of the call, where the server traces it
}

// part tells the server of it.
func (r toolRun) part() Part {
	output := ToolOutput{Type: "json", Value: r.Result}
	if r.IsError { // the server would make plain text of an error-text
		output.Value, _ = call.Marshal(map[string]string{"error": r.Err}) // text always encodes
	}
	p := Part{Type: "tool-result", ToolCallID: r.ID, ToolName: r.Name, Input: r.Args, Output: &output}
	if r.model != nil {
		p.ProviderOptions = map[string]any{"mastra": map[string]any{"modelOutput": r.model}}
	}
	if len(r.trace) > 0 {
		p.observed = &observed{Parent: r.trace}
		p.observed.Payload.Tool, p.observed.Payload.Milliseconds = r.Name, float64(r.took.Microseconds())/1000
	}
	return p
}

// logPanic puts the stack of a tool that panicked where the developer finds it.
func (c *Client) logPanic(ctx context.Context, err error) {
	var p *toolPanicError
	if c.cfg().Logger != nil && errors.As(err, &p) {
		v := c.veil()
		c.cfg().Logger.ErrorContext(ctx, "mastra: a client tool panicked", "tool", p.Tool, "panic", v.Text(fmt.Sprint(p.Value)), "stack", v.Text(string(p.Stack)))
	}
}

// askMemory finds out, once, whether the agent remembers the conversation, and
// how much of it.
func (l *toolLoop) askMemory(ctx context.Context) error {
	if l.asked || l.req.Memory == nil || l.req.Memory.ReadOnly {
		return nil
	}
	config, err := l.agent.c.Memory(l.agent.id).Config(ctx)
	if err != nil {
		return err
	}
	l.asked = true
	if config != nil {
		l.remember = new(int)
		_ = json.Unmarshal(config.LastMessages, l.remember) // false: none
	}
	return nil
}

// add joins what a further round came to onto the result so far.
func (r *AgentResult) add(next *AgentResult) *AgentResult {
	sum := *next
	sum.Text = r.Text + next.Text
	sum.Reasoning = r.Reasoning + next.Reasoning
	sum.Usage = r.Usage.Add(next.Usage)
	sum.ToolCalls = slices.Concat(r.ToolCalls, next.ToolCalls)
	sum.ToolResults = slices.Clone(r.ToolResults)
	for _, result := range next.ToolResults {
		known := func(t ToolResult) bool { return t.ID == result.ID }
		if !result.IsError || !slices.ContainsFunc(r.ToolResults, known) { // the answer repeats the failures before it
			sum.ToolResults = append(sum.ToolResults, result)
		}
	}
	sum.Sources = slices.Concat(r.Sources, next.Sources)
	sum.Files = slices.Concat(r.Files, next.Files)
	sum.told = slices.Concat(r.exchanges(), next.exchanges())
	if sum.Object == nil {
		sum.Object = r.Object
	}
	return &sum
}

// generateOn goes on from a whole result until the model is done. With an error
// it returns what came before.
func (l *toolLoop) generateOn(ctx context.Context, sum *AgentResult) (*AgentResult, error) {
	for last := sum; ; {
		req, results, err := l.next(ctx, last, func() (Messages, error) { return last.said(l.base) })
		if err != nil || req == nil {
			return sum, err
		}
		sum.ToolResults, sum.pending = slices.Concat(sum.ToolResults, results), nil
		r := call.Request{Op: route.AgentGenerate, Body: *req, Extra: req.Extra, Context: req.RequestContext}
		r.IDs, r.Extra = []string{l.agent.id}, l.extra(r.Extra)
		last, err = callFor[AgentResult](ctx, l.agent.c, nil, r)
		if err != nil {
			return sum, err
		}
		last.asked = req.Messages
		sum = sum.add(last)
	}
}
