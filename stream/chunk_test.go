package stream_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// TestJSON_IsJudgedAsByEncodingJSON changes a text that has every kind of token, in
// every place and to every byte, and cuts it everywhere.
func TestJSON_IsJudgedAsByEncodingJSON(t *testing.T) {
	const text = `{"a":[-0.5e+7,10,true,false,null],"b":{"":"x\"\\\/\b\f\n\r\t\u00eF é","c":[]},"d":{}, "e" : 1E-2 }`
	check := func(b []byte) {
		_, err := stream.ParseChunk(b)
		if json.Valid(b) != (err == nil) {
			require.Fail(t, "another verdict", "%s: %v", b, err)
		}
	}
	for i := range text {
		check([]byte(text[:i]))
		check([]byte(text[i:]))
		check([]byte(text[:i] + text[i+1:]))
		for c := range 256 {
			changed := []byte(text)
			changed[i] = byte(c)
			check(changed)
		}
	}
	for _, text := range []string{
		`[1,]`, `[,1]`, `[1 2]`, `[]]`, `{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{a:1}`, `{"a":1 "b":2}`, `{"a" 1}`, `{1:2}`,
		`-`, `01`, `-01`, `1.`, `.1`, `1e`, `1e+`, `+1`, `0x1`, `1.5e3`, `-0`, `NaN`, `tru`, `nul`, `falsy`, `"a`, `"\`, `"\u00`, `"\u00g0"`, `'a'`, ``, ` `, `{} {}`, `{}x`,
	} {
		check([]byte(text))
		check([]byte(`{"a":` + text + `}`))
	}
	for length := range 20 { // a string is read eight bytes at a time
		for i := range length {
			for c := range 256 {
				b := []byte(`"` + strings.Repeat("x", length) + `"`)
				b[i+1] = byte(c)
				check(b)
			}
		}
	}
	c := parse(t, `{"type":"text-delta","payload":{"text":"`+`x\"\\\/\b\f\n\r\t\u00eF\ud83d\ude00\ud83d\ud83d\ude00\ude00\ud83d\uffff é`+`"}}`)
	got, _ := c.Text()
	assert.Equal(t, "x\"\\/\b\f\n\r\tï😀\ufffd😀\ufffd\ufffd\uffff é", got)
}

// TestDelta_IsNotMistakenForTheOneBefore sends deltas that begin and end alike but
// are not the same with another text.
func TestDelta_IsNotMistakenForTheOneBefore(t *testing.T) {
	first := `{"type":"text-delta","runId":"a","payload":{"id":"t","text":"one"}}`
	for _, second := range []string{
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"","text":"two"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two"},"payload":{"text":"three"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two"},"runId":"b"}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two\""}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"` + "\xff" + `"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":""}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":{"a":"b"}}}`,
		`{"type":"reasoning-delta","runId":"a","payload":{"id":"t","text":"two"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":5}}`,
		`{"type":"text-delta","runId":"a","payload":["text"]}`,
	} {
		chunks, err := collect(open([]byte(sse(first, second, first, second, done)), stream.Options{}))
		require.NoError(t, err)
		for i, text := range []string{first, second, first, second} {
			require.Equal(t, parse(t, text), chunks[i], text)
		}
	}
	for _, broken := range []string{
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two` + "\n" + `"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two\"}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"two"}}}`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"`,
		`{"type":"text-delta","runId":"a","payload":{"id":"t","text":"}}`,
	} {
		_, err := collect(open([]byte(strings.Join([]string{first, broken, ""}, "\x1e")), stream.Options{Framing: stream.Records}))
		require.ErrorAs(t, err, new(*stream.MalformedError), broken)
	}
}

func TestRunID_IsNotMistakenForOneThatLooksAlike(t *testing.T) {
	// The first is a backslash and five more characters, the second the letter A.
	chunks, err := collect(open([]byte(sse(`{"runId":"\\u0041"}`, `{"runId":"\u0041"}`, done)), stream.Options{}))
	require.NoError(t, err)
	assert.Equal(t, `\u0041`, chunks[0].RunID)
	assert.Equal(t, "A", chunks[1].RunID)
}

func TestJSON_MayNestAsDeepAsInEncodingJSON(t *testing.T) {
	nest := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	for _, n := range []int{9_999, 10_000, 10_001} {
		for _, text := range []string{nest(n), `{"a":` + nest(n-1) + `}`, strings.Repeat(`{"a":`, n-1) + `{}` + strings.Repeat(`}`, n-1)} {
			_, err := stream.ParseChunk([]byte(text))
			assert.Equal(t, json.Valid([]byte(text)), err == nil, "%d: %.10s", n, text)
		}
	}
}

func TestChunk_IsEncodedAsTheJSONThatItCameAs(t *testing.T) {
	const text = `{"from":"AGENT","metadata":{"a":1},"type":"text-delta","runId":"r","payload":{"id":"t","text":"x"}}`
	c := parse(t, text)
	assert.Equal(t, "AGENT", c.From)
	assert.JSONEq(t, `{"a":1}`, string(c.Metadata()))
	coded, err := json.Marshal(map[string]any{"c": c, "zero": stream.Chunk{}})
	require.NoError(t, err)
	assert.Equal(t, `{"c":`+text+`,"zero":null}`, string(coded))

	var back stream.Chunk
	require.NoError(t, json.Unmarshal([]byte(text), &back))
	assert.Equal(t, c, back)
	require.Error(t, back.UnmarshalJSON([]byte(`{`)))
	assert.Equal(t, c, back)

	_, err = stream.ParseChunk([]byte(` `))
	require.EqualError(t, err, "stream: malformed JSON at byte 1: unexpected end")
}

func TestChunk_OwnsItsBytes(t *testing.T) {
	buffer := []byte(`{"type":"tool-call","runId":"run-1","payload":{"toolCallId":"c","toolName":"w"}}`)
	c, err := stream.ParseChunk(buffer)
	require.NoError(t, err)
	want := string(buffer)
	for i := range buffer {
		buffer[i] = 'x'
	}
	assert.Equal(t, want, string(c.Raw()))
	assert.Equal(t, "run-1", c.RunID)

	_ = append(c.Payload(), "overwritten"...)
	assert.Equal(t, want, string(c.Raw()), "appending to a part does not reach the rest")
}
