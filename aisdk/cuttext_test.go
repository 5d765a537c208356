package aisdk_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/aisdk"
	"github.com/mastra-go/mastra/stream"
)

// A delta may end within a character, which is two UTF-16 units. The browser gets the
// pieces as the server cut them, and joins them.

// wire is what the browser gets of the parts of these types.
func wire(t testing.TB, parts []aisdk.Part, types ...string) (out []string) {
	t.Helper()
	for _, p := range parts {
		for _, typ := range types {
			if p.Type == typ {
				b, err := p.MarshalJSON()
				require.NoError(t, err)
				out = append(out, string(b))
			}
		}
	}
	return out
}

// converted reads the chunks in the two ways that there are: out of one stream, and
// each by itself.
func converted(t *testing.T, events []string, o aisdk.Options, check func(*testing.T, []aisdk.Part)) {
	t.Helper()
	up := newUpstream(t, replay(chunks(t, events...)...))
	s, err := up.client(t).OpenStream(t.Context(), http.MethodPost, "/x", nil)
	require.NoError(t, err)
	var streamed []stream.Chunk
	for c, err := range s.Chunks() {
		if errors.As(err, new(*stream.RunError)) || errors.As(err, new(*stream.TripwireError)) {
			break // told by its chunk
		}
		require.NoError(t, err)
		streamed = append(streamed, c)
	}
	for name, input := range map[string][]stream.Chunk{"of a stream": streamed, "alone": chunks(t, events...)} {
		t.Run(name, func(t *testing.T) {
			c := aisdk.NewConverter(o)
			var parts []aisdk.Part
			for _, chunk := range input {
				parts = append(parts, c.Convert(chunk)...)
			}
			check(t, append(parts, c.Close()...))
		})
	}
}

func TestCutText_ReachesTheBrowserAsTheServerCutIt(t *testing.T) {
	everything := aisdk.Display{SendReasoning: true}
	const finish = `{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`
	for _, tt := range []struct {
		name   string
		from   aisdk.Source
		events []string
		typ    string
		want   []string
		deltas []string
	}{
		{"text", aisdk.FromAgent, []string{
			`{"type":"text-delta","runId":"r","payload":{"id":"t","text":"x"}}`, `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"a\ud83d"}}`,
			`{"type":"text-delta","runId":"r","payload":{"id":"u","text":"y"}}`, `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"\uDE00b"}}`,
			`{"type":"text-delta","runId":"r","payload":{"id":"t","text":"z"}}`,
		}, "text-delta", []string{
			`{"type":"text-delta","id":"t","delta":"x"}`, `{"type":"text-delta","id":"t","delta":"a\ud83d"}`, `{"type":"text-delta","id":"u","delta":"y"}`,
			`{"type":"text-delta","id":"t","delta":"\ude00b"}`, `{"type":"text-delta","id":"t","delta":"z"}`,
		}, []string{"x", "a", "y", "😀b", "z"}},
		{"reasoning that is cut for good", aisdk.FromAgent, []string{
			`{"type":"reasoning-delta","runId":"r","payload":{"id":"t","text":"\ude00\ud83d"}}`, `{"type":"reasoning-delta","runId":"r","payload":{"id":"t","text":"b"}}`,
			`{"type":"reasoning-delta","runId":"r","payload":{"id":"t","text":"\ud83d"}}`,
		}, "reasoning-delta", []string{
			`{"type":"reasoning-delta","id":"t","delta":"\ude00\ud83d"}`, `{"type":"reasoning-delta","id":"t","delta":"b"}`, `{"type":"reasoning-delta","id":"t","delta":"\ud83d"}`,
		}, []string{"\ufffd", "\ufffdb", ""}},
		{"two texts of one id", aisdk.FromAgent, []string{
			`{"type":"text-delta","runId":"r","payload":{"id":"t","text":"\ud83d"}}`, `{"type":"text-end","runId":"r","payload":{"id":"t"}}`,
			`{"type":"text-start","runId":"r","payload":{"id":"t"}}`, `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"\ude00"}}`,
		}, "text-delta", []string{`{"type":"text-delta","id":"t","delta":"\ud83d"}`, `{"type":"text-delta","id":"t","delta":"\ude00"}`}, []string{"", "\ufffd"}},
		{"tool arguments", aisdk.FromAgent, []string{
			`{"type":"tool-call-delta","runId":"r","payload":{"toolCallId":"c","argsTextDelta":"{\"a\":\"\ud83d"}}`,
			`{"type":"tool-call-delta","runId":"r","payload":{"toolCallId":"c","argsTextDelta":"\ude00\"}"}}`,
		}, "tool-input-delta", []string{
			`{"type":"tool-input-delta","toolCallId":"c","inputTextDelta":"{\"a\":\"\ud83d"}`, `{"type":"tool-input-delta","toolCallId":"c","inputTextDelta":"\ude00\"}"}`,
		}, []string{`{"a":"`, `😀"}`}},
		{"a run that is observed", aisdk.FromAgent, []string{
			`{"type":"chunk","id":"e","index":0,"data":{"type":"text-delta","runId":"r","payload":{"id":"t","text":"a\ud83d"}}}`,
			`{"type":"chunk","id":"f","index":1,"data":{"type":"text-delta","runId":"r","payload":{"id":"t","text":"\ude00"}}}`,
		}, "text-delta", []string{`{"type":"text-delta","id":"t","delta":"a\ud83d"}`, `{"type":"text-delta","id":"t","delta":"\ude00"}`}, []string{"a", "😀"}},
		{"an agent as a step", aisdk.FromWorkflow, []string{
			`{"type":"workflow-step-output","runId":"r","payload":{"output":{"type":"text-delta","runId":"a","payload":{"id":"t","text":"a\ud83d"}}}}`,
			`{"type":"workflow-step-output","runId":"r","payload":{"output":{"type":"text-delta","runId":"a","payload":{"id":"t","text":"\ude00"}}}}`,
		}, "text-delta", []string{`{"type":"text-delta","id":"t","delta":"a\ud83d"}`, `{"type":"text-delta","id":"t","delta":"\ude00"}`}, []string{"a", "😀"}},
		{"a network", aisdk.FromNetwork, []string{
			`{"type":"routing-agent-start","runId":"n","payload":{"networkId":"n","runId":"s"}}`, `{"type":"routing-agent-text-start","runId":"n","payload":{}}`,
			`{"type":"routing-agent-text-delta","runId":"n","payload":{"text":"a\ud83d"}}`, `{"type":"routing-agent-text-delta","runId":"n","payload":{"text":"\ude00"}}`,
		}, "text-delta", []string{`{"type":"text-delta","id":"n","delta":"a\ud83d"}`, `{"type":"text-delta","id":"n","delta":"\ude00"}`}, []string{"a", "😀"}},
		{"a network's result", aisdk.FromNetwork, []string{
			`{"type":"routing-agent-start","runId":"n","payload":{"networkId":"n","runId":"s"}}`,
			`{"type":"network-execution-event-step-finish","runId":"n","payload":{"result":"a\ud83d"}}`,
		}, "text-delta", []string{`{"type":"text-delta","id":"n","delta":"a\ud83d"}`}, []string{"a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			converted(t, append(tt.events, finish), aisdk.Options{From: tt.from, Display: everything}, func(t *testing.T, parts []aisdk.Part) {
				assert.Equal(t, tt.want, wire(t, parts, tt.typ))
				var deltas []string
				for _, p := range parts {
					if p.Type == tt.typ {
						deltas = append(deltas, p.Delta+p.InputTextDelta)
					}
				}
				assert.Equal(t, tt.deltas, deltas, "in Go each character is whole")
			})
		})
	}
}

