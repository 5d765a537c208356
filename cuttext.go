package mastra

import (
	"bytes"
	"encoding/json"
	"iter"

	"github.com/mastra-go/mastra/internal/wtf8"
	"github.com/mastra-go/mastra/stream"
)

// A server cuts text into UTF-16 units, of which some characters have two. In what
// this package joins such a character is whole.

// growth ranges over what is added to a text while a stream is read: whole characters,
// and at the end, before the error that there may be, U+FFFD for half a one.
func growth(s *stream.Stream, text *wtf8.Text) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		text.Grown() // somebody has read it already
		for _, err := range s.Chunks() {
			piece := text.Grown()
			if err != nil {
				piece = text.Rest()
			}
			if piece != "" && !yield(piece, nil) {
				return
			}
			if err != nil {
				yield("", err)
				return
			}
		}
		if rest := text.Rest(); rest != "" {
			yield(rest, nil)
		}
	}
}

// wholeSoFar leaves half a character out of the JSON of a value that still grows: the
// one that its last text ends with.
func wholeSoFar(partial json.RawMessage) json.RawMessage {
	const quoted = len(`\ud83d"`)
	end := len(bytes.TrimRight(partial, "]} \t\r\n"))
	at := end - quoted
	if at < 0 || !isHighHalf(partial[at:end]) {
		return partial
	}
	before := partial[:at]
	if (len(before)-len(bytes.TrimRight(before, `\`)))%2 == 1 {
		return partial // an escaped backslash, then letters
	}
	return append(bytes.Clone(before), partial[end-1:]...)
}

// isHighHalf tells the escape of the first half of a character, and a quote.
func isHighHalf(b []byte) bool {
	return b[0] == '\\' && b[1] == 'u' && (b[2] == 'd' || b[2] == 'D') && bytes.IndexByte([]byte("89abAB"), b[3]) >= 0 && b[6] == '"'
}
