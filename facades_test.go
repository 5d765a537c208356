package mastra_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// answerOf is the recorded answer of this name.
func answerOf(t testing.TB, area, name string) step {
	t.Helper()
	for _, r := range recordings(t, area) {
		if r.Name == name {
			return answer(200, string(r.Body))
		}
	}
	require.Fail(t, "no recording "+name)
	return nil
}

// sse answers with a stream of the recordings of package stream.
func sse(t testing.TB, name string) step {
	t.Helper()
	text, err := os.ReadFile("stream/testdata/" + name + ".sse")
	require.NoError(t, err)
	return answer(200, string(text), "Content-Type", "text/event-stream")
}

func TestNetwork_ResultIsThatOfItsRoutingAgent(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		done       bool
	}{
		{"network-agent", "", true}, {"network-tool", "", true}, {"network-workflow", "", true}, {"network-none", "", true}, {"network-model-fails", "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := inMemory(t, play(sse(t, tt.name)))
			ask := mastra.AgentRequest{Messages: mastra.Prompt("hi"), Memory: &mastra.MemoryRef{ThreadID: "t", ResourceID: "r"}}
			s, err := client.Agent("router").NetworkStream(t.Context(), ask)
			require.NoError(t, err)
			var text strings.Builder
			for piece, err := range s.Text() {
				require.NoError(t, err)
				text.WriteString(piece)
			}
			res, err := s.Result()
			require.NoError(t, err)
			assert.Equal(t, tt.done, res.Done)
			assert.NotEmpty(t, res.RunID)
			if tt.done {
				assert.NotEmpty(t, res.Text)
				assert.NotZero(t, res.Usage.TotalTokens)
				if text.Len() > 0 {
					assert.Equal(t, text.String(), res.Text)
				}
			} else {
				assert.Empty(t, res.Text)
			}
		})
	}
	s, err := inMemory(t, play(sse(t, "network-agent"))).Agent("router").NetworkStream(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi")})
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.Result()
	assert.ErrorIs(t, err, mastra.ErrClosed)
}

func TestObserve_ReadsARunInsideItsEnvelopes(t *testing.T) {
	client := inMemory(t, play(sse(t, "durable-observed")))
	s, err := client.Agent("durable").Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "r"})
	require.NoError(t, err)
	var text strings.Builder
	for piece, err := range s.Text() {
		require.NoError(t, err)
		text.WriteString(piece)
	}
	res, err := s.Result()
	require.NoError(t, err)
	assert.NotEmpty(t, res.Text)
	assert.Equal(t, res.Text, text.String())

	direct, err := inMemory(t, play(sse(t, "durable"))).Agent("durable").Stream(t.Context(), ask())
	require.NoError(t, err)
	want, err := direct.Result()
	require.NoError(t, err)
	assert.Equal(t, want.Text, res.Text)
	assert.Equal(t, want.FinishReason, res.FinishReason)
	assert.Equal(t, want.Usage, res.Usage)
	assert.NotZero(t, res.Usage.TotalTokens)
}

func TestObserve_GivesUpARunThatIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		silent := func(req *http.Request) (*http.Response, error) {
			return response(req, 200, io.NopCloser(silence{req.Context()}), "Content-Type", "text/event-stream"), nil
		}
		start := time.Now()
		s, err := inMemory(t, play(silent)).Agent("durable").Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "r"})
		require.NoError(t, err)
		closeLater := time.AfterFunc(time.Minute, func() { s.Close() })
		defer closeLater.Stop()
		_, err = s.Result()
		assert.ErrorIs(t, err, mastra.ErrIdleTimeout)
		assert.Equal(t, 30*time.Second, time.Since(start))
	})
}

func TestUntilIdle_ResultIsThatOfTheLastRun(t *testing.T) {
	s, err := inMemory(t, play(sse(t, "until-idle"))).Agent("a").Stream(t.Context(), mastra.AgentRequest{Messages: mastra.Prompt("hi"), UntilIdle: &mastra.UntilIdle{}})
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	assert.NotEmpty(t, res.Text)
	assert.Equal(t, mastra.FinishStop, res.FinishReason)
}

func TestAgentStream_PendingNeedsNoResult(t *testing.T) {
	s, err := inMemory(t, play(sse(t, "answer-approval"))).Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	pending, err := s.Pending()
	require.NoError(t, err)
	require.Len(t, pending, 1)
	assert.Equal(t, mastra.PendingApproval, pending[0].Kind)
}

