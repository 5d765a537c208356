package logbook

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
)

const maxBody = 4 << 10

// shown is what a log shows of a body: JSON without its secrets, and its beginning.
func shown(body []byte, hide func(string) string) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil || d.More() {
		return "", false
	}
	text, err := encode(redacted(value))
	if err != nil {
		return "", false
	}
	return cut(hide(text)), true
}

const hiddenValue = "[redacted]"

// redacted is a JSON value without what its member names call a secret, and without
// the bytes of files.
func redacted(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if namesSecret(name) && !harmless(name, member) {
				value[name] = hiddenValue
			} else {
				value[name] = redacted(member)
			}
		}
	case []any:
		for i := range value {
			value[i] = redacted(value[i])
		}
	case string:
		return shortened(value)
	}
	return value
}

// harmless: whether there is a secret, and counts of tokens.
func harmless(name string, value any) bool {
	switch value.(type) {
	case nil, bool:
		return true
	case json.Number:
		return strings.Contains(strings.ToLower(name), "token")
	}
	return false
}

// looksSecret finds what is a secret wherever it stands: what follows "Bearer", the
// password of a URL, tokens and keys of well known forms.
var looksSecret = regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}|://[^/\s:@"]*:[^/\s@"]+@|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*|\b(?:sk|pk|rk|ghp|gho|ghs|xox[abp])[-_][\w-]{16,}|\bAKIA[A-Z0-9]{12,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*-----END [A-Z ]*PRIVATE KEY-----`)

var secretNames = []string{
	"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "signingkey", "encryptionkey",
	"authorization", "credential", "cookie", "bearer", "signature", "sessionid", "sessionkey", "connectionstring",
}

func namesSecret(name string) bool {
	name = strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == '.' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToLower(name))
	for _, secret := range secretNames {
		if strings.Contains(name, secret) {
			return true
		}
	}
	return name == "auth" || name == "pwd" || name == "pin" || name == "session"
}

// shortened tells the size of a file in place of its bytes. JSON in a string, as in a
// tool's arguments, is redacted too.
func shortened(text string) string {
	if kind, data, ok := strings.Cut(text, ";base64,"); ok && strings.HasPrefix(kind, "data:") {
		return kind + ";base64," + sizeOf(data)
	}
	if strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[") {
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		var value any
		if d.Decode(&value) == nil && !d.More() {
			if inner, err := encode(redacted(value)); err == nil {
				return inner
			}
		}
	}
	text = looksSecret.ReplaceAllString(text, hiddenValue)
	if len(text) > 256 && !strings.ContainsAny(text, " \t\r\n.,:;!?") {
		return sizeOf(text)
	}
	return text
}

func sizeOf(data string) string {
	size, _ := json.Marshal(len(data))
	return "[" + string(size) + " characters]"
}

// encode writes JSON as people read it.
func encode(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func cut(text string) string {
	if len(text) <= maxBody {
		return text
	}
	const more = "…"
	return strings.ToValidUTF8(text[:maxBody-len(more)], "") + more
}