func TestCutText_OfASubAgentStandsInWhatItHasDoneSoFar(t *testing.T) {
	written := func(chunk string) string {
		return `{"type":"tool-output","runId":"r","payload":{"toolCallId":"c","toolName":"agent-x","output":` + chunk + `}}`
	}
	delta := func(typ, payload string) string {
		return written(`{"type":"` + typ + `","runId":"sub","from":"AGENT","payload":` + payload + `}`)
	}
	type state struct {
		Text, ReasoningText json.RawMessage
		Reasoning           []json.RawMessage
		PendingToolCalls    []struct{ ArgsText json.RawMessage }
	}
	converted(t, []string{
		delta("text-delta", `{"id":"t","text":"a\ud83d"}`), delta("text-delta", `{"id":"t","text":"\ude00b\ud83d"}`),
		delta("reasoning-delta", `{"id":"t","text":"\ud83d"}`), delta("reasoning-delta", `{"id":"t","text":"\ude00"}`),
		delta("tool-call-delta", `{"toolCallId":"d","argsTextDelta":"{\"\ud83d"}`), delta("tool-call-delta", `{"toolCallId":"d","argsTextDelta":"\ude00\"}"}`),
		delta("step-finish", `{"stepResult":{"reason":"stop"}}`), delta("text-delta", `{"id":"t","text":"\ude01c"}`), delta("step-finish", `{"stepResult":{"reason":"stop"}}`),
		`{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`,
	}, aisdk.Options{Display: aisdk.Display{SendSubAgents: true}}, func(t *testing.T, parts []aisdk.Part) {
		var states, steps []state
		for _, p := range parts {
			var v struct {
				state
				Step state
			}
			require.True(t, json.Valid(p.Data) || p.Data == nil)
			_ = json.Unmarshal(p.Data, &v)
			switch p.Type {
			case "data-tool-agent":
				states = append(states, v.state)
			case "data-tool-agent-step":
				steps = append(steps, v.Step)
			}
		}
		require.Len(t, states, 9)
		assert.Equal(t, `"a\ud83d"`, string(states[0].Text))
		assert.Equal(t, `"a😀b\ud83d"`, string(states[1].Text))
		assert.Equal(t, []json.RawMessage{json.RawMessage(`"\ud83d"`), json.RawMessage(`"\ude00"`)}, states[3].Reasoning)
		assert.Equal(t, `"{\"\ud83d"`, string(states[4].PendingToolCalls[0].ArgsText))
		assert.Equal(t, `"{\"😀\"}"`, string(states[5].PendingToolCalls[0].ArgsText))
		assert.Equal(t, `"a😀b😁c"`, string(states[8].Text))
		require.Len(t, steps, 2)
		assert.Equal(t, `"a😀b\ud83d"`, string(steps[0].Text))
		assert.Equal(t, `"😀"`, string(steps[0].ReasoningText))
		assert.Equal(t, `"\ude01c"`, string(steps[1].Text))
	})
}

