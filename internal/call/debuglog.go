package call

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"

	"github.com/mastra-go/mastra/internal/veil"
)

const maxLoggedBody = 4 << 10

// shows tells whether bodies are wanted in the log.
func (c *Config) shows(ctx context.Context) bool {
	return c.DebugLog && c.logs(ctx, slog.LevelDebug)
}

func (x *Exchange) logBody(ctx context.Context, message, mediaType string, body []byte) {
	if !x.cfg.shows(ctx) || body == nil {
		return
	}
	attrs := append(about(x.req.Op, x.path), slog.String("content_type", x.Veil().Text(Clip(mediaType, 100))), slog.Int("bytes", len(body)))
	if text, ok := shown(x.Veil(), body); ok {
		attrs = append(attrs, slog.String("body", text))
	}
	x.cfg.Logger.LogAttrs(ctx, slog.LevelDebug, message, attrs...)
}

// shown is what a log shows of a body: JSON without its secrets, and its beginning.
func shown(v *veil.Veil, body []byte) (string, bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var value any
	if d.Decode(&value) != nil || d.More() {
		return "", false
	}
	text, err := Marshal(redacted(value))
	if err != nil {
		return "", false
	}
	return Clip(v.Text(string(text)), maxLoggedBody), true
}

const hiddenValue = "[redacted]"

// redacted is a JSON value without what its member names call a secret, and without
// the bytes of files.
func redacted(value any) any {
	switch value := value.(type) {
	case map[string]any:
		for name, member := range value {
			if namesSecret(name) && !harmless(member) {
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

// harmless: counts of tokens and the like.
func harmless(value any) bool {
	switch value.(type) {
	case nil, bool, json.Number:
		return true
	}
	return false
}

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
			if inner, err := Marshal(redacted(value)); err == nil {
				return string(inner)
			}
		}
	}
	if len(text) > 256 && !strings.ContainsAny(text, " \t\r\n.,:;!?") {
		return sizeOf(text)
	}
	return text
}

func sizeOf(data string) string {
	size, _ := json.Marshal(len(data))
	return "[" + string(size) + " characters]"
}

// topText is a member of a JSON object where that is a string.
func topText(object []byte, name string) string {
	if len(object) == 0 || object[0] != '{' || !bytes.Contains(object, []byte(`"`+name+`"`)) {
		return ""
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(object, &members) != nil {
		return ""
	}
	var text string
	_ = json.Unmarshal(members[name], &text) // of another kind, it tells nothing
	return text
}
