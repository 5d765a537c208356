package mockserver

import (
	"regexp"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// zodError is what a schema of the server's own throws: its message is the list of
// the issues, whole, with the code that their message stands for.
func zodError(issues []zod.Issue) *js.Object {
	list := make([]any, len(issues))
	for i, issue := range issues {
		list[i] = issueCode(issue.Message).Set("path", js.Strings(issue.Path)).Set("message", issue.Message)
	}
	return js.Obj("message", js.Indent(list), "name", "ZodError")
}

var (
	issueOfType   = regexp.MustCompile(`^Invalid input: expected (\w+), received (\w+)$`)
	issueOfOption = regexp.MustCompile(`"([^"]*)"`)
)

func issueCode(message string) *js.Object {
	words := issueOfType.FindStringSubmatch(message)
	switch {
	case words == nil:
		values := []any{}
		for _, option := range issueOfOption.FindAllStringSubmatch(message, -1) {
			values = append(values, option[1])
		}
		return js.Obj("code", "invalid_value", "values", values)
	case words[1] == "nonoptional":
		return js.Obj("code", "invalid_type", "expected", words[1])
	case words[2] == infinity:
		return js.Obj("expected", words[1], "code", "invalid_type", "received", infinity)
	}
	return js.Obj("expected", words[1], "code", "invalid_type")
}
