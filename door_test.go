package mastra_test

import (
	internalcall "github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// rawRequest is a request as the packages under api/ make it.
func rawRequest(operation, id string) internalcall.Request {
	for _, op := range route.All {
		if op.ID == operation {
			return internalcall.Request{Op: op, IDs: []string{id}, Body: map[string]any{"data": map[string]any{}}}
		}
	}
	panic("no operation " + operation)
}
