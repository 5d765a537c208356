package stream_test

import (
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// Text is UTF-16 where it is made, and can be cut within a character.

// wrapped are the places where a stream may hold a delta of the run r, as formats.
var wrapped = map[string]string{
	"the run's own":                 `%s`,
	"of an observed run":            `{"type":"chunk","data":%s,"id":"e","index":1}`,
	"of an agent in a network":      `{"type":"agent-execution-event-x","runId":"n","payload":%s}`,
	"of a sub-agent":                `{"type":"tool-output","runId":"n","payload":{"toolCallId":"c","output":%s}}`,
	"of a sub-agent of a sub-agent": `{"type":"tool-output","payload":{"toolCallId":"c","output":{"type":"tool-output","payload":{"output":%s}}}}`,
	"of an agent as a step":         `{"type":"workflow-step-output","runId":"n","payload":{"stepId":"s","output":%s}}`,
	"of a background task":          `{"type":"background-task-output","payload":{"taskId":"t","payload":{"type":"tool-output","payload":{"output":%s}}}}`,
}

// deltaForms are the deltas that there are, as formats of the id and the piece.
var deltaForms = map[string]string{
	"text":             `{"type":"text-delta","runId":"r","payload":{"id":%q,"text":%s}}`,
	"reasoning":        `{"payload":{"providerMetadata":{"a":"b"},"text":%[2]s,"id":%[1]q},"type":"reasoning-delta","runId":"r"}`,
	"tool arguments":   `{"type":"tool-call-delta","runId":"r","payload":{"argsTextDelta":%[2]s,"toolCallId":%[1]q,"toolName":"w"}}`,
	"network's answer": `{"type":"routing-agent-text-delta","runId":%q,"payload":{"text":%s}}`,
}

// own takes a chunk out of all that it is wrapped in.
func own(t *testing.T, c stream.Chunk) stream.Chunk {
	for {
		var ok bool
		inner := c
		switch v := c.Value().(type) {
		case *stream.ObservedChunk:
			inner, ok = v.Chunk, true
		case *stream.NestedChunk:
			inner, ok = v.Chunk, true
		case *stream.ToolOutputChunk:
			inner, ok = v.Chunk()
		case *stream.WorkflowStepOutput:
			inner, ok = v.Chunk()
		case *stream.BackgroundTaskOutput:
			inner, ok = v.Output, true
		default:
			return c
		}
		require.True(t, ok)
		c = inner
	}
}

// said is the piece that a delta tells of, and the text that it belongs to.
func said(t *testing.T, c stream.Chunk) (id, text string) {
	c = own(t, c)
	switch v := c.Value().(type) {
	case *stream.TextDelta:
		quick, ok := c.Text()
		require.True(t, ok)
		require.Equal(t, quick, v.Text)
		return v.ID, v.Text
	case *stream.ReasoningDelta:
		quick, _ := c.Text()
		require.Equal(t, quick, v.Text)
		return v.ID, v.Text
	case *stream.ToolCallDelta:
		_, ok := c.Text()
		require.False(t, ok)
		return v.ID, v.ArgsTextDelta
	case *stream.RoutingAgentTextDelta:
		return c.RunID, v.Text
	}
	require.Fail(t, "no delta", "%s", c.Raw())
	return "", ""
}

func TestText_CutWithinACharacterIsWholeInTheDeltaThatCompletesIt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces []string // each `id text`
		want   []string
	}{
		{"one emoji", []string{`1 a\ud83d`, `1 \ude00b`}, []string{"a", "😀b"}},
		{"upper and lower case", []string{`1 \uD83D`, `1 \uDe00`, `1 \ud83D`, `1 \uDE00`}, []string{"", "😀", "", "😀"}},
		{"nothing between the halves", []string{`1 a\ud83d`, `1 `, `1 `, `1 \ude00`}, []string{"a", "", "", "😀"}},
		{"every piece is cut", []string{`1 \ud83d`, `1 \ude00\ud83d`, `1 \ude01\ud83d`, `1 \ude02`}, []string{"", "😀", "😁", "😂"}},
		{"two texts at a time", []string{`1 a\ud83d`, `2 b\ud83d`, `1 \ude00`, `2 \ude01`}, []string{"a", "b", "😀", "😁"}},
		{"a plain piece of another text between", []string{`2 x`, `1 \ud83d`, `2 y`, `1 \ude00`}, []string{"x", "", "y", "😀"}},
		{"the other half never comes", []string{`1 x`, `1 a\ud83d`, `1 b`, `1 c`}, []string{"x", "a", "\ufffdb", "c"}},
		{"something else that is escaped comes", []string{`1 a\ud83d`, `1 \n`, `1 \ud83d`, `1 \ud83d`, `1 \ude00`}, []string{"a", "\ufffd\n", "", "\ufffd", "😀"}},
		{"the low half first", []string{`1 \ude00a`, `1 \ud83d\u0041`, `1 \ude00`}, []string{"\ufffda", "\ufffdA", "\ufffd"}},
		{"a whole pair in one piece", []string{`1 a\ud83d\ude00`, `1 b`}, []string{"a😀", "b"}},
		{"no escape at all", []string{`1 a\\ud83d`, `1 \\ude00`}, []string{`a\ud83d`, `\ude00`}},
		{"characters as they are", []string{`1 é한\ud83d`, `1 \ude00한😀`}, []string{"é한", "😀한😀"}},
	} {
		for where, format := range wrapped {
			for what, form := range deltaForms {
				t.Run(tt.name+", "+what+" "+where, func(t *testing.T) {
					var sent []string
					for _, piece := range tt.pieces {
						id, text, _ := strings.Cut(piece, " ")
						sent = append(sent, fmt.Sprintf(format, fmt.Sprintf(form, id, `"`+text+`"`)))
					}
					chunks, err := collect(open([]byte(sse(append(sent, done)...)), stream.Options{}))
					require.NoError(t, err)
					for i, c := range chunks {
						_, text := said(t, c)
						assert.Equal(t, tt.want[i], text, tt.pieces[i])
						assert.Equal(t, sent[i], string(c.Raw()), "the JSON stays as it came")
						_, again := said(t, c)
						assert.Equal(t, text, again)
					}
				})
			}
		}
	}
}

