package mastra_test

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

// Programs log these texts, and people look for them.
func TestError_TextsStayAsTheyAre(t *testing.T) {
	for want, err := range map[string]error{
		"mastra: bad request":                                  mastra.ErrBadRequest,
		"mastra: invalid input":                                mastra.ErrInvalidInput,
		"mastra: unauthorized":                                 mastra.ErrUnauthorized,
		"mastra: forbidden":                                    mastra.ErrForbidden,
		"mastra: not found":                                    mastra.ErrNotFound,
		"mastra: conflict":                                     mastra.ErrConflict,
		"mastra: too large":                                    mastra.ErrTooLarge,
		"mastra: rate limited":                                 mastra.ErrRateLimited,
		"mastra: not suspended":                                mastra.ErrNotSuspended,
		"mastra: server error":                                 mastra.ErrServer,
		"mastra: unavailable":                                  mastra.ErrUnavailable,
		"mastra: timeout":                                      mastra.ErrTimeout,
		"mastra: outcome unknown":                              mastra.ErrOutcomeUnknown,
		"mastra: the run was never started":                    mastra.ErrNotStarted,
		"mastra: suspended":                                    mastra.ErrSuspended,
		"mastra: the model keeps calling client tools":         mastra.ErrToolRounds,
		"stream: cut off before its end":                       stream.ErrTruncated,
		"stream: nothing received for too long":                stream.ErrIdleTimeout,
		"stream: event too large":                              stream.ErrEventTooLarge,
		"stream: the client is gone":                           stream.ErrClientGone,
		"stream: closed":                                       stream.ErrClosed,
		"run failed":                                           &stream.RunError{},
		"run r failed: AI_APICallError: boom":                  &stream.RunError{RunID: "r", Name: "AI_APICallError", Message: "boom"},
		"run failed: boom":                                     &stream.RunError{Name: "Error", Message: "boom"},
		"run failed: it":                                       &stream.RunError{Name: "it", Message: "it"},
		"run failed: AbortError":                               &stream.RunError{Name: "AbortError"},
		"tripwire":                                             &stream.TripwireError{},
		"tripwire of processor guard: no":                      &stream.TripwireError{RunID: "r", ProcessorID: "guard", Reason: "no"},
		"tripwire: no":                                         &stream.TripwireError{Reason: "no"},
		"stream: malformed JSON at byte 0":                     &stream.MalformedError{},
		"stream: malformed JSON in event 2 at byte 3: why":     &stream.MalformedError{Event: 2, Offset: 3, Reason: "why"},
		"stream: event larger than 1 bytes":                    &stream.EventTooLargeError{Limit: 1},
		"unknown failure":                                      &mastra.RunFailure{},
		"TypeError: boom":                                      &mastra.RunFailure{Name: "TypeError", Message: "boom"},
		"boom":                                                 &mastra.RunFailure{Name: "Error", Message: "boom"},
		"Error":                                                &mastra.RunFailure{Name: "Error"},
		"mastra: a tool: its validation failed":                &mastra.ToolError{},
		"mastra: tool t: bad":                                  &mastra.ToolError{ToolID: "t", Message: "bad\nProvided arguments: {}"},
		"mastra: tool t: worse":                                &mastra.ToolError{ToolID: "t", Message: "worse\nReturned output: {}"},
		"mastra: the structured answer does not fit":           &mastra.TypedError{},
		"mastra: unknown error":                                &mastra.Error{},
		"mastra: 500 Internal Server Error":                    &mastra.Error{Status: 500},
		"mastra: GET /x: no":                                   &mastra.Error{Method: "GET", Path: "/x", Message: "no"},
		"mastra: 599: odd":                                     &mastra.Error{Status: 599, Message: "odd"},
		"mastra: GET /x: 404 Not Found: no (after 2 attempts)": &mastra.Error{Status: 404, Method: "GET", Path: "/x", Message: "no", Attempts: 2},
		"mastra: 400 Bad Request: bad: a: 1; b: 2 (request id 7)": &mastra.Error{Status: 400, Message: "bad", Issues: []mastra.Issue{{Field: "a", Message: "1"}, {Field: "b", Message: "2"}}, RequestID: "7"},
	} {
		assert.EqualError(t, err, want)
	}
}

func TestResultAs_SaysWhyThereIsNoResult(t *testing.T) {
	for want, state := range map[string]mastra.RunState{
		"mastra: suspended: run r waits for a resume":                                                       {Status: mastra.RunSuspended},
		"mastra: run r has no result yet: it is running":                                                    {Status: mastra.RunRunning},
		"mastra: run r returned nothing":                                                                    {Status: mastra.RunSuccess},
		"mastra: the result of run r does not fit: json: cannot unmarshal string into Go value of type int": {Status: mastra.RunBailed, Result: []byte(`"secret"`)},
		"mastra: workflow w, run r failed":                                                                  {Status: mastra.RunFailed},
		"mastra: workflow w, run r failed: boom":                                                            {Status: mastra.RunFailed, Failure: &mastra.RunFailure{Message: "boom"}},
		"mastra: workflow w, run r: canceled":                                                               {Status: mastra.RunCanceled},
		"mastra: workflow w, run r: tripwire":                                                               {Status: mastra.RunTripwire},
		"mastra: workflow w, run r: tripwire: no":                                                           {Status: mastra.RunTripwire, Tripwire: &stream.Tripwire{Reason: "no"}},
	} {
		state.RunID, state.WorkflowID = "r", "w"
		_, err := mastra.ResultAs[int](&state)
		assert.EqualError(t, err, want)
	}
}

func TestStream_CutOffSaysWhatIsMissing(t *testing.T) {
	for _, tt := range []struct {
		want string
		open func(context.Context, *mastra.Agent, *mastra.Run) (interface{ Next() (stream.Chunk, error) }, error)
		body string
		kind string
	}{
		{"stream: cut off before [DONE]", func(ctx context.Context, a *mastra.Agent, _ *mastra.Run) (interface{ Next() (stream.Chunk, error) }, error) {
			return a.Stream(ctx, ask())
		}, ": \n\n", "text/event-stream"},
		{"stream: cut off before workflow-finish", func(ctx context.Context, _ *mastra.Agent, r *mastra.Run) (interface{ Next() (stream.Chunk, error) }, error) {
			return r.Observe(ctx, mastra.ObserveRequest{})
		}, "\x1e", "text/plain"},
		{"stream: cut off before it was closed", func(ctx context.Context, a *mastra.Agent, _ *mastra.Run) (interface{ Next() (stream.Chunk, error) }, error) {
			return a.SubscribeThread(ctx, mastra.SubscribeThreadRequest{ThreadID: "t", ResourceID: "u"}, mastra.WithReattach(false))
		}, ": \n\n", "text/event-stream"},
	} {
		client := inMemory(t, play(answer(200, tt.body, "Content-Type", tt.kind)), mastra.WithRetries(0))
		s, err := tt.open(t.Context(), client.Agent("a"), client.Workflow("w").Run("r"))
		require.NoError(t, err)
		_, err = s.Next()
		assert.EqualError(t, err, tt.want)
		assert.True(t, errors.Is(err, io.ErrUnexpectedEOF))
	}
}
