package contract

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// StreamRule is an operation's x-mastra-stream: how its stream is framed, what a complete one ends with,
// and the component of its events.
type StreamRule struct {
	Framing string `json:"framing"` // sse or records
	End     string `json:"end"`     // done-or-terminal, done, terminal or endless
	Event   string `json:"event"`   // reference to a component
}

// after these an agent's stream may end without [DONE].
var agentTerminals = []string{"finish", "abort", "tripwire", "tool-call-approval", "tool-call-suspended"}

func streamRule(op *openapi3.Operation) (*StreamRule, error) {
	raw, ok := op.Extensions["x-mastra-stream"]
	if !ok {
		return nil, nil
	}
	data, err := json.Marshal(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: x-mastra-stream: %w", op.OperationID, err)
	}
	var rule StreamRule
	if err := json.Unmarshal(data, &rule); err != nil {
		return nil, fmt.Errorf("%s: x-mastra-stream: %w", op.OperationID, err)
	}
	return &rule, nil
}

// frames splits a stream's body into the JSON text of its events. done tells whether [DONE] was sent.
func frames(framing string, body []byte) (events [][]byte, done bool, err error) {
	if framing == "records" {
		parts := bytes.Split(body, []byte{0x1E})
		if tail := parts[len(parts)-1]; len(bytes.TrimSpace(tail)) > 0 {
			err = fmt.Errorf("the stream ends within a record: %.60q", tail)
		}
		return parts[:len(parts)-1], false, err
	}
	for block := range bytes.SplitSeq(body, []byte("\n\n")) {
		var data [][]byte
		for line := range bytes.SplitSeq(block, []byte("\n")) {
			if text, ok := bytes.CutPrefix(line, []byte("data:")); ok {
				data = append(data, bytes.TrimPrefix(text, []byte(" ")))
			} else if len(line) > 0 && line[0] != ':' {
				err = fmt.Errorf("a line that is neither data nor comment: %.60q", line)
			}
		}
		switch event := bytes.Join(data, []byte("\n")); {
		case len(data) == 0:
		case string(event) == "[DONE]":
			done = true
		default:
			events = append(events, event)
		}
	}
	return events, done, err
}

// checkStream judges every event of a stream and its end.
func (s *Spec) checkStream(v *Verdict, rule StreamRule, x Exchange) {
	events, done, err := frames(rule.Framing, x.Body)
	if err != nil && !x.Cut {
		v.fail("%w", err)
	}
	last := ""
	for i, event := range events {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(event))
		if err != nil {
			if !x.Cut || i < len(events)-1 {
				v.fail("event %d: %w", i, err)
			}
			continue
		}
		v.Events++
		if fields, ok := value.(map[string]any); ok {
			last, _ = fields["type"].(string)
		}
		if err := s.validateEvent(v, rule.Event, value); err != nil {
			v.fail("event %d (%s): %w", i, last, err)
		}
	}
	if !x.Cut {
		if err := checkEnd(rule, done, last, len(events)); err != nil {
			v.fail("%w", err)
		}
	}
}

// validateEvent checks an event against its component and its payload against the component that the
// event's component lists for its type. Types that are not listed are noted in the verdict.
func (s *Spec) validateEvent(v *Verdict, ref string, value any) error {
	if err := s.validate(ref, value); err != nil {
		return err
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return errors.New("not an object")
	}
	schema, err := s.component(ref)
	if err != nil {
		return err
	}
	kind, _ := fields["type"].(string)
	for extension, field := range map[string]string{"x-mastra-payloads": "payload", "x-mastra-data": "data"} {
		raw, listed := schema.Extensions[extension].(map[string]any)
		payload, sent := fields[field]
		if !listed || !sent {
			continue
		}
		target := payloadRef(raw, kind)
		if target == "" {
			v.Unlisted = append(v.Unlisted, kind)
			continue
		}
		inner, err := s.component(target)
		if err != nil {
			return err
		}
		// an event wrapped in another one has a payload of its own.
		if inner.Extensions["x-mastra-payloads"] != nil {
			err = s.validateEvent(v, target, payload)
		} else {
			err = s.validate(target, payload)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", field, err)
		}
	}
	return nil
}

func payloadRef(table map[string]any, kind string) string {
	if ref, ok := table[kind].(string); ok {
		return ref
	}
	for pattern, ref := range table {
		if !strings.Contains(pattern, "*") {
			continue
		}
		if ok, _ := path.Match(pattern, kind); ok {
			text, _ := ref.(string)
			return text
		}
	}
	return ""
}

// checkEnd tells whether a stream that was read to its end is complete.
func checkEnd(rule StreamRule, done bool, last string, events int) error {
	complete := false
	switch rule.End {
	case "endless":
		complete = true
	case "done":
		complete = done
	case "done-or-terminal":
		complete = done || slices.Contains(agentTerminals, last)
	case "terminal":
		// The replay of a run that waits has no workflow-finish; every try to stream a refused run again adds a
		// lone workflow-start, and a run that was never streamed has no records.
		complete = last == "workflow-finish" || last == "workflow-step-suspended" || last == "workflow-start" || events == 0
	default:
		return fmt.Errorf("unknown end rule %q", rule.End)
	}
	if !complete {
		return fmt.Errorf("the stream ends after %q, which is no end by the rule %q", last, rule.End)
	}
	return nil
}

// Events splits a stream's body, framed as "sse" or as "records", into the JSON
// text of its events, the mark of its end left out.
func Events(framing string, body []byte) [][]byte {
	events, _, _ := frames(framing, body) //nolint:errcheck // what is whole is given; Check tells what is not
	return events
}