// TestText_ComesBackFromDeltasCutAnywhere joins texts of any UTF-16, several at a
// time, cut at any positions and escaped in any way.
func TestText_ComesBackFromDeltasCutAnywhere(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for where, format := range wrapped {
		for what, form := range deltaForms {
			t.Run(what+" "+where, func(t *testing.T) {
				for range 60 {
					texts := map[string][]uint16{"1": anyText(random), "2": anyText(random)}
					left := map[string][]uint16{"1": texts["1"], "2": texts["2"]}
					var sent []string
					for len(left) > 0 {
						id := []string{"1", "2"}[random.IntN(2)]
						units, ok := left[id]
						if !ok {
							continue
						}
						n := random.IntN(len(units) + 1)
						sent = append(sent, fmt.Sprintf(format, fmt.Sprintf(form, id, literal(random, units[:n]))))
						if left[id] = units[n:]; n == len(units) {
							delete(left, id)
						}
					}
					chunks, err := collect(open([]byte(sse(append(sent, done)...)), stream.Options{}))
					require.NoError(t, err)
					got := map[string]string{}
					for _, c := range chunks {
						id, text := said(t, c)
						got[id] += text
					}
					for id, units := range texts {
						require.Equal(t, whole16(units), got[id], "%x: %s", units, sent)
					}
				}
			})
		}
	}
}

// anyText is a short text with halves of pairs in any order.
func anyText(random *rand.Rand) []uint16 {
	alphabet := []uint16{'a', '"', '\\', '\n', 'u', 'é', '한', 0x2028, 0xd800, 0xd83d, 0xdbff, 0xdc00, 0xde00, 0xdfff}
	units := make([]uint16, random.IntN(10))
	for i := range units {
		units[i] = alphabet[random.IntN(len(alphabet))]
	}
	if random.IntN(2) == 0 {
		units = append(units, utf16.Encode([]rune("a😀é𝒳한"))...)
	}
	return units
}

// whole16 is the text of UTF-16 without the half a character that it may end with,
// of which no delta can tell that it stays alone.
func whole16(units []uint16) string {
	if n := len(units); n > 0 && units[n-1]&0xfc00 == 0xd800 {
		units = units[:n-1]
	}
	return string(utf16.Decode(units))
}

