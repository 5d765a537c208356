// Package call is the one way in which a request goes out: it encodes, attempts,
// repeats, reads and decodes. It knows HTTP and the operations of openapi.yaml,
// and nothing of agents or workflows.
//
// Every failure of a request that could be built is a [*Failure], what is refused
// before anything is sent a [*Refusal]; package mastra makes its public errors of
// them.
package call
