package veil_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra/internal/veil"
)

func TestVeil_HidingTwiceChangesNothing(t *testing.T) {
	var s veil.Secrets
	for _, secret := range []string{"hidden", "idde", "token-1", "[hidden]"} {
		s.Add(secret)
	}
	v := veil.New(s)
	once := v.Text(`idden token-1 hidden [hidden] https://u:p@h.test/x?token-1=2`)
	assert.Equal(t, "[hidden]n [hidden] [hidden] [hidden] https://[hidden]@h.test/x?[hidden]", once)
	assert.Equal(t, once, v.Text(once))
}

func TestVeil_ASecretOfAnyKindAndSizeIsHidden(t *testing.T) {
	for name, secret := range map[string]string{
		"of no UTF-8": "key-\xff\xfe-key", "of other letters": "schlüssel-🔑-鍵", "of signs": `\Q(?i)[^$]{1,9}\E|.*+`, "of controls": "key\twith\ttabs",
		"of backslashes": `a\b\\c`, "long": strings.Repeat("k%y ", 10_000), "very long": strings.Repeat("0123456789", 1_000_000),
	} {
		var s veil.Secrets
		s.Headers(http.Header{"X-Api-Key": {secret}})
		s.Query(url.Values{"key": {secret}})
		assert.Equal(t, "saw [hidden]!", veil.New(s).Text("saw "+strings.TrimSpace(secret)+"!"), name)
	}
}

func TestVeil_ManySecretsAreHidden(t *testing.T) {
	var s veil.Secrets
	for range 1000 {
		s.Add(strings.Repeat("%$§&", 500))
	}
	s.Add("token-1")
	assert.Equal(t, "saw [hidden]", veil.New(s).Text("saw token-1"))
}

func BenchmarkVeil_New(b *testing.B) {
	h := http.Header{"Authorization": {"Bearer " + strings.Repeat("eyJhbGciOiJ.", 40)}, "X-Api-Key": {"key-7f3a9c5e"}}
	q := url.Values{"context": {strings.Repeat("ab+/", 500)}}
	for b.Loop() {
		var s veil.Secrets
		s.Headers(h)
		s.Query(q)
		s.Add(q.Encode())
		veil.New(s)
	}
}

// A text that is nothing but the beginnings of escapes must not take long.
func BenchmarkVeil_TextOfEscapes(b *testing.B) {
	var s veil.Secrets
	s.Add("token-7f3a9c5e")
	v := veil.New(s)
	for name, piece := range map[string]string{"backslashes": "\\", "percents": "25", "entities": "amp;", "beginnings": "token-", "plain": "words "} {
		text := "%&" + strings.Repeat(piece, 64<<10/len(piece))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				v.Text(text)
			}
		})
	}
}
