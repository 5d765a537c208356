package mockserver

import "github.com/mastra-go/mastra/mockserver/internal/js"

// Pieces cuts a text after every n UTF-16 units, at least one, as JavaScript's slice
// does: also within a character that has two units, such as 😀. A Model that streams
// them sends what a JavaScript server sends whose provider cuts text so:
//
//	call.Text(mockserver.Pieces(8, text)...)
//
// A piece that begins or ends within a character is no UTF-8. Half a character has
// three bytes in it, as a character of the half's number would, and is `\ud83d` on the
// wire.
func Pieces(n int, text string) []string {
	var pieces []string
	for units := js.Units(text); len(units) > 0; {
		size := min(max(n, 1), len(units))
		pieces = append(pieces, js.FromUnits(units[:size]))
		units = units[size:]
	}
	return pieces
}
