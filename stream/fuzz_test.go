package stream_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/stream"
)

// FuzzRecords_AreFramedAsByASplit compares the framing of records with a split of
// the whole input.
func FuzzRecords_AreFramedAsByASplit(f *testing.F) {
	for _, name := range []string{"workflow.rs", "workflow-observed-resumed.rs"} {
		f.Add(recording(f, name))
	}
	f.Add([]byte("{}\x1e \x1e{\"type\":\"workflow-finish\"}\x1e"))
	f.Add([]byte("{}\x1e{\x1e"))
	f.Fuzz(func(t *testing.T, input []byte) {
		parts := bytes.Split(input, []byte{0x1e})
		want, broken := []string{}, false
		for _, part := range parts[:len(parts)-1] {
			if len(bytes.Trim(part, " \t\r\n")) == 0 {
				continue
			}
			if broken = !json.Valid(part); broken {
				break
			}
			want = append(want, string(part))
		}
		got, err := collect(open(input, stream.Options{Framing: stream.Records, End: stream.EndDone}))
		require.Equal(t, want, rawOf(got))
		require.Equal(t, broken, errors.As(err, new(*stream.MalformedError)))
		require.Equal(t, !broken, errors.Is(err, stream.ErrTruncated))
	})
}

// FuzzChunk_IsReadAsByEncodingJSON compares the reading of one chunk with
// encoding/json.
func FuzzChunk_IsReadAsByEncodingJSON(f *testing.F) {
	for _, name := range []string{"answer-tool.sse", "answer-unicode.sse", "answer-tripwire.sse", "answer-structured.sse", "durable-observed.sse"} {
		chunks, _ := collect(open(recording(f, name), stream.Options{}))
		for _, c := range chunks {
			if len(c.Raw()) < 600 {
				f.Add([]byte(c.Raw()))
			}
		}
	}
	for _, seed := range []string{
		`{"type":"text-delta","payload":{"text":"a\u00e9\ud83d\ude00\ud83d\n\"\\\/"}}`, `{"ty\u0070e":"x","type":5,"type":"y"}`,
		`[1,-0.5e+7,true,false,null,"",{}]`, `{"type":"text-delta","payload":{"text":"a"},"payload":{"text":"b","text":7}}`,
		"{\"type\":\"\xff\",\"runId\":\"\\ud800\"}", `{"a":01}`, `{"a":1E999,"b":"<&>"}`, `{"a":1,}`, `"\u12"`, "{\"a\":\"\x01\"}", ` {"type" : "x" , "payload":null} `, `{"data":1,"object":2,"error":3}`, ``, ` `,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		c, err := stream.ParseChunk(input)
		require.Equal(t, json.Valid(input), err == nil, "%v", err)
		if err != nil {
			var malformed *stream.MalformedError
			require.ErrorAs(t, err, &malformed)
			require.LessOrEqual(t, malformed.Offset, int64(len(input)))
			return
		}
		require.Equal(t, string(input), string(c.Raw()))

		var members map[string]json.RawMessage
		if json.Unmarshal(input, &members) != nil {
			require.Empty(t, c.Type)
			require.Nil(t, c.Payload())
			return
		}
		require.Equal(t, asString(members["type"]), c.Type)
		require.Equal(t, asString(members["runId"]), c.RunID)
		require.Equal(t, asString(members["from"]), c.From)
		require.Equal(t, string(members["metadata"]), string(c.Metadata()))
		var payload json.RawMessage
		for _, name := range []string{"error", "data", "object", "payload"} {
			if value, ok := members[name]; ok {
				payload = value
			}
		}
		require.Equal(t, string(payload), string(c.Payload()))

		var inner map[string]json.RawMessage
		_ = json.Unmarshal(payload, &inner)
		text, isText := c.Text()
		require.Equal(t, (c.Type == "text-delta" || c.Type == "reasoning-delta") && bytes.HasPrefix(inner["text"], []byte(`"`)), isText)
		if isText {
			require.Equal(t, asString(inner["text"]), text)
		}

		// No payload is too odd, and a round trip changes nothing.
		require.NotNil(t, c.Value())
		coded, err := json.Marshal(c)
		require.NoError(t, err)
		if utf8.Valid(input) { // encoding/json repairs the rest
			var compact, escaped bytes.Buffer
			require.NoError(t, json.Compact(&compact, input))
			json.HTMLEscape(&escaped, compact.Bytes())
			require.Equal(t, escaped.String(), string(coded))
		}
		var back stream.Chunk
		require.NoError(t, json.Unmarshal(coded, &back))
		require.Equal(t, string(coded), string(back.Raw()))
	})
}

// member is the JSON of an object's member, and nothing where it has none.
func member(t *testing.T, object json.RawMessage, name string) json.RawMessage {
	t.Helper()
	var members map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(object, &members))
	return members[name]
}

