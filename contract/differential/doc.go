// Package differential holds the mock server against a real Mastra server: the
// same raw HTTP exchanges go to both, each freshly started, and status, headers
// and body of every answer are compared, streams event by event.
//
// The exchanges are data: the files script/*.txt, one [Scene] each (see [Parse]
// for their form). [Play] sends a scene to one server and keeps its answers.
// [Compare] lists the differences between the answers of two servers, after ids,
// times, stack traces and ports have been replaced by placeholders. What may
// differ stands in deliberate.txt, with reasons. [Mutate] spoils a server's
// answers, to show that nothing slips through the comparison.
package differential
