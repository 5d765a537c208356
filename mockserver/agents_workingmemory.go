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
	m := r.agent.Memory
	return Tool{id: workingMemoryTool, input: zod.Any(), output: zod.Any(), run: func(_ *ToolCall, input any) (any, error) {
		o, _ := input.(*js.Object)
		if issue := misfitsNote(o); issue != nil {
			return toolFailure(inputFailure(workingMemoryTool, issue, input), issue), nil
		}
		text := o.Str("memory")
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		known := r.note()
		if template := plain(m.WorkingMemory); known != "" && plain(text) == template && plain(known) != template {
			return js.Obj("success", false, "message", "Attempted to replace existing working memory with empty template. Update skipped to prevent data loss."), nil
		}
		r.keepNote(text)
		return js.Obj("success", true), nil
	}}
}

// note is the working memory so far: a resource's, or a thread's.
func (r *agentRun) note() string {
	if scope, _ := r.agent.Memory.workingMemory(nil); scope == ScopeResource {
		text, _ := r.srv.memory.workingMemory(r.resourceID)
		return text
	}
	if t := r.srv.memory.thread(r.threadID); t != nil {
		return t.metadata.Str(workingMemoryMember)
	}
	return ""
}

func (r *agentRun) keepNote(text string) {
	if scope, _ := r.agent.Memory.workingMemory(nil); scope == ScopeResource {
		r.srv.memory.setWorkingMemory(r.resourceID, text)
	} else if t := r.srv.memory.thread(r.threadID); t != nil {
		kept := *t
		kept.metadata = js.Obj().Merge(t.metadata).Set(workingMemoryMember, text)
		r.srv.memory.saveThread(kept)
	}
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
