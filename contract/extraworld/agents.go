package extraworld

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/mastra-go/mastra/internal/jsonstring"
	"github.com/mastra-go/mastra/mockserver"
)

// agents answer with the parts that the user's message lists.
func agents() []mockserver.Option {
	lasting := scriptedAgent()
	lasting.ID, lasting.ModelID, lasting.Durable = "lasting", "fake-11", true
	enduring := recalling()
	enduring.ID, enduring.ModelID, enduring.Durable = "enduring", "fake-14", true
	// As the other server lists what a module exports.
	var options []mockserver.Option
	for _, a := range []mockserver.Agent{enduring, lasting, leading(), recalling(), scriptedAgent(), watched()} {
		options = append(options, mockserver.WithAgent(a))
	}
	return options
}

func scriptedAgent() mockserver.Agent {
	return obedient(mockserver.Agent{ID: "scripted", ModelID: "fake-9"})
}

func recalling() mockserver.Agent {
	return obedient(mockserver.Agent{ID: "recalling", ModelID: "fake-10", Memory: &mockserver.Memory{}})
}

func watched() mockserver.Agent {
	return obedient(mockserver.Agent{
		ID: "watched", ModelID: "fake-12",
		Guard: blocking("guard", "forbidden", &mockserver.Tripwire{Reason: "Blocked input", Metadata: map[string]string{"word": "forbidden"}}),
		Gate:  blocking("gate", "leak", &mockserver.Tripwire{Reason: "Blocked output"}),
	})
}

func leading() mockserver.Agent {
	one := scriptedAgent()
	return obedient(mockserver.Agent{ID: "leading", ModelID: "fake-13", Agents: []*mockserver.Agent{&one}, Memory: &mockserver.Memory{}})
}

func obedient(a mockserver.Agent) mockserver.Agent {
	a.Description, a.Instructions, a.Provider, a.Model, a.Tools = "Does as it is told", "Obey", "fake", scripted, tools()
	return a
}

func blocking(id, word string, t *mockserver.Tripwire) *mockserver.Processor {
	return &mockserver.Processor{ID: id, Check: func(_ context.Context, text string) *mockserver.Tripwire {
		if strings.Contains(text, word) {
			return t
		}
		return nil
	}}
}

// part is one part of an answer, or its end.
type part struct {
	Text, Reasoning pieces
	Source, Title   string
	File            *string
	MediaType       string
	Call            string
	Seen            bool // says which calls stand in the prompt, and what has come of them
	Args            pieces
	Usage           *mockserver.Usage
	Finish          mockserver.FinishReason
	Fail            string
	// Status, Headers and Body are of a provider's answer.
	Status  int
	Headers map[string]string
	Body    string
}

// pieces may begin and end within a character, which encoding/json does not know.
type pieces []string

func (p *pieces) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	if err := json.Unmarshal(data, &list); err != nil {
		return err
	}
	*p = pieces{}
	for _, raw := range list {
		text, _ := jsonstring.Unquote(raw)
		*p = append(*p, text)
	}
	return nil
}

// scripted reads the parts of its answers from the last user message: a list for
// the answer to the user, one for the answer to the first tool results, and so on.
func scripted(_ context.Context, call *mockserver.ModelCall) error {
	var answers [][]part
	if err := json.Unmarshal([]byte(call.LastUserText()), &answers); err != nil {
		return err
	}
	earlier := 0
	for _, m := range call.Prompt {
		switch m.Role {
		case mockserver.RoleUser:
			earlier = 0
		case mockserver.RoleTool:
			earlier++
		}
	}
	for _, p := range answers[min(earlier, len(answers)-1)] {
		if err := p.play(call); err != nil {
			return err
		}
	}
	return nil
}

func callsIn(call *mockserver.ModelCall) error {
	type seen struct {
		Tool   string          `json:"tool"`
		Args   json.RawMessage `json:"args"`
		Output json.RawMessage `json:"output,omitempty"`
	}
	outputs := map[string]json.RawMessage{}
	for _, m := range call.Prompt {
		for i, output := range m.Outputs {
			outputs[m.Calls[i].ID] = output
		}
	}
	list := []seen{}
	for _, m := range call.Prompt {
		if m.Role != mockserver.RoleAssistant {
			continue
		}
		for _, c := range m.Calls {
			list = append(list, seen{c.Tool, c.Args, outputs[c.ID]})
		}
	}
	text, err := json.Marshal(list)
	call.Text(string(text))
	return err
}

func (p part) play(call *mockserver.ModelCall) error {
	switch {
	case p.Text != nil:
		call.Text(p.Text...)
	case p.Reasoning != nil:
		call.Reasoning(p.Reasoning...)
	case p.Source != "":
		call.Source(p.Source, p.Title)
	case p.File != nil && p.MediaType != "":
		call.File([]byte(*p.File), p.MediaType)
	case p.File != nil:
		call.File([]byte(*p.File), "text/plain")
	case p.Call != "":
		call.CallInPieces(p.Call, p.Args...)
	case p.Seen:
		return callsIn(call)
	case p.Usage != nil:
		call.SetUsage(*p.Usage)
	case p.Finish != "":
		call.SetFinishReason(p.Finish)
	case p.Fail != "" && p.Status != 0:
		return &mockserver.ModelError{Message: p.Fail, Status: p.Status, URL: "https://model.test/v1/answers", Header: p.Headers, Body: p.Body}
	case p.Fail != "":
		return errors.New(p.Fail)
	}
	return nil
}
