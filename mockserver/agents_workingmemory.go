package mockserver

import (
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// workingMemoryTool is the tool with which a model writes its working memory.
const workingMemoryTool = "updateWorkingMemory"

// canNote tells whether the run has a working memory that it may write.
func (r *agentRun) canNote() bool {
	return r.remembers() && r.agent.Memory.WorkingMemory != "" && !r.readOnly && !r.noNotes
}

// noteTool is the tool itself.
func (r *agentRun) noteTool() Tool {
	m, store := r.agent.Memory, r.srv.memory
	return Tool{id: workingMemoryTool, input: zod.Any(), output: zod.Any(), run: func(_ *ToolCall, input any) (any, error) {
		o, _ := input.(*js.Object)
		if issue := misfitsNote(o); issue != nil {
			return toolFailure(inputFailure(workingMemoryTool, issue, input), issue), nil
		}
		text, key := o.Str("memory"), workingMemoryKey(m, r.threadID, r.resourceID)
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		known, _ := store.workingMemory(key)
		if template := plain(m.WorkingMemory); known != "" && plain(text) == template && plain(known) != template {
			return js.Obj("success", false, "message", "Attempted to replace existing working memory with empty template. Update skipped to prevent data loss."), nil
		}
		store.setWorkingMemory(key, text)
		return js.Obj("success", true), nil
	}}
}

// misfitsNote says why a note cannot be taken, nil where it can.
func misfitsNote(o *js.Object) []zod.Issue {
	note, ok := o.Lookup("memory")
	if !ok {
		return []zod.Issue{{Message: "must have required property 'memory'"}}
	}
	if _, isText := note.(string); !isText {
		return []zod.Issue{{Path: []string{"memory"}, Message: "must be string"}}
	}
	return nil
}
