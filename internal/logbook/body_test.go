package logbook

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func plain(text string) string { return text }

func TestShown_HidesWhatIsNamedASecret(t *testing.T) {
	for _, name := range []string{
		"password", "Password", "db_password", "passwd", "passphrase", "pwd", "pin", "secret", "client_secret", "AWS_SECRET_ACCESS_KEY", "token", "idToken", "refresh-token",
		"apiKey", "api_key", "X-Api-Key", "accessKey", "privateKeyPem", "Authorization", "auth", "credentials", "cookie", "Set-Cookie", "session", "sessionId", "signature", "connectionString",
	} {
		for _, value := range []string{`"hush"`, `["hush"]`, `{"a":"hush"}`} {
			text, ok := shown([]byte(fmt.Sprintf(`{"a":[{%q:%s}],"shown":1}`, name, value)), plain)
			require.True(t, ok)
			assert.NotContains(t, text, "hush", name)
			assert.Contains(t, text, `"shown":1`)
		}
	}
	text, _ := shown([]byte(`{"password":123456,"pin":1234,"inputTokens":11,"token":null,"secret":true}`), plain)
	assert.JSONEq(t, `{"password":"[redacted]","pin":"[redacted]","inputTokens":11,"token":null,"secret":true}`, text)
}

func TestShown_HidesWhatLooksLikeASecret(t *testing.T) {
	for _, text := range []string{
		"Authorization: Bearer abcdef123456hush", "basic dXNlcjpodXNoaHVzaA==hush", "postgres://app:hush@db:5432/x", "eyJhbGciOiJIUzI1NiJ9.eyJodXNoIjoxfQ.hush",
		"sk-proj-abcdefghijklmnop-hush", "ghp_abcdefghijklmnopqrhush", "AKIAABCDEFGHIJKLhush",
		"-----BEGIN RSA PRIVATE KEY-----\\nhush\\n-----END RSA PRIVATE KEY-----",
	} {
		shownText, ok := shown([]byte(`{"text":"see `+text+` there","args":"{\"url\":\"`+"https://me:hush@x.test"+`\"}"}`), plain)
		require.True(t, ok, text)
		assert.NotContains(t, shownText, "hush", text)
		assert.Contains(t, shownText, "there")
	}
	same, _ := shown([]byte(`{"text":"a bearer of news went to https://x.test/a:b and came back"}`), plain)
	assert.JSONEq(t, `{"text":"a bearer of news went to https://x.test/a:b and came back"}`, same)
}

func TestShown_LeavesOutFilesAndCutsTheRest(t *testing.T) {
	text, _ := shown([]byte(`{"a":"data:image/png;base64,`+strings.Repeat("QUJD", 100)+`","b":"`+strings.Repeat("QUJD", 100)+`"}`), plain)
	assert.JSONEq(t, `{"a":"data:image/png;base64,[400 characters]","b":"[400 characters]"}`, text)
	text, _ = shown([]byte(`["`+strings.Repeat("é ", 5000)+`"]`), plain)
	assert.LessOrEqual(t, len(text), 4<<10)
	for _, other := range []string{"", "{", "a=b&c=d", `{} {}`, "<p>"} {
		_, ok := shown([]byte(other), plain)
		assert.False(t, ok, other)
	}
}
