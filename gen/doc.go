// Package gen holds the types of the HTTP API as openapi.yaml describes it: what is sent, what is answered,
// and the events of streams.
//
// The file types.gen.go is made from openapi.yaml and edited by nobody; run go generate ./... after a change there.
//
// Fields that only the server sets are plain values, so an absent field is its zero value. Fields that a caller
// sets are pointers where they may be left out, so that zero can be said. Free-form JSON, and values that come in
// several shapes, are [JSON], kept as they came.
//
// Most users need not import this package: package mastra names the types that its calls take and return.
package gen
