// Package contract is one suite of behaviour for Mastra servers: what the client
// of the module above meets, call by call, on a real server, on the mock server
// and on any other.
//
// The suite is the tests of this package. The package itself holds what they
// stand on: the servers to judge ([Target]), the recording of every exchange
// ([Recorder]), its validation against openapi.yaml ([Spec]), the coverage
// counted from the recordings ([Coverage]), and a TCP proxy that loses answers
// ([Proxy]).
package contract
