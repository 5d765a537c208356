package mastra_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/mockserver"
)

// A server's text is UTF-16, and a delta may end within a character.

// replaying is a server whose n-th stream is the n-th list of events, the last one
// forever, and which keeps what it was sent.
func replaying(t testing.TB, streams ...[]string) (*mastra.Client, func() []string) {
	var mu sync.Mutex
	var bodies []string
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		bodies = append(bodies, string(body))
		events := streams[min(len(bodies), len(streams))-1]
		mu.Unlock()
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range events {
			_, _ = io.WriteString(w, "data: "+event+"\n\n")
		}
	})
	return client, func() []string { mu.Lock(); defer mu.Unlock(); return bodies }
}

const (
	stops    = `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`
	stepEnds = `{"type":"step-finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`
	allSent  = `[DONE]`
)

// piece is a delta of a kind of text; the piece stands as in JSON.
func piece(kind, id, text string) string {
	if kind == "routing-agent-text" {
		return fmt.Sprintf(`{"type":"routing-agent-text-delta","runId":"r","payload":{"text":"%s"}}`, text)
	}
	return fmt.Sprintf(`{"type":"%s-delta","runId":"r","payload":{"id":%q,"text":"%s"}}`, kind, id, text)
}

func textEnd(id string) string {
	return fmt.Sprintf(`{"type":"text-end","runId":"r","payload":{"id":%q}}`, id)
}

func joinText(t testing.TB, text iter.Seq2[string, error]) string {
	var b strings.Builder
	for piece, err := range text {
		require.NoError(t, err)
		require.NotEmpty(t, piece)
		b.WriteString(piece)
	}
	return b.String()
}

func TestCutText_IsWholeInTextAndResult(t *testing.T) {
	for _, tt := range []struct {
		name   string
		events []string
		want   string
	}{
		{"one emoji", []string{piece("text", "1", `a\ud83d`), piece("text", "1", `\ude00b`), textEnd("1")}, "a😀b"},
		{"two texts at a time", []string{piece("text", "1", `\uD83D`), piece("text", "2", `b\ud83d`), piece("text", "1", `\uDE00`), piece("text", "2", `\ude01`)}, "b😀😁"},
		{"reasoning between", []string{piece("text", "1", `\ud83d`), piece("reasoning", "1", `\ud83e`), piece("text", "1", `\ude00`)}, "😀"},
		{"across a step, as the server joins it", []string{piece("text", "1", `a\ud83d`), textEnd("1"), stepEnds, piece("text", "1", `\ude00`), textEnd("1"), stepEnds}, "a😀"},
		{"across a step, in another text", []string{piece("text", "1", `a\ud83d`), textEnd("1"), stepEnds, piece("text", "2", `\ude00`), textEnd("2"), stepEnds}, "a😀"},
		{"a step that ends within a character", []string{piece("text", "1", `a\ud83d`), textEnd("1"), stepEnds, piece("text", "2", `b`), stepEnds}, "a\ufffdb"},
		{"an answer that ends within a character", []string{piece("text", "1", `a\ud83d`), textEnd("1")}, "a\ufffd"},
		{"an answer without an end that ends so", []string{piece("text", "1", `a\ud83d`)}, "a\ufffd"},
		{"the low half first", []string{piece("text", "1", `\ude00a`)}, "\ufffda"},
		{"nothing else", []string{piece("text", "1", `\ud83d`), piece("text", "1", ``), piece("text", "1", ``)}, "\ufffd"},
	} {
		client, _ := replaying(t, append(append([]string{}, tt.events...), stops, allSent))
		t.Run(tt.name, func(t *testing.T) {
			s, err := client.Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			assert.Equal(t, tt.want, joinText(t, s.Text()))
			res, err := s.Result()
			require.NoError(t, err)
			assert.Equal(t, tt.want, res.Text)

			s, err = client.Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			res, err = s.Result()
			require.NoError(t, err)
			assert.Equal(t, tt.want, res.Text, "without looking at the text before")
		})
	}
}

func TestCutText_OfAStreamThatBreaksIsGivenBeforeTheError(t *testing.T) {
	client, _ := replaying(t, []string{piece("text", "1", "a"), piece("text", "1", `b\ud83d`)})
	s, err := client.Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	var got []string
	for piece, err := range s.Text() {
		if err != nil {
			require.ErrorIs(t, err, mastra.ErrTruncated)
			require.Empty(t, piece)
			continue
		}
		got = append(got, piece)
	}
	assert.Equal(t, []string{"a", "b", "\ufffd"}, got)
	res, err := s.Result()
	require.ErrorIs(t, err, mastra.ErrTruncated)
	assert.Equal(t, "ab\ufffd", res.Text)
}