func TestAgentStream_ResultThatEndedBadlyHoldsWhatCame(t *testing.T) {
	for name, is := range map[string]func(error) bool{
		"answer-error":          func(err error) bool { var e *mastra.RunError; return errors.As(err, &e) },
		"answer-upstream-error": func(err error) bool { var e *mastra.RunError; return errors.As(err, &e) },
		"answer-tripwire":       func(err error) bool { var e *mastra.TripwireError; return errors.As(err, &e) },
		"answer-disconnected":   func(err error) bool { return errors.Is(err, mastra.ErrTruncated) },
	} {
		s, err := inMemory(t, play(sse(t, name))).Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err)
		res, err := s.Result()
		require.NotNil(t, res, name)
		assert.True(t, is(err), "%s: %v", name, err)
		again, sameErr := s.Result()
		assert.Equal(t, res, again)
		assert.Equal(t, err, sameErr)
		assert.NotContains(t, err.Error(), "file:///", "no stack trace in the error")
	}
}

func TestAgent_KnowsItsID(t *testing.T) {
	info, err := inMemory(t, play(answerOf(t, "agents", "agent-get"))).Agent("assistant").Get(t.Context())
	require.NoError(t, err)
	assert.Equal(t, "assistant", info.ID, "the server leaves it out")
	assert.Equal(t, "assistant", inMemory(t, play(answer(200, `{}`))).Agent("assistant").ID())
}

func TestTool_ValidationFailureIsAnError(t *testing.T) {
	tool := inMemory(t, play(answerOf(t, "tools", "tool-exec-invalid"))).Tool("weather")
	_, err := tool.Execute(t.Context(), map[string]any{"town": "secret place"})
	var failure *mastra.ToolError
	require.ErrorAs(t, err, &failure)
	assert.Equal(t, "weather", failure.ToolID)
	assert.ErrorIs(t, err, mastra.ErrInvalidInput)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	assert.Equal(t, http.StatusBadRequest, mastra.HTTPStatus(err))
	assert.EqualError(t, err, "mastra: tool weather: Tool input validation failed for weather. Please fix the following errors and try again: - city: Invalid input: expected string, received undefined", "the server repeats the arguments")
	assert.NotEmpty(t, failure.ValidationErrors)

	for _, body := range []string{ // what a tool may well return itself
		`{"error":true,"message":"m"}`, `{"error":true,"validationErrors":{}}`, `{"error":"x","message":"m","validationErrors":{}}`, `[]`, `null`, `"text"`, `1`, `{}`,
	} {
		out, err := inMemory(t, play(answer(200, body))).Tool("weather").Execute(t.Context(), nil)
		require.NoError(t, err, body)
		assert.JSONEq(t, body, string(out))
	}
}

func TestTool_OutputIsDecodedByExecuteTool(t *testing.T) {
	type weather struct {
		City  string
		TempC int
	}
	tool := inMemory(t, play(answer(200, `{"city":"Rome","tempC":4}`))).Agent("a").Tool("weather")
	got, err := mastra.ExecuteTool[weather](t.Context(), tool, map[string]string{"city": "Rome"})
	require.NoError(t, err)
	assert.Equal(t, weather{"Rome", 4}, got)
	assert.Equal(t, "weather", tool.ID())
	_, err = mastra.ExecuteTool[[]int](t.Context(), tool, nil)
	assert.ErrorContains(t, err, "the output of tool weather does not fit")
	_, err = mastra.ExecuteTool[weather](t.Context(), inMemory(t, play(answer(500, `{"error":"no such city"}`))).Tool("weather"), nil)
	assert.ErrorIs(t, err, mastra.ErrServer)
}

func TestMemory_OfAResourceKeepsToIt(t *testing.T) {
	rt := play(answer(200, `{}`))
	m := inMemory(t, rt).Memory("a").ForResource("ann")
	for _, err := range []error{
		second(m.CreateThread(t.Context(), mastra.CreateThreadRequest{ResourceID: "bob"})),
		second(m.ListThreads(t.Context(), mastra.ListThreadsRequest{ResourceID: "bob"})),
		second(m.Search(t.Context(), mastra.SearchRequest{Query: "q", ResourceID: "bob"})),
		second(m.SaveMessages(t.Context(), []mastra.StoredMessage{{ThreadID: "t", ResourceID: "bob"}})),
		drain(m.Threads(t.Context(), mastra.ListThreadsRequest{ResourceID: "bob"})),
	} {
		assert.ErrorContains(t, err, `the request names resource "bob", the handle is for "ann"`)
	}
	assert.Zero(t, rt.attempts())
	_, err := inMemory(t, rt).Memory("a").CreateThread(t.Context(), mastra.CreateThreadRequest{})
	assert.ErrorContains(t, err, "ResourceID is empty")
	assert.Equal(t, "t", m.Thread("t").ID())
}