// literal writes UTF-16 as a JSON string: what must be escaped is, and some more.
func literal(random *rand.Rand, units []uint16) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(units); i++ {
		unit := rune(units[i])
		if i+1 < len(units) {
			if r := utf16.DecodeRune(unit, rune(units[i+1])); r != '\ufffd' && random.IntN(2) == 0 {
				b.WriteRune(r)
				i++
				continue
			}
		}
		switch {
		case utf16.IsSurrogate(unit), unit < ' ', unit == '"', unit == '\\', random.IntN(6) == 0:
			fmt.Fprintf(&b, []string{`\u%04x`, `\u%04X`}[random.IntN(2)], unit)
		default:
			b.WriteRune(unit)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func TestChunk_ReadAloneHasOneReplacementForEachHalf(t *testing.T) {
	for what, form := range deltaForms {
		_, text := said(t, parse(t, fmt.Sprintf(form, "1", `"\ude00a\ud83d"`)))
		assert.Equal(t, "\ufffda\ufffd", text, what)
	}
}

func TestText_IsAboutOneRunAndOneKindOfText(t *testing.T) {
	const high, low = `"\ud83d"`, `"\ude00"`
	other := `{"type":"text-delta","runId":"other","payload":{"id":"1","text":%s}}`
	chunks, err := collect(open([]byte(sse(
		fmt.Sprintf(deltaForms["text"], "1", high), fmt.Sprintf(other, low), fmt.Sprintf(deltaForms["reasoning"], "1", low),
		`{"type":"text-delta","payload":{"id":"1","text":`+low+`}}`, `{"type":"text-delta","runId":"r\"1\"","payload":{"text":`+low+`}}`,
		fmt.Sprintf(deltaForms["text"], "1", low), done)), stream.Options{}))
	require.NoError(t, err)
	var got []string
	for _, c := range chunks {
		_, text := said(t, c)
		got = append(got, text)
	}
	assert.Equal(t, []string{"", "\ufffd", "\ufffd", "\ufffd", "\ufffd", "😀"}, got)
}

func TestText_EndsWithItsEnd(t *testing.T) {
	for end, form := range map[string]string{
		`{"type":"text-end","runId":"r","payload":{"id":"1"}}`:                              deltaForms["text"],
		`{"type":"reasoning-end","runId":"r","payload":{"id":"1"}}`:                         deltaForms["reasoning"],
		`{"type":"tool-call-input-streaming-end","runId":"r","payload":{"toolCallId":"1"}}`: deltaForms["tool arguments"],
		`{"type":"routing-agent-text-start","runId":"1","payload":{"runId":"x"}}`:           deltaForms["network's answer"],
	} {
		for where, format := range wrapped {
			ends := fmt.Sprintf(format, end)
			next := fmt.Sprintf(format, fmt.Sprintf(form, "1", `"\ude00"`))
			chunks, err := collect(open([]byte(sse(fmt.Sprintf(format, fmt.Sprintf(form, "1", `"\ud83d"`)), ends, next, done)), stream.Options{}))
			require.NoError(t, err)
			_, text := said(t, chunks[2])
			assert.Equal(t, "\ufffd", text, "%s, %s", end, where)
		}
	}
}

func TestForward_PassesHalvesOnAsTheyCame(t *testing.T) {
	input := sse(fmt.Sprintf(deltaForms["text"], "1", `"a\ud83d"`), fmt.Sprintf(deltaForms["text"], "1", `"\uDE00b"`),
		`{"type":"finish","payload":{"stepResult":{"reason":"stop"}}}`, done)
	for name, forward := range map[string]func(*httptest.ResponseRecorder) error{
		"Forward": func(w *httptest.ResponseRecorder) error {
			return stream.Forward(w, open([]byte(input), stream.Options{}))
		},
		"ForwardRaw": func(w *httptest.ResponseRecorder) error {
			return stream.ForwardRaw(w, open([]byte(input), stream.Options{}))
		},
	} {
		rec := httptest.NewRecorder()
		require.NoError(t, forward(rec), name)
		assert.Equal(t, input, rec.Body.String(), name)
	}
	rec := httptest.NewRecorder()
	require.Error(t, stream.Forward(rec, open([]byte(sse(`{"type":"error","payload":{"error":{"name":"\ude00E","message":"cut \ud83d","stack":"SECRET"}}}`, done)), stream.Options{})))
	assert.Equal(t, sse(`{"type":"error","payload":{"error":{"name":"\ude00E","message":"cut \ud83d"}}}`, done), rec.Body.String())
}

func TestErrorDetail_HasAReplacementForHalfACharacter(t *testing.T) {
	v := parse(t, `{"type":"error","payload":{"error":{"name":"E","message":"cut \ud83d","code":"\ude00","cause":{"message":"\ud83d"}}}}`).Value().(*stream.ErrorChunk)
	assert.Equal(t, "cut \ufffd", v.Error.Message)
	assert.Equal(t, "\ufffd", v.Error.Code)
	assert.Contains(t, string(v.Error.Raw()), `cut \ud83d`)
}