func TestCutText_CanBeLeftAnywhere(t *testing.T) {
	client, _ := replaying(t, []string{piece("text", "1", "a"), piece("text", "1", `b\ud83d`), stops, allSent})
	for n := 1; n <= 3; n++ {
		s, err := client.Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err)
		left := n
		for _, err := range s.Text() {
			require.NoError(t, err)
			if left--; left == 0 {
				break
			}
		}
		assert.Zero(t, left)
	}
}

func TestCutText_GoesOnWhereChunksStopped(t *testing.T) {
	client, _ := replaying(t, []string{piece("text", "1", `a\ud83d`), piece("text", "1", `\ude00b`), piece("text", "1", `c`), stops, allSent})
	s, err := client.Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	chunk, err := s.Next()
	require.NoError(t, err)
	text, _ := chunk.Text()
	assert.Equal(t, "a", text)
	assert.Equal(t, "😀bc", joinText(t, s.Text()))
}

func TestCutText_OfAnObservedRunIsWhole(t *testing.T) {
	observed := func(i int, chunk string) string {
		return fmt.Sprintf(`{"type":"chunk","runId":"r","data":%s,"id":"e%d","index":%d}`, chunk, i, i)
	}
	client, _ := replaying(t, []string{observed(0, piece("text", "1", `a\ud83d`)), observed(1, piece("text", "1", `\ude00b`)), observed(2, piece("reasoning", "1", `\ud83d`)),
		observed(3, piece("reasoning", "1", `\ude01`)), observed(4, textEnd("1")), stops, allSent})
	s, err := client.Agent("a").Observe(t.Context(), mastra.ObserveAgentRequest{RunID: "r"})
	require.NoError(t, err)
	assert.Equal(t, "a😀b", joinText(t, s.Text()))
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, "a😀b", res.Text)
	assert.Equal(t, "😁", res.Reasoning)
}

func TestCutText_OfANetworkIsWhole(t *testing.T) {
	for _, tt := range []struct {
		events []string
		want   string
	}{
		{[]string{piece("routing-agent-text", "", `a\ud83d`), piece("routing-agent-text", "", `\ude00b`)}, "a😀b"},
		{[]string{piece("routing-agent-text", "", `a\ud83d`)}, "a\ufffd"},
	} {
		end := `{"type":"network-execution-event-finish","runId":"r","payload":{"isComplete":true,"result":"other"}}`
		client, _ := replaying(t, append(tt.events, end, allSent))
		s, err := client.Agent("a").NetworkStream(t.Context(), ask())
		require.NoError(t, err)
		assert.Equal(t, tt.want, joinText(t, s.Text()))
		res, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, tt.want, res.Text)
	}
}

// TestCutText_OfATranscriptIsToldToTheModelAsItWasSaid: in the messages that go back
// to the server a character is whole, and half a character that is alone stays one.
func TestCutText_OfATranscriptIsToldToTheModelAsItWasSaid(t *testing.T) {
	call := `{"type":"tool-call","runId":"r","payload":{"toolCallId":"c1","toolName":"lookup","args":{"id":1}}}`
	more := `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"tool-calls"}}}`
	client, bodies := replaying(t,
		[]string{piece("text", "1", `a\ud83d`), piece("text", "1", `\ude00b\ud83d`), textEnd("1"), call, more, allSent},
		[]string{piece("text", "1", `\ude01c`), stops, allSent})
	s, err := client.Agent("a").Stream(t.Context(), withTools("x", lookupTool()))
	require.NoError(t, err)
	res, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, "a😀b😁c", res.Text)
	require.Len(t, bodies(), 2)
	assert.Contains(t, bodies()[1], `"text":"a😀b\ud83d"`)
}

