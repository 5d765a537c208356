package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/google/uuid"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// chat is one conversation.
type chat struct {
	agent      *mastra.Agent
	memory     *mastra.MemoryRef
	in         <-chan string
	interrupts <-chan os.Signal
	out        io.Writer
}

func newChat(agent *mastra.Agent, in <-chan string, interrupts <-chan os.Signal, out io.Writer) *chat {
	memory := &mastra.MemoryRef{ThreadID: uuid.NewString(), ResourceID: "terminal"}
	return &chat{agent, memory, in, interrupts, out}
}

// errLeft: the input has ended, or Ctrl-C was pressed where nothing is being written.
var errLeft = errors.New("left")

// run reads what the user says and shows what the agent answers, until the input ends.
func (c *chat) run(ctx context.Context) {
	for {
		said, err := c.ask(ctx, "\n> ")
		if err == nil && said != "" {
			err = c.turn(ctx, said)
		}
		switch {
		case errors.Is(err, errLeft):
			fmt.Fprintln(c.out)
			return
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(c.out, "(stopped)")
		case err != nil:
			fmt.Fprintln(c.out, "error:", err) // and the conversation goes on
		}
	}
}

// turn is one message of the user, and everything until the agent waits for the next.
func (c *chat) turn(ctx context.Context, said string) error {
	res, err := c.show(ctx, func(ctx context.Context) (*mastra.AgentStream, error) {
		return c.agent.Stream(ctx, mastra.AgentRequest{Messages: mastra.Prompt(said), Memory: c.memory})
	})
	for err == nil && len(res.Pending()) > 0 {
		var answer func(context.Context) (*mastra.AgentStream, error)
		if answer, err = c.decide(ctx, res.Pending()[0]); err == nil {
			res, err = c.show(ctx, answer)
		}
	}
	return err
}

// decide asks the user about a call that waits, and returns how to answer it.
func (c *chat) decide(ctx context.Context, p mastra.Pending) (func(context.Context) (*mastra.AgentStream, error), error) {
	if p.Kind == mastra.PendingSuspended {
		said, err := c.ask(ctx, fmt.Sprintf("%s asks %s: ", p.ToolName, p.SuspendPayload))
		return func(ctx context.Context) (*mastra.AgentStream, error) {
			return c.agent.ResumeStream(ctx, mastra.ResumeAgentRequest{Pending: &p, Data: map[string]string{"answer": said}})
		}, err
	}
	said, err := c.ask(ctx, fmt.Sprintf("run %s %s? (y/n) ", p.ToolName, p.Args))
	return func(ctx context.Context) (*mastra.AgentStream, error) {
		if strings.HasPrefix(strings.ToLower(said), "y") {
			return c.agent.ApproveStream(ctx, mastra.ApproveRequest{Pending: &p})
		}
		return c.agent.DeclineStream(ctx, mastra.DeclineRequest{Pending: &p})
	}, err
}

// show writes a stream down as it comes. Ctrl-C ends it.
func (c *chat) show(ctx context.Context, open func(context.Context) (*mastra.AgentStream, error)) (*mastra.AgentResult, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-c.interrupts:
			cancel()
		case <-ctx.Done():
		}
	}()
	s, err := open(ctx)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for chunk, err := range s.Chunks() {
		if err != nil {
			return nil, err
		}
		switch v := chunk.Value().(type) {
		case *stream.TextDelta:
			fmt.Fprint(c.out, v.Text)
		case *stream.ToolCall:
			fmt.Fprintf(c.out, "[%s %s]\n", v.Name, v.Args)
		}
	}
	fmt.Fprintln(c.out)
	return s.Result()
}

// ask shows a question and waits for a line of the user's.
func (c *chat) ask(ctx context.Context, question string) (string, error) {
	fmt.Fprint(c.out, question)
	select {
	case line, ok := <-c.in:
		if !ok {
			return "", errLeft
		}
		return strings.TrimSpace(line), nil
	case <-c.interrupts:
		return "", errLeft
	case <-ctx.Done():
		return "", errLeft
	}
}
