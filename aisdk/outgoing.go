package aisdk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"github.com/mastra-go/mastra"
)

// outgoing makes the messages for the agent of those that a browser sent. They are
// built anew: id, role and known parts go on, and only of users and assistants.
// Whatever else a browser adds might mean something to the server. With memory the
// last one alone goes on, unless all shall; fileURL is [Config.FileURL].
func (c *Chat) outgoing(memory *mastra.MemoryRef, all bool, fileURL func(string) bool) (mastra.Messages, error) {
	messages := c.Messages
	if c.Trigger == Regenerate && c.continues() != "" {
		messages = messages[:len(messages)-1]
	}
	var kept []Message
	for _, m := range messages {
		if m.Role != "user" && m.Role != "assistant" {
			continue
		}
		if m.Parts = knownParts(m.Parts); len(m.Parts) > 0 {
			kept = append(kept, m)
		}
	}
	if len(kept) == 0 {
		return nil, badRequest("There is no message to answer.")
	}
	if memory != nil {
		if !all {
			kept = kept[len(kept)-1:]
			kept[0].Parts = toolResultsOf(&kept[0])
		}
		for i := range kept {
			kept[i].ID = ownID(memory, kept[i].ID)
		}
	}
	if err := checkFiles(kept, fileURL); err != nil {
		return nil, err
	}
	b := []byte{'['}
	for i, m := range kept {
		if i > 0 {
			b = append(b, ',')
		}
		o := objectWriter{append(b, '{')}
		o.optional("id", m.ID)
		o.text("role", string(m.Role))
		o.value("parts", m.Parts)
		b = append(o.b, '}')
	}
	return mastra.RawMessages(append(b, ']')), nil
}

// knownParts leaves out what is no part of a UI message.
func knownParts(parts []json.RawMessage) []json.RawMessage {
	var known []json.RawMessage
	for _, raw := range parts {
		// A map, because a struct would take "TYPE" for the type too.
		var part map[string]json.RawMessage
		if !decode(raw, &part) {
			continue
		}
		typ, _ := textOf(part["type"])
		switch typ {
		case "text", "reasoning", "file", "source-url", "source-document", "step-start", "dynamic-tool":
		default:
			if !strings.HasPrefix(typ, "tool-") && !isData(typ) {
				continue
			}
		}
		known = append(known, raw)
	}
	return known
}

// toolResultsOf gives what a browser adds to an answer that memory has already: the
// results of the tools that it ran itself. Other messages stay as they are.
func toolResultsOf(m *Message) []json.RawMessage {
	if m.Role != "assistant" {
		return m.Parts
	}
	var results []json.RawMessage
	for _, raw := range m.Parts {
		var p toolPart
		if decode(raw, &p) && p.isTool() && (p.State == "output-available" || p.State == "output-error") {
			results = append(results, raw)
		}
	}
	if results == nil {
		return m.Parts
	}
	return results
}

// checkFiles refuses files that the Mastra server would have to fetch itself, from
// wherever a browser says, unless the application allows it.
func checkFiles(messages []Message, allowed func(string) bool) error {
	for _, m := range messages {
		for _, raw := range m.Parts {
			var part map[string]json.RawMessage
			decode(raw, &part)
			if typ, _ := textOf(part["type"]); typ != "file" {
				continue
			}
			url, _ := textOf(part["url"])
			if strings.HasPrefix(url, "data:") || allowed != nil && allowed(url) {
				continue
			}
			return badRequest("Files must be sent as data URLs.")
		}
	}
	return nil
}

// maxID is how long an id may be that a browser made up.
const maxID = 128

// ownID makes an id of the browser's one of this thread's alone. The server keeps
// messages of all threads under their ids, and a message whose id exists takes the
// place of the other one, in whichever thread that is. What is one of the thread's
// already stays the same.
func ownID(memory *mastra.MemoryRef, id string) string {
	if id == "" {
		return ""
	}
	prefix := digest(memory.ResourceID, memory.ThreadID)[:16] + "-"
	if strings.HasPrefix(id, prefix) && len(id) <= maxID {
		return id
	}
	if len(prefix)+len(id) > maxID {
		id = digest(id)
	}
	return prefix + id
}

func digest(texts ...string) string {
	h := sha256.New()
	for _, text := range texts {
		h.Write([]byte(text))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}
