// Package veil takes out of texts and errors what must not be shown. It knows neither
// HTTP calls nor clients: they say what is secret.
package veil

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mastra-go/mastra/internal/hook"
	"github.com/mastra-go/mastra/stream"
)

// Veil takes out of the texts of errors and logs what must not be shown: a server may
// echo the token or the key it was sent, a proxy the whole URL. Everything that this
// module says of an answer or of a connection goes through one.
type Veil struct {
	secrets [][]string // in units, the longest first
	begins  [256]bool  // bytes with which a form of one may begin
}

const hidden = "[hidden]"

// New hides secrets, and what no text may show whatever is known.
func New(all Secrets) *Veil {
	// What is part of another one must not leave the rest of that behind.
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	v := new(Veil)
	for _, secret := range slices.Compact(all) {
		v.secrets = append(v.secrets, units(secret))
		first := secret[0]
		v.begins[first] = true
		for _, other := range []byte{first ^ 0x20, '\\', '%', '&'} {
			v.begins[other] = true
		}
		for b := utf8.RuneSelf; first >= utf8.RuneSelf && b < len(v.begins); b++ {
			v.begins[b] = true
		}
	}
	return v
}

// What a URL in a text may hold besides what is known: a password, a query.
var (
	userinfo = regexp.MustCompile(`://[^\s/?#"'<>\\]*@`)
	urlQuery = regexp.MustCompile(`(://[^\s?#"'<>\\]*)\?[^\s"'<>\\]*[^\s"'<>\\:;,.)]`)
)

// Text hides in a text what must not be shown: in any letter case, and quoted as a
// JSON, Go or HTML text, or percent-encoded. Also a user and a query in any URL.
func (v *Veil) Text(text string) string {
	text = v.known(text)
	if strings.Contains(text, "://") {
		text = userinfo.ReplaceAllString(text, "://"+hidden+"@")
		text = urlQuery.ReplaceAllString(text, "$1?"+hidden)
	}
	return text
}

// at is the length of the secret that the text begins with, 0 for none.
func (v *Veil) at(text string) int {
	if !v.begins[text[0]] {
		return 0
	}
	for _, secret := range v.secrets {
		if n := match(text, secret); n > 0 {
			return n
		}
	}
	return 0
}

// known hides in a text what is known to be secret, and leaves every URL as it is.
func (v *Veil) known(text string) string {
	var b strings.Builder
	done := 0
	for i := 0; i < len(text); {
		switch n := v.at(text[i:]); {
		case strings.HasPrefix(text[i:], hidden): // to hide twice changes nothing
			i += len(hidden)
		case n > 0:
			b.WriteString(text[done:i] + hidden)
			i += n
			done = i
		default:
			i++
		}
	}
	return b.String() + text[done:]
}

// Hooks has the end of a stream, and what its chunks tell of errors, told through the
// veil, which is asked for only then.
func Hooks(h hook.Hooks[stream.Chunk], veil func() *Veil) hook.Hooks[stream.Chunk] {
	h.Hide = func(b []byte) []byte { return []byte(veil().known(string(b))) }
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
