// Package veil takes out of texts and errors what must not be shown. It knows neither
// HTTP calls nor clients: they say what is secret.
package veil

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/stream"
)

// Veil takes out of the texts of errors and logs what must not be shown: a server may
// echo the token or the key it was sent, a proxy the whole URL. Everything that this
// module says of an answer or of a connection goes through one.
type Veil struct{ secrets *regexp.Regexp }

const hidden = "[hidden]"

// New hides secrets, and what no text may show whatever is known.
func New(all Secrets) *Veil {
	// What is part of another one must not leave the rest of that behind.
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var b strings.Builder
	b.WriteString(`(?i)` + regexp.QuoteMeta(hidden)) // to hide twice changes nothing
	for _, secret := range slices.Compact(all) {
		b.WriteByte('|')
		for secret != "" {
			_, size := utf8.DecodeRuneInString(secret)
			writeForms(&b, secret[:size])
			secret = secret[size:]
		}
	}
	return &Veil{regexp.MustCompile(b.String())}
}

// What a URL in a text may hold besides what is known: a password, a query.
var (
	userinfo = regexp.MustCompile(`://[^\s/?#"'<>\\]*@`)
	urlQuery = regexp.MustCompile(`(://[^\s?#"'<>\\]*)\?[^\s"'<>\\]*[^\s"'<>\\:;,.)]`)
)

// Text hides in a text what must not be shown, in whatever form it was quoted: as a
// JSON, Go or HTML text, or percent-encoded. Also a user and a query in any URL.
func (v *Veil) Text(text string) string {
	text = v.secrets.ReplaceAllString(text, hidden)
	if strings.Contains(text, "://") {
		text = userinfo.ReplaceAllString(text, "://"+hidden+"@")
		text = urlQuery.ReplaceAllString(text, "$1?"+hidden)
	}
	return text
}

// Hooks has the end of a stream told through the veil, which is asked for only where
// a stream ends badly.
func Hooks(h hook.Hooks[stream.Chunk], veil func() *Veil) hook.Hooks[stream.Chunk] {
	end := h.OnEnd
	h.OnEnd = func(err error) error {
		if end != nil {
			err = end(err)
		}
		if err != nil {
			err = veil().Error(err)
		}
		return err
	}
	return h
}

var entities = map[string]string{"&": "amp", "<": "lt", ">": "gt", `"`: "quot", "'": "apos"}

// writeForms writes the pattern of one character, in each form in which a text may
// quote it.
func writeForms(b *strings.Builder, char string) {
	r, _ := utf8.DecodeRuneInString(char)
	plain := regexp.QuoteMeta(string(r))
	if r < utf8.RuneSelf && (r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.~", r)) {
		b.WriteString(plain)
		return
	}
	b.WriteString(`(?:\\*` + plain)
	percent, latin1 := "", ""
	for i := range len(char) {
		percent += fmt.Sprintf(`%%(?:25)*%02x`, char[i])
		latin1 += fmt.Sprintf(`\x{%02x}`, char[i])
	}
	fmt.Fprintf(b, `|%s|%s|&(?:amp;)*#(?:0*%d|x0*%x);`, percent, latin1, r, r)
	if name := entities[char]; name != "" {
		b.WriteString(`|&(?:amp;)*` + name + `;`)
	}
	if char == " " {
		b.WriteString(`|\+|%(?:25)*2b`)
	}
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		fmt.Fprintf(b, `|\\+u%04x\\+u%04x|\\+U%08x`, high, low, r)
	} else {
		fmt.Fprintf(b, `|\\+u%04x`, r)
	}
	if len(char) == 1 {
		fmt.Fprintf(b, `|\\+x%02x`, char[0])
	}
	b.WriteByte(')')
}
