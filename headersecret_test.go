package mastra_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestHeaderSecret_ThatIsEchoedReachesNoErrorAndNoLog(t *testing.T) {
	for _, tt := range []struct{ name, header, value, secret string }{
		{"a key", "X-Api-Key", "key-7f3a9c5e", "key-7f3a9c5e"},
		{"eight bytes", "X-Key", "7f3a9c5e", "7f3a9c5e"},
		{"a key with its scheme", "X-Authorization", "Bearer key-7f3a9c5e", "key-7f3a9c5e"},
		{"another scheme", "Proxy-Authorization", "basic a2V5LTdm", "a2V5LTdm"},
		{"a scheme of one's own, as Authorization", "Authorization", "MyScheme key-7f3a", "key-7f3a"},
		{"no scheme, as Authorization", "Authorization", "key-7f3a9c5e", "key-7f3a9c5e"},
		{"cookies", "Cookie", "theme=dark; session=key-7f3a9c5e; lang=en", "key-7f3a9c5e"},
		{"blanks around", "X-Key", " key-7f3a9c5e ", "key-7f3a9c5e"},
	} {
		met := map[string]step{
			"an error":         answer(400, `{"error":"no, `+tt.secret+`!","code":"`+tt.secret+`","issues":[{"field":"`+tt.secret+`","message":"saw `+tt.secret+`"}]}`),
			"one that is text": answer(503, "no, "+tt.secret, "Content-Type", "text/plain"),
			"its own type":     answer(200, "x", "Content-Type", "text/"+tt.secret),
			"its own coding":   answer(200, "x", "Content-Encoding", tt.secret),
			"a redirect":       answer(307, "", "Location", "http://"+tt.secret+".test/"),
			"the transport": func(req *http.Request) (*http.Response, error) {
				return nil, fmt.Errorf("proxy: failed with %s: %s", tt.header, req.Header.Get(tt.header))
			},
		}
		for name, step := range met {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var out bytes.Buffer
					logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
					client := inMemory(t, play(step), mastra.WithHeader(tt.header, tt.value), mastra.WithLogger(logger))
					for _, err := range []error{list(t.Context(), client), generate(t.Context(), client)} {
						e := asError(t, err)
						for _, text := range []string{e.Error(), e.Message, e.Code, fmt.Sprint(e.Issues)} {
							assert.NotContains(t, text, tt.secret)
						}
						logger.Error("failed", "err", err)
					}
					_, err := client.Agent("a").Stream(t.Context(), ask())
					assert.NotContains(t, err.Error(), tt.secret)
					require.Contains(t, out.String(), "mastra: attempt")
					assert.NotContains(t, out.String(), tt.secret)
				})
			})
		}
	}
}

func TestHeaderSecret_OfACallIsHiddenToo(t *testing.T) {
	client := inMemory(t, play(answer(400, `{"error":"no, key-7f3a9c5e"}`)), mastra.WithHeader("X-Key", "another"))
	err := list(t.Context(), client, mastra.WithHeader("X-Key", "key-7f3a9c5e"))
	assert.Equal(t, "no, [hidden]", asError(t, err).Message)
}

func TestHeaderSecret_ThatIsPartOfAnotherLeavesNothing(t *testing.T) {
	client := inMemory(t, play(answer(400, `{"error":"no, key-7f3a9c5e-more and key-7f3a9c5e"}`)),
		mastra.WithHeader("X-A", "key-7f3a9c5e"), mastra.WithHeader("X-B", "key-7f3a9c5e-more"), mastra.WithToken("7f3a"))
	assert.Equal(t, "no, [hidden] and [hidden]", asError(t, list(t.Context(), client)).Message)
}

// What is no credential is needed to understand an error.
func TestHeaderSecret_IsNotWhatCannotBeOne(t *testing.T) {
	for name, value := range map[string]string{
		"X-Kind": "short", "Accept-Encoding": "identity", "Accept-Language": "de-DE, de", "X-Request-Id": "request-4711",
		"X-Correlation-Id": "request-4711", "Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
	} {
		client := inMemory(t, play(answer(400, `{"error":"no, `+value+`"}`)), mastra.WithHeader(name, value))
		assert.Equal(t, "no, "+value, asError(t, list(t.Context(), client)).Message, name)
	}
}
