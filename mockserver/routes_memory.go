package mockserver

import (
	"slices"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

func memoryRoutes() []route {
	text, record := zod.String(), zod.Record(zod.Any())
	agent := query(zod.P("agentId", text))
	direction := zod.Enum("ASC", "DESC")
	page := zod.Int().Coerce().Min(0)
	threads := zod.Object(
		zod.P("page", page.Default(0.0)), zod.P("perPage", page.Default(100.0)), optional("agentId", text), optional("resourceId", text),
		optional("metadata", record), optional("orderBy", zod.Object(optional("field", zod.Enum("createdAt", "updatedAt")), optional("direction", direction))),
	).Before(legacyOrder).Before(jsonFields("metadata", "orderBy"))
	messages := zod.Object(
		zod.P("page", page.Default(0.0)), zod.P("perPage", page.Default(float64(defaultMessagesPerPage))), optional("agentId", text), optional("resourceId", text),
		optional("orderBy", zod.Object(optional("field", zod.Enum("createdAt")), optional("direction", direction))),
		optional("include", zod.Array(zod.Object(zod.P("id", text), optional("threadId", text), optional("withPreviousMessages", zod.Number()), optional("withNextMessages", zod.Number())))),
		optional("filter", zod.Object(
			optional("dateRange", zod.Object(optional("start", zod.Date()), optional("end", zod.Date()), optional("startExclusive", zod.Boolean()), optional("endExclusive", zod.Boolean()))),
			optional("roles", zod.Array(text)), optional("metadata", zod.Record(zod.Union(text, zod.Number(), zod.Boolean()).Nullable()).Keys(isMetadataKey)))),
		optional("includeSystemReminders", zod.Boolean().Before(flag)),
	).Before(jsonFields("orderBy", "include", "filter"))
	idObject := zod.Object(zod.P("id", text))
	clone := query(optional("newThreadId", text), optional("resourceId", text), optional("title", text), optional("metadata", record),
		optional("options", zod.Object(optional("messageLimit", zod.Number()), optional("messageFilter", zod.Object(
			optional("startDate", zod.Date()), optional("endDate", zod.Date()), optional("messageIds", zod.Array(text)))))))
	search := zod.Object(zod.P("agentId", text), zod.P("searchQuery", text), zod.P("resourceId", text), optional("threadId", text),
		zod.P("limit", zod.Number().Coerce().Default(20.0)), optional("memoryConfig", record)).Before(jsonFields("memoryConfig"))
	owner := []zod.Prop{zod.P("agentId", text), optional("resourceId", text), optional("threadId", text)}
	const t = "/memory/threads"
	return []route{
		{method: "GET", pattern: "/memory/status", op: "MemoryStatus", handler: (*Server).memoryStatus, query: query(owner...)},
		{method: "GET", pattern: "/memory/config", op: "MemoryConfig", handler: (*Server).memoryConfig, query: agent},
		{method: "GET", pattern: "/memory/search", op: "MemorySearch", handler: (*Server).searchMemory, query: schema(search)},
		{method: "GET", pattern: "/memory/observational-memory", op: "MemoryObservational", handler: (*Server).observationalMemory,
			query: query(append(owner, optional("from", zod.Date()), optional("to", zod.Date()), optional("offset", zod.Int().Coerce().Min(0)), optional("limit", zod.Int().Coerce().Min(1)))...)},
		{method: "POST", pattern: "/memory/observational-memory/buffer-status", op: "MemoryBufferStatus", handler: (*Server).observationalMemory, body: query(owner...)},
		{method: "POST", pattern: t + "/{threadId}/clone", op: "MemoryThreadClone", handler: (*Server).cloneThread, query: agent, body: clone, bodyOptional: true},
		{method: "POST", pattern: t + "/{threadId}/transfer", op: "MemoryThreadTransfer", handler: (*Server).transferThread,
			query: query(optional("agentId", text)), body: query(zod.P("resourceId", text.MinLen(1)))},
		{method: "GET", pattern: t, op: "MemoryListThreads", handler: (*Server).listThreads, query: schema(threads)},
		{method: "POST", pattern: t, op: "MemoryCreateThread", handler: (*Server).createThread, query: agent,
			body: query(zod.P("resourceId", text), optional("title", text), optional("metadata", record), optional("threadId", text))},
		{method: "GET", pattern: t + "/{threadId}", op: "MemoryThreadGet", handler: (*Server).getThread, query: query(optional("agentId", text), optional("resourceId", text))},
		{method: "PATCH", pattern: t + "/{threadId}", op: "MemoryThreadUpdate", handler: (*Server).updateThread, query: agent,
			body: query(optional("title", text), optional("metadata", record), optional("resourceId", text)), bodyOptional: true},
		{method: "DELETE", pattern: t + "/{threadId}", op: "MemoryThreadDelete", handler: (*Server).deleteThread,
			query: query(zod.P("agentId", text), optional("resourceId", text))},
		{method: "GET", pattern: t + "/{threadId}/messages", op: "MemoryThreadMessages", handler: (*Server).listMessages, query: schema(messages)},
		{method: "GET", pattern: t + "/{threadId}/working-memory", op: "MemoryThreadWorkingMemory", handler: (*Server).getWorkingMemory,
			query: schema(zod.Object(zod.P("agentId", text), optional("resourceId", text), optional("memoryConfig", record)).Before(jsonFields("memoryConfig")))},
		{method: "POST", pattern: t + "/{threadId}/working-memory", op: "MemoryThreadUpdateWorkingMemory", handler: (*Server).updateWorkingMemory, query: agent,
			body: query(zod.P("workingMemory", text), optional("resourceId", text), optional("memoryConfig", record))},
		{method: "POST", pattern: "/memory/save-messages", op: "MemorySaveMessages", handler: (*Server).saveMessages, query: agent,
			body: query(zod.P("messages", zod.Array(zod.Any())))},
		{method: "POST", pattern: "/memory/messages/delete", op: "MemoryDeleteMessages", handler: (*Server).deleteMessages,
			query: query(zod.P("agentId", text), optional("resourceId", text)),
			body:  query(zod.P("messageIds", zod.Union(text, zod.Array(text), idObject, zod.Array(idObject))))},
	}
}

// jsonFields parses the named query values as JSON; what is no JSON is left for
// the schema to refuse.
func jsonFields(names ...string) func(any) any {
	return func(v any) any {
		o, ok := v.(*js.Object)
		if !ok {
			return v
		}
		out := o.Clone()
		for _, name := range names {
			text, ok := o.Get(name).(string)
			if !ok {
				continue
			}
			parsed, err := js.Parse([]byte(text))
			if err == nil {
				out.Set(name, parsed)
			} else if name == "orderBy" {
				out.Delete(name)
			}
		}
		return out
	}
}

// flag turns the words true and false into what they mean.
func flag(v any) any {
	switch v {
	case "true":
		return true
	case "false":
		return false
	}
	return v
}

// legacyOrder accepts orderBy=field&sortDirection=DIRECTION.
func legacyOrder(v any) any {
	o, ok := v.(*js.Object)
	if !ok {
		return v
	}
	field, ok := o.Get("orderBy").(string)
	if !ok || strings.HasPrefix(strings.TrimSpace(field), "{") || strings.HasPrefix(strings.TrimSpace(field), "[") {
		return v
	}
	order := js.Obj("field", field)
	if direction, ok := o.Get("sortDirection").(string); ok {
		order.Set("direction", direction)
	}
	return o.Clone().Set("orderBy", order)
}

var runFields = []string{"result", "error", "payload", "steps", "activeStepsPath", "serializedStepGraph"}

// checkRunFields validates the comma-separated list of run fields.
func checkRunFields(v any) string {
	text, _ := v.(string)
	if text == "" {
		return ""
	}
	for _, field := range strings.Split(text, ",") {
		if !slices.Contains(runFields, strings.TrimSpace(field)) {
			return "Invalid field name. Available fields: " + strings.Join(runFields, ", ")
		}
	}
	return ""
}