// asString is a JSON string's text, and nothing for every other value.
func asString(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// surrogate is the escape of half a character.
var surrogate = regexp.MustCompile(`\\u[dD][89a-fA-F]`)

// FuzzText_ComesBackFromDeltasCutAnywhere cuts the UTF-16 in data into two texts of
// several deltas each, and joins them. The other tests of this file compare with
// encoding/json, which replaces half a character wherever it stands; this one compares
// with package utf16.
func FuzzText_ComesBackFromDeltasCutAnywhere(f *testing.F) {
	f.Add([]byte("\xd8\x3d\xde\x00\x00a\xd8\x3d\xd8\x3d\xde\x01\xde\x01"), int64(1))
	f.Fuzz(func(t *testing.T, data []byte, seed int64) {
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		var sent []string
		texts, got := map[string][]uint16{}, map[string]string{}
		for len(data) > 1 && len(sent) < 100 {
			id := []string{"1", "2"}[random.IntN(2)]
			var piece []uint16
			for range random.IntN(4) {
				if len(data) > 1 {
					piece = append(piece, uint16(data[0])<<8|uint16(data[1]))
					data = data[2:]
				}
			}
			texts[id] = append(texts[id], piece...)
			sent = append(sent, fmt.Sprintf(deltaForms["text"], id, literal(random, piece)))
		}
		chunks, err := collect(open([]byte(sse(append(sent, done)...)), stream.Options{}))
		require.NoError(t, err)
		for _, c := range chunks {
			id, text := said(t, c)
			require.True(t, utf8.ValidString(text))
			got[id] += text
		}
		for id, units := range texts {
			require.Equal(t, whole16(units), got[id], "%s", sent)
		}
	})
}

// FuzzSplit_ChangesNothing cuts an input into reads of many sizes: chunks, end and
// what is forwarded must not depend on them.
func FuzzSplit_ChangesNothing(f *testing.F) {
	for _, name := range []string{"answer-unicode.sse", "answer-error.sse", "answer-approval.sse"} {
		f.Add(recording(f, name), false, 3, 1000)
	}
	f.Add(recording(f, "workflow-emitting.rs"), true, 1, 500)
	f.Add([]byte(strings.ReplaceAll(sse(errorA, tripwireA, done), "\n", "\r\n")), false, 1, 64)
	f.Add([]byte("data: {\"type\":\"error\",\ndata: \"payload\":{\"error\":{\"stack\":\"s\"}}}\n: c\n\n"), false, 2, 64)
	f.Add([]byte("data: {\"error\":\"e\",\ndata: \"other\": {\"type\":{\"stack\":\"s\"}}}\n\n"), false, 2, 64)
	deltas := `{"type":"text-delta","runId":"a","payload":{"id":"t","text":"x"}}`
	f.Add([]byte(sse(deltas, strings.Replace(deltas, `"x"`, `"y\n"`, 1), strings.Replace(deltas, `"x"`, `"z","text":"`, 1), strings.Replace(deltas, `"x"`, `"","a":"`, 1))), false, 1, 64)
	f.Add([]byte(sse(strings.Replace(deltas, "x", `a\ud83d`, 1), deltas, strings.Replace(deltas, "x", `\ude00`, 1), done)), false, 7, 400)
	f.Fuzz(func(t *testing.T, input []byte, records bool, step, limit int) {
		if step < 1 || limit < 1 || len(input) > 1<<13 {
			return
		}
		o := stream.Options{MaxEventSize: limit}
		if records {
			o.Framing = stream.Records
		}
		cut := func() *stream.Stream {
			return stream.New(context.Background(), cutUp(string(input), step), o)
		}
		want, wantErr := collect(open(input, o))
		got, err := collect(cut())
		require.True(t, sameError(wantErr, err), "%v, %v", wantErr, err)
		require.True(t, slices.EqualFunc(want, got, sameChunk))
		// A delta that is cut within a character is joined to others of its stream, which
		// a chunk that is read alone cannot be.
		cutText := surrogate.Match(input)
		for _, c := range want {
			alone, err := stream.ParseChunk(c.Raw())
			require.NoError(t, err)
			// An error without a type is one by where it stands, at the top of a stream.
			if c.Type == stream.TypeError && alone.Type == "" {
				require.NotEmpty(t, member(t, c.Raw(), "error"))
				require.Empty(t, member(t, c.Raw(), "type"))
				alone.Type = c.Type
			}
			require.True(t, cutText || sameChunk(alone, c), "%s", c.Raw())
		}

		whole, pieces := httptest.NewRecorder(), httptest.NewRecorder()
		require.True(t, sameError(wantErr, stream.Forward(whole, open(input, o))))
		require.True(t, sameError(wantErr, stream.Forward(pieces, cut())))
		require.Equal(t, whole.Body.String(), pieces.Body.String())
		require.LessOrEqual(t, len(whole.Body.String()), 2*len(input)+200)

		raw := httptest.NewRecorder()
		require.True(t, sameError(wantErr, stream.ForwardRaw(raw, cut())))
		require.True(t, strings.HasPrefix(string(input), raw.Body.String()))
		if errors.Is(wantErr, io.ErrUnexpectedEOF) || wantErr == nil {
			// Read to the end, with what follows [DONE] up to a limit.
			require.GreaterOrEqual(t, len(raw.Body.String()), min(len(input), 1<<12))
		}
	})
}