func TestCutText_OfAPartialValueIsLeftOutUntilItIsWhole(t *testing.T) {
	type note struct {
		Text string   `json:"text"`
		Tags []string `json:"tags"`
	}
	object := func(value string) string { return `{"type":"object","runId":"r","object":` + value + `}` }
	client, _ := replaying(t, []string{
		object(`{"text":"a\ud83d"}`), object(`{"text":"a\ud83d\ude00"}`), object(`{"text":"a\uD83D\uDE00","tags":["b", "\ud83d" ] }`),
		object(`{"text":"\ud83d","tags":["\\ud83d"]}`), object(`{"text":"\ud83d","tags":["\\\ud83d"]}`),
		`{"type":"object-result","runId":"r","object":{"text":"a\ud83d","tags":["\ud83d\ude00"]}}`, stops, allSent,
	})
	s, err := mastra.StreamAs[note](t.Context(), client.Agent("a"), ask())
	require.NoError(t, err)
	var seen []note
	for v, err := range s.Partials() {
		require.NoError(t, err)
		seen = append(seen, v)
	}
	assert.Equal(t, []note{
		{"a", nil}, {"a😀", nil}, {"a😀", []string{"b", ""}}, {"\ufffd", []string{`\ud83d`}}, {"\ufffd", []string{`\`}},
	}, seen)
	final, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, note{"a\ufffd", []string{"😀"}}, final.Value)
}

// TestCutText_ComesBackFromDeltasCutAnywhere cuts any text at any positions. What it
// comes to is what package utf16 makes of the whole.
func TestCutText_ComesBackFromDeltasCutAnywhere(t *testing.T) {
	var events []string
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, "data: "+strings.Join(events, "\n\ndata: ")+"\n\n")
	})
	random := rand.New(rand.NewPCG(5, 6))
	alphabet := []uint16{'a', '"', 'é', '한', 0xd83d, 0xd83d, 0xdbff, 0xdc00, 0xde00}
	for range 150 {
		units := make([]uint16, random.IntN(15))
		for i := range units {
			units[i] = alphabet[random.IntN(len(alphabet))]
		}
		want := string(utf16.Decode(units))
		for _, kind := range []string{"text", "reasoning", "routing-agent-text"} {
			events = nil
			for at := 0; at < len(units); {
				n := random.IntN(len(units) - at + 1)
				var text strings.Builder
				for _, unit := range units[at : at+n] {
					fmt.Fprintf(&text, `\u%04x`, unit)
				}
				events = append(events, piece(kind, "1", text.String()))
				at += n
			}
			events = append(events, stops, allSent)
			var text, result string
			if kind == "routing-agent-text" {
				s, err := client.Agent("a").NetworkStream(t.Context(), ask())
				require.NoError(t, err)
				text = joinText(t, s.Text())
				res, err := s.Result()
				require.NoError(t, err)
				result = res.Text
			} else {
				s, err := client.Agent("a").Stream(t.Context(), ask())
				require.NoError(t, err)
				text = joinText(t, s.Text())
				res, err := s.Result()
				require.NoError(t, err)
				if result = res.Text; kind == "reasoning" {
					text, result = res.Reasoning, res.Reasoning
				}
			}
			require.Equal(t, want, text, "%s %x", kind, units)
			require.Equal(t, want, result, "%s %x", kind, units)
		}
	}
}

// TestCutText_IsTheSameHoweverItIsAskedFor compares what the client joins with what
// the server has joined, over two steps.
func TestCutText_IsTheSameHoweverItIsAskedFor(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	alphabet := []rune{'a', '"', 'é', '한', 0xd83d, 0xd83d, 0xdbff, 0xdc00, 0xde00, '😀'}
	var steps [2][]string
	client, _ := onMock(t, mockserver.WithAgent(mockserver.Agent{
		ID:    "cutter",
		Tools: []mockserver.Tool{mockserver.NewTool("noop", "", func(*mockserver.ToolCall, struct{}) (string, error) { return "", nil })},
		Model: func(_ context.Context, call *mockserver.ModelCall) error {
			if len(call.ToolOutputs()) > 0 {
				call.Text(steps[1]...)
				return nil
			}
			call.Reasoning(steps[0]...)
			call.Text(steps[0]...)
			call.Call("noop", struct{}{})
			return nil
		},
	}))
	agent := client.Agent("cutter")
	for range 60 {
		for i := range steps {
			var text []byte
			for range random.IntN(8) {
				text = wtf8.AppendRune(text, alphabet[random.IntN(len(alphabet))])
			}
			steps[i] = mockserver.Pieces(1+random.IntN(3), string(text))
		}
		whole, err := agent.Generate(t.Context(), ask())
		require.NoError(t, err)
		s, err := agent.Stream(t.Context(), ask())
		require.NoError(t, err)
		assert.Equal(t, whole.Text, joinText(t, s.Text()), "%q", steps)
		res, err := s.Result()
		require.NoError(t, err)
		assert.Equal(t, whole.Text, res.Text, "%q", steps)
		assert.Equal(t, whole.Reasoning, res.Reasoning, "%q", steps)
	}
}

func TestPart_HalfACharacterIsSentAsJavaScriptWritesIt(t *testing.T) {
	text, err := json.Marshal(mastra.Text("a\xed\xa0\xbdb<"))
	require.NoError(t, err)
	assert.JSONEq(t, `{"type":"text","text":"a\ud83db<"}`, string(text))
	assert.Contains(t, string(text), `a\ud83db`)
}