func TestCutText_OfAnAgentInANetworkStandsInItsTask(t *testing.T) {
	event := func(text string) string {
		return `{"type":"agent-execution-event-text-delta","runId":"n","payload":{"type":"text-delta","runId":"s1","payload":{"id":"t","text":"` + text + `"}}}`
	}
	converted(t, []string{
		`{"type":"routing-agent-start","runId":"n","payload":{"networkId":"n","runId":"s"}}`, `{"type":"agent-execution-start","runId":"n","payload":{"agentId":"a","runId":"s1"}}`,
		event(`a\ud83d`), event(`\ude00`), `{"type":"finish","runId":"n","payload":{}}`,
	}, aisdk.Options{From: aisdk.FromNetwork}, func(t *testing.T, parts []aisdk.Part) {
		states := wire(t, parts, "data-network")
		require.Len(t, states, 4)
		assert.Contains(t, states[2], `"text":"a\ud83d"`)
		assert.Contains(t, states[3], `"text":"a😀"`)
	})
}

func TestPart_DeltaThatIsChangedIsSentAsItIs(t *testing.T) {
	c := aisdk.NewConverter(aisdk.Options{OmitStart: true})
	parts := c.Convert(chunks(t, `{"type":"text-delta","payload":{"id":"t","text":"secret \ud83d"}}`)[0])
	require.Len(t, parts, 1)
	assert.Equal(t, "secret ", parts[0].Delta)
	parts[0].Delta = strings.ReplaceAll(parts[0].Delta, "secret", "***")
	assert.Equal(t, []string{`{"type":"text-delta","id":"t","delta":"*** "}`}, wire(t, parts, "text-delta"))
}

// TestCutText_ComesBackFromDeltasCutAnywhere cuts any text at any positions and joins
// it as a browser does.
func TestCutText_ComesBackFromDeltasCutAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	alphabet := []uint16{'a', '"', '\\', '\n', 'é', '한', 0x2028, 0xd83d, 0xd83d, 0xdbff, 0xdc00, 0xde00}
	for range 400 {
		units := make([]uint16, random.IntN(15))
		for i := range units {
			units[i] = alphabet[random.IntN(len(alphabet))]
		}
		var events []stream.Chunk
		for at := 0; at < len(units); {
			n := random.IntN(len(units) - at + 1)
			var text strings.Builder
			for _, unit := range units[at : at+n] {
				if unit == 'a' || unit == 'é' {
					text.WriteRune(rune(unit))
				} else {
					fmt.Fprintf(&text, `\u%04X`, unit)
				}
			}
			events = append(events, chunks(t, `{"type":"text-delta","runId":"r","payload":{"id":"t","text":"`+text.String()+`"}}`)...)
			at += n
		}
		up := newUpstream(t, replay(append(events, chunks(t, `{"type":"finish","runId":"r","payload":{}}`)...)...))
		body := post(t, aisdk.Handler(up.agent(t), aisdk.Config{}), chatBody("hi")).Body
		var got []uint16
		for line := range strings.SplitSeq(body, "\n") {
			var part struct {
				Type  string
				Delta json.RawMessage
			}
			if json.Unmarshal([]byte(strings.TrimPrefix(line, "data: ")), &part) == nil && part.Type == "text-delta" {
				got = append(got, unitsOf(t, string(part.Delta))...)
			}
		}
		require.Equal(t, fmt.Sprintf("%x", units), fmt.Sprintf("%x", got), body)
		up.Close()
	}
}

// unitsOf reads a JSON string as JavaScript does.
func unitsOf(t testing.TB, literal string) []uint16 {
	require.True(t, utf8.ValidString(literal))
	literal = literal[1 : len(literal)-1]
	var units []uint16
	for literal != "" {
		if len(literal) >= 6 && literal[:2] == `\u` {
			unit, err := strconv.ParseUint(literal[2:6], 16, 16)
			require.NoError(t, err)
			units, literal = append(units, uint16(unit)), literal[6:]
			continue
		}
		r, _, rest, err := strconv.UnquoteChar(literal, '"')
		require.NoError(t, err)
		units, literal = utf16.AppendRune(units, r), rest
	}
	return units
}