func second[T any](_ T, err error) error { return err }

func TestStoredMessage_GetsItsIDAndTimeOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(fails(errReset), answer(200, `{"messages":[]}`))
		own := mastra.Time{Time: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
		messages := []mastra.StoredMessage{mastra.NewStoredMessage("user", "a"), mastra.NewStoredMessage("assistant", "b"), {ID: "mine", Role: "user", CreatedAt: own, ResourceID: "ann"}}
		for i := range messages {
			messages[i].ThreadID = "t"
		}
		_, err := inMemory(t, rt).Memory("a").ForResource("ann").SaveMessages(t.Context(), messages)
		require.NoError(t, err)
		require.Equal(t, 2, rt.attempts())
		assert.Equal(t, rt.bodies[0], rt.bodies[1], "the repetition saves the same messages")
		sent := decode[struct{ Messages []mastra.StoredMessage }](t, []byte(rt.bodies[0])).Messages
		require.Len(t, sent, 3)
		assert.NotEmpty(t, sent[0].ID)
		assert.NotEqual(t, sent[0].ID, sent[1].ID)
		assert.Equal(t, time.Millisecond, sent[1].CreatedAt.Sub(sent[0].CreatedAt.Time), "their order is kept")
		assert.Equal(t, "mine", sent[2].ID)
		assert.Equal(t, own, sent[2].CreatedAt)
		assert.Equal(t, "ann", sent[0].ResourceID)
		assert.Empty(t, messages[0].ID, "the caller's messages stay as they are")
	})
	_, err := inMemory(t, play(answer(200, `{}`))).Memory("a").SaveMessages(t.Context(), []mastra.StoredMessage{mastra.NewStoredMessage("user", "x")})
	assert.ErrorContains(t, err, "message 0 has no thread or no resource")
}

func TestMemory_ThatIsNotThereIsNil(t *testing.T) {
	config, err := inMemory(t, play(answerOf(t, "memory", "memory-config-no-memory"))).Memory("plain").Config(t.Context())
	require.NoError(t, err)
	assert.Nil(t, config)
	wm, err := inMemory(t, play(answerOf(t, "memory", "wm-get"))).Memory("a").Thread("t").WorkingMemory(t.Context())
	require.NoError(t, err)
	assert.Nil(t, wm.Text)
	assert.True(t, wm.ThreadExists)
	record, err := inMemory(t, play(answer(200, `{"record":null}`))).Memory("a").WaitObservations(t.Context(), "t")
	require.NoError(t, err)
	assert.Nil(t, record)
}

func TestVoice_SpeechComesAsItArrives(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/listen") {
			file, header, err := r.FormFile("audio")
			if err == nil {
				text, _ := io.ReadAll(file)
				out, _ := json.Marshal(map[string]string{"text": header.Filename + ": " + string(text) + r.FormValue("options")})
				say(w, 200, string(out))
				return
			}
		}
		w.Header().Set("Content-Type", "audio/mpeg")
		_, _ = io.WriteString(w, "first ")
		w.(http.Flusher).Flush()
		_, _ = io.WriteString(w, "second")
	})
	audio, err := client.Agent("voiced").Voice().Speak(t.Context(), mastra.SpeakRequest{Text: "hi"})
	require.NoError(t, err)
	defer audio.Close()
	assert.Equal(t, "audio/mpeg", audio.ContentType)
	text, err := io.ReadAll(audio)
	require.NoError(t, err)
	assert.Equal(t, "first second", string(text))

	heard, err := client.Agent("voiced").Voice().Listen(t.Context(), mastra.ListenRequest{Audio: strings.NewReader("spoken"), Options: map[string]any{"lang": "it"}})
	require.NoError(t, err)
	assert.Equal(t, `audio: spoken{"lang":"it"}`, heard)
	heard, err = client.Agent("voiced").Voice().Listen(t.Context(), mastra.ListenRequest{Audio: strings.NewReader("spoken"), Filename: "a.mp3"})
	require.NoError(t, err)
	assert.Equal(t, `a.mp3: spoken`, heard)
	_, err = client.Agent("voiced").Voice().Listen(t.Context(), mastra.ListenRequest{Audio: failingReader{errReset}})
	assert.ErrorIs(t, err, errReset.Err)
	_, err = client.Agent("voiced").Voice().Listen(t.Context(), mastra.ListenRequest{Audio: strings.NewReader("x"), Options: map[string]any{"f": func() {}}})
	assert.ErrorContains(t, err, "options does not encode: json: unsupported type")
}
