package mastra

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// errorFrom reads what the server says in an answer that is no success. It
// understands every shape the server and the proxies before it send, and never
// fails: a member of an odd type does not hide the others. The texts are as the
// server sent them; see tidy.
func errorFrom(status int, header http.Header, body []byte) *Error {
	e := &Error{Status: status, Header: header, Body: body}
	e.RetryAfter, _ = retryAfter(header, time.Now())
	if !json.Valid(body) {
		e.Message = notJSON(status, header, body)
		return e
	}
	var top struct{ Error, Message, Code, Issues json.RawMessage }
	if json.Unmarshal(body, &top) != nil {
		e.Message = jsonText(body) // a bare text, or nothing that can be read
		return e
	}
	var inner struct{ Message, Name, Code json.RawMessage }
	_ = json.Unmarshal(top.Error, &inner) // unless it is a text
	e.Message = firstOf(jsonText(top.Error), jsonText(inner.Message), jsonText(inner.Name))
	switch beside := jsonText(top.Message); {
	case e.Message == "":
		e.Message = beside
	case beside != "" && beside != e.Message:
		e.Message += ": " + beside
	}
	e.Code = firstOf(jsonWord(top.Code), jsonWord(inner.Code))
	e.Issues = jsonIssues(top.Issues)
	e.classify()
	return e
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

// classify finds the kinds that only the text tells.
func (e *Error) classify() {
	switch {
	case notSuspended(e.Message):
		e.mark(ErrNotSuspended)
	case invalidInput(e.Message):
		e.mark(ErrInvalidInput)
	}
}

func notSuspended(text string) bool {
	return strings.Contains(text, "was not suspended") ||
		strings.Contains(text, "it is not suspended") ||
		strings.Contains(text, "tool call is not suspended") ||
		strings.Contains(text, "could not find a suspended run")
}

func invalidInput(text string) bool {
	return strings.HasPrefix(text, "Invalid input data") || strings.HasPrefix(text, "Invalid resume data")
}

func notJSON(status int, header http.Header, body []byte) string {
	switch {
	case status == http.StatusNotFound:
		return "no Mastra route here; check base URL and API prefix"
	case isHTML(header, body):
		return "an HTML page, not a Mastra answer; a proxy before the server may have sent it"
	case len(body) == 0:
		return "empty answer"
	case strings.HasPrefix(header.Get("Content-Type"), "text/plain"):
		return strings.TrimSpace(string(body))
	}
	return "the answer is not JSON"
}

func isHTML(header http.Header, body []byte) bool {
	if strings.Contains(header.Get("Content-Type"), "html") {
		return true
	}
	start := strings.ToLower(strings.TrimSpace(string(body[:min(len(body), 64)])))
	return strings.HasPrefix(start, "<!doctype html") || strings.HasPrefix(start, "<html")
}

// oneLine keeps a text of several lines in one line of a log, and what would
// steer a terminal out of it.
func oneLine(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// clip cuts text to at most max bytes, between characters.
func clip(text string, max int) string {
	long := len(text) > max
	if long { // more than max is never needed, and a character may end here
		text = text[:max]
		for i := len(text) - 1; i >= 0 && i >= len(text)-utf8.UTFMax; i-- {
			if utf8.RuneStart(text[i]) {
				if !utf8.FullRuneInString(text[i:]) {
					text = text[:i]
				}
				break
			}
		}
	}
	text = strings.ToValidUTF8(text, "\uFFFD")
	if !long && len(text) <= max {
		return text
	}
	const more = "…"
	cut := min(len(text), max-len(more))
	for cut > 0 && cut < len(text) && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + more
}
