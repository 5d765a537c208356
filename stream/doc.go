// Package stream reads the streams of a Mastra server. Bytes become events, events
// become chunks, and a chunk has a payload of a Go type of its own.
//
// Most programs meet it through package mastra, whose streams embed [Stream].
//
// # Reading
//
// [Stream.Chunks] ranges over the chunks and ends with the error if there is one:
//
//	for chunk, err := range s.Chunks() {
//		if err != nil {
//			return err
//		}
//		switch v := chunk.Value().(type) {
//		case *stream.TextDelta:
//			fmt.Print(v.Text)
//		case *stream.ToolCallApproval:
//			ask(v.Pending())
//		case *stream.Unknown:
//			log.Printf("%s is new to us", v.Type)
//		}
//	}
//
// Nothing is read ahead and no goroutine runs. Leaving the loop closes the
// connection. A payload is decoded when [Chunk.Value] asks for it, so chunks that
// nobody looks at cost little; [Chunk.Text] is the quick way to the text of a delta.
// A character that the server has cut in two is whole in the delta that completes it.
// Chunk types that this package does not know arrive like all others, with
// [*Unknown] as their value. Values are pointers, and a case without the star does not
// compile: see [Value].
//
// # How a stream ends
//
// HTTP 200 is no success: a run can fail while its stream is open, and a connection
// can break at any byte. Each kind of stream has an [EndRule], and only what the rule
// asks for is a good end. Otherwise the iteration ends with an error:
//
//   - [ErrTruncated]: the server stopped in the middle.
//   - [*RunError]: the run failed. The chunks up to the end of the stream came first.
//     An `error` chunk is no failure if the run then finishes for another reason than
//     "error": another model has answered.
//   - [*TripwireError]: a processor stopped the run.
//   - [*MalformedError]: a chunk was not JSON. The error says where, not what.
//   - [ErrEventTooLarge]: an event was over the limit, 16 MiB by default.
//   - [ErrIdleTimeout]: nothing arrived for too long.
//   - [ErrClosed]: Close was called. The context's errors are those of package context.
//
// More than one can match, such as for a run that failed before its stream was cut
// off. A workflow that fails is no error of its stream: the status in its
// workflow-finish says so.
//
// # Passing a stream on
//
// [Forward] copies a stream to an http.ResponseWriter as it comes and removes the
// stack traces and provider answers that error chunks carry. [ForwardRaw] removes
// nothing.
//
// # Cost
//
// A text-delta, from bytes to text, costs one allocation. The cost of an event is
// linear in its size, however it arrives. The chunks at the end of an answer repeat
// the whole conversation, and of [Finish] and [StepFinish] only the parts that are
// asked for are decoded.
package stream
