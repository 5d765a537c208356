package call

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/mastra-go/mastra/internal/veil"
)

// errorFrom reads what the server says in an answer that is no success. It
// understands every shape the server and the proxies before it send, and never
// fails: a member of an odd type does not hide the others. The texts are as the
// server sent them; see tidy.
func errorFrom(v *veil.Veil, status int, header http.Header, body []byte) *Failure {
	f := &Failure{Status: status, Header: header, Body: body}
	f.RetryAfter, _ = retryAfter(header, time.Now())
	if codingOf(header) != "" || !json.Valid(body) {
		f.Message = notJSON(v, status, header, body)
		return f
	}
	var top struct{ Error, Message, Code, Issues json.RawMessage }
	if json.Unmarshal(body, &top) != nil {
		f.Message = jsonText(body) // a bare text, or nothing that can be read
		return f
	}
	var inner struct{ Message, Name, Code json.RawMessage }
	_ = json.Unmarshal(top.Error, &inner) // unless it is a text
	f.Message = firstOf(jsonText(top.Error), jsonText(inner.Message), jsonText(inner.Name))
	switch beside := jsonText(top.Message); {
	case f.Message == "":
		f.Message = beside
	case beside != "" && beside != f.Message:
		f.Message += ": " + beside
	}
	f.Code = firstOf(jsonWord(top.Code), jsonWord(inner.Code))
	f.Issues = jsonIssues(top.Issues)
	return f
}

// OwnError: the server itself has written this body of an error, and no proxy. The
// member's name counts as it is written.
func OwnError(body []byte) bool {
	var members map[string]any
	return json.Unmarshal(body, &members) == nil && members["error"] != nil
}

// jsonText is a JSON text, "" for anything else.
func jsonText(raw []byte) string {
	var s string
	_ = json.Unmarshal(raw, &s)
	return s
}

// jsonWord is a JSON text or number, "" for anything else.
func jsonWord(raw []byte) string {
	var n json.Number
	if s := jsonText(raw); s != "" || json.Unmarshal(raw, &n) != nil {
		return s
	}
	return n.String()
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// jsonIssues reads a list of refused fields. A field may be a list of path segments.
func jsonIssues(raw []byte) []Issue {
	var entries []json.RawMessage
	_ = json.Unmarshal(raw, &entries)
	var out []Issue
	for _, entry := range entries {
		var members struct{ Field, Message json.RawMessage }
		_ = json.Unmarshal(entry, &members)
		var path []json.RawMessage
		_ = json.Unmarshal(members.Field, &path)
		segments := []string{jsonWord(members.Field)}
		for _, segment := range path {
			segments = append(segments, jsonWord(segment))
		}
		issue := Issue{
			Field:   strings.TrimPrefix(strings.Join(segments, "."), "."),
			Message: firstOf(jsonText(members.Message), jsonText(entry)),
		}
		if issue != (Issue{}) {
			out = append(out, issue)
		}
	}
	return out
}

func notJSON(v *veil.Veil, status int, header http.Header, body []byte) string {
	switch coding := codingOf(header); {
	case coding != "" && len(body) > 0:
		return foreignCoding(v, coding)
	case plainToTLS(status, body):
		return speaksTLS
	case status == http.StatusNotFound:
		return "no Mastra route here; check base URL and API prefix"
	case isHTML(header, body):
		return "an HTML page, not a Mastra answer; check base URL and API prefix, or a proxy before the server has sent it"
	case len(body) == 0:
		return "empty answer"
	case strings.HasPrefix(header.Get("Content-Type"), "text/plain"):
		return strings.TrimSpace(string(body))
	}
	return badJSON(body)
}

func isHTML(header http.Header, body []byte) bool {
	if strings.Contains(header.Get("Content-Type"), "html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 64)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}
