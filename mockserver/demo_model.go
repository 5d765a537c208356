package mockserver

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	demoToolLine  = regexp.MustCompile(`tool:(\S+)\s+(\{.*\})`)
	demoFailAfter = regexp.MustCompile(`fail-after:(\d+)`)
	demoPieces    = regexp.MustCompile(`(slow|chunks):(\d+)`)
	demoSource    = regexp.MustCompile(`source:(\S+)`)
)

// demoModel is steered by the text of the last user message; the first rule that
// matches applies.
func demoModel(_ context.Context, c *ModelCall) error {
	text := c.LastUserText()
	if strings.Contains(text, "fail-model") {
		return fmt.Errorf("model exploded")
	}
	if outputs := c.ToolOutputs(); len(outputs) > 0 {
		all := bytes.Join(asBytes(outputs), []byte(","))
		c.Text("Tool said: ", "["+string(all)+"]")
		return nil
	}
	if calls := demoCalls(text); len(calls) > 0 {
		for _, call := range calls {
			c.Call(call.name, call.args)
		}
		return nil
	}
	if object, ok := between(text, "json:", "{", "}"); ok {
		c.Text(chop(object, 8)...)
		return nil
	}
	if _, thought, ok := strings.Cut(text, "think:"); ok {
		c.Reasoning(thought)
		c.Words("You said: " + text)
		return nil
	}
	if m := demoSource.FindStringSubmatch(text); m != nil {
		c.Source(m[1], "Source")
		c.Words("You said: " + text)
		return nil
	}
	if _, content, ok := strings.Cut(text, "file:"); ok {
		c.File([]byte(content), "text/plain")
		c.Words("You said: " + text)
		return nil
	}
	if m := demoFailAfter.FindStringSubmatch(text); m != nil {
		return failAfter(c, m[1])
	}
	if m := demoPieces.FindStringSubmatch(text); m != nil {
		return pieces(c, m[2], m[1] == "slow")
	}
	c.Words("You said: " + text)
	return nil
}

func asBytes(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i, e := range list {
		out[i] = e
	}
	return out
}

type demoCall struct {
	name string
	args json.RawMessage
}

// demoCalls are the calls that a text asks for, one to a line.
func demoCalls(text string) []demoCall {
	var calls []demoCall
	for _, line := range strings.Split(text, "\n") {
		if m := demoToolLine.FindStringSubmatch(line); m != nil {
			calls = append(calls, demoCall{m[1], json.RawMessage(m[2])})
		}
	}
	return calls
}

// between cuts, after a mark, from the first opening to the last closing.
func between(text, mark, opening, closing string) (string, bool) {
	_, rest, ok := strings.Cut(text, mark)
	if !ok || !strings.HasPrefix(rest, opening) {
		return "", false
	}
	end := strings.LastIndex(rest, closing)
	if end < 0 {
		return "", false
	}
	return rest[:end+1], true
}

func failAfter(c *ModelCall, count string) error {
	n, _ := strconv.Atoi(count)
	c.Text()
	for i := range n {
		c.Text(fmt.Sprintf("chunk-%d ", i))
	}
	return fmt.Errorf("model broke")
}

func pieces(c *ModelCall, count string, slow bool) error {
	n, _ := strconv.Atoi(count)
	c.Text()
	for i := range n {
		c.Text(fmt.Sprintf("chunk-%d ", i))
		if slow {
			if err := c.Sleep(50 * time.Millisecond); err != nil {
				return err
			}
		}
	}
	return nil
}
