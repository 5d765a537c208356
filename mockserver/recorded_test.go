package mockserver_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

// exchange is one request and what a real Mastra server with the demo world
// answered, with placeholders for ids and times.
type exchange struct {
	Name    string            `json:"name"`
	Method  string            `json:"method"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
	Raw     string            `json:"raw,omitempty"`
	// Cut closes the connection after that many bytes of the answer; what was
	// read is not compared.
	Cut int `json:"cut,omitempty"`
	// Open answers do not end by themselves: they are read as far as recorded.
	Open bool `json:"open,omitempty"`
	// Save keeps ids of the answer for later requests, as ${name}: the first run
	// id for names in r, the first tool call id for names in c.
	Save   []string `json:"save,omitempty"`
	Answer *answer  `json:"answer,omitempty"`
}

type answer struct {
	Status int    `json:"status"`
	Type   string `json:"type"`
	Body   string `json:"body"`
}

// TestRecorded_ExchangesAreAnsweredAlike replays what was recorded from a real
// server, in order, one fresh server for each file. With MASTRA_RECORD_URL set to
// a real server with an empty database it records the answers instead.
func TestRecorded_ExchangesAreAnsweredAlike(t *testing.T) {
	files, err := filepath.Glob("testdata/recorded/*.jsonl")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	source := os.Getenv("MASTRA_RECORD_URL")
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".jsonl"), func(t *testing.T) {
			list := readExchanges(t, file)
			if source != "" {
				replay(t, source, list, true)
				writeExchanges(t, file, list)
				return
			}
			t.Parallel()
			replay(t, mockserver.Start(t).URL, list, false)
		})
	}
}

func replay(t *testing.T, url string, list []*exchange, record bool) {
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	saved := map[string]string{}
	afterCut := false
	for _, e := range list {
		if record {
			if afterCut {
				time.Sleep(300 * time.Millisecond)
			}
			e.Answer = e.send(t, client, url, saved, -1)
			e.save(e.Answer.Body, saved)
			e.Answer.Body = normalise(e.Answer.Body)
			if e.Cut > 0 {
				e.Answer.Body = ""
			}
			afterCut = e.Cut > 0
			continue
		}
		got := e.send(t, client, url, saved, frames(e.Answer.Body))
		// The effect of an earlier request may take a moment to be seen.
		for until := time.Now().Add(5 * time.Second); e.Method == http.MethodGet && normalise(got.Body) != e.Answer.Body && time.Now().Before(until); {
			time.Sleep(10 * time.Millisecond)
			got = e.send(t, client, url, saved, -1)
		}
		e.save(got.Body, saved)
		if got.Body = normalise(got.Body); e.Cut > 0 {
			got.Body = ""
		}
		if *got != *e.Answer {
			t.Errorf("%s: %s %s %s\n%s", e.Name, e.Method, e.Path, e.Body, firstDifference(e.Answer, got))
		}
	}
}

// send makes the request. An open answer is read until it has that many frames,
// or for a second where the number is not known yet.
func (e *exchange) send(t *testing.T, client *http.Client, url string, saved map[string]string, want int) *answer {
	fill := func(s string) string {
		return regexp.MustCompile(`\$\{(\w+)\}`).ReplaceAllStringFunc(s, func(m string) string { return saved[m[2:len(m)-1]] })
	}
	body := fill(string(e.Body) + e.Raw)
	req, err := http.NewRequest(e.Method, url, nil)
	require.NoError(t, err)
	if req.URL, err = req.URL.Parse(fill(e.Path)); err != nil {
		t.Fatal(err)
	}
	if body != "" {
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range e.Headers {
		req.Header.Set(name, value)
	}
	res, err := client.Do(req)
	require.NoError(t, err, e.Name)
	defer res.Body.Close()
	a := &answer{Status: res.StatusCode, Type: res.Header.Get("Content-Type")}
	switch {
	case e.Cut > 0:
		part := make([]byte, e.Cut)
		n, _ := io.ReadFull(res.Body, part)
		a.Body = string(part[:n])
	case e.Open && a.Type != "application/json":
		a.Body = readOpen(res.Body, want)
	default:
		data, err := io.ReadAll(res.Body)
		require.NoError(t, err, e.Name)
		a.Body = string(data)
	}
	return a
}

func frames(body string) int { return strings.Count(body, "\n\n") + strings.Count(body, "\x1e") }

func readOpen(body io.ReadCloser, want int) string {
	if want < 0 {
		stop := time.AfterFunc(700*time.Millisecond, func() { body.Close() })
		defer stop.Stop()
	}
	var data bytes.Buffer
	part := make([]byte, 4096)
	for want < 0 || frames(data.String()) < want {
		n, err := body.Read(part)
		data.Write(part[:n])
		if err != nil {
			break
		}
	}
	return data.String()
}

var (
	firstRun  = regexp.MustCompile(`"runId":"([^"]+)"`)
	firstCall = regexp.MustCompile(`"toolCallId":"([^"]+)"`)
)

func (e *exchange) save(body string, saved map[string]string) {
	for _, name := range e.Save {
		pattern := firstCall
		if name[0] == 'r' {
			pattern = firstRun
		}
		if m := pattern.FindStringSubmatch(body); m != nil {
			saved[name] = m[1]
		}
	}
}

var volatile = regexp.MustCompile(`"stack":"(?:[^"\\]|\\.)*"|"createdAt":\d+\.\d+|` +
	`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b|\b[0-9a-f]{16}\b|` +
	`\bcall_\d+\b|\b20[23]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|\b1[6-9]\d{11}\b`)

// normalise replaces ids and times. Ids keep their identity: the same id is the
// same placeholder.
func normalise(text string) string {
	ids := map[string]string{}
	counts := map[string]int{}
	return volatile.ReplaceAllStringFunc(text, func(found string) string {
		kind := "id"
		switch {
		case strings.HasPrefix(found, `"stack"`):
			return `"stack":"<stack>"`
		case strings.Contains(found, "T") && strings.HasSuffix(found, "Z"):
			return "<time>"
		case len(found) == 13 && !strings.HasPrefix(found, "call"):
			return "<ms>"
		case len(found) == 16:
			return "<span>"
		case strings.HasPrefix(found, "call_"):
			kind = "call"
		}
		if ids[found] == "" {
			counts[kind]++
			ids[found] = "<" + kind + string(rune('0'+counts[kind]/10)) + string(rune('0'+counts[kind]%10)) + ">"
		}
		return ids[found]
	})
}

func firstDifference(want, got *answer) string {
	if want.Status != got.Status || want.Type != got.Type {
		return "real: " + http.StatusText(want.Status) + " " + want.Type + " " + clip(want.Body, 0) + "\nmock: " + http.StatusText(got.Status) + " " + got.Type + " " + clip(got.Body, 0)
	}
	at := 0
	for at < len(want.Body) && at < len(got.Body) && want.Body[at] == got.Body[at] {
		at++
	}
	return "real: " + clip(want.Body, at-80) + "\nmock: " + clip(got.Body, at-80)
}

func clip(s string, from int) string {
	from = max(0, from)
	return s[min(from, len(s)):min(len(s), from+240)]
}

func readExchanges(t *testing.T, file string) []*exchange {
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	var list []*exchange
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		e := &exchange{}
		if err := decoder.Decode(e); err == io.EOF {
			return list
		} else if err != nil {
			t.Fatal(file, err)
		}
		list = append(list, e)
	}
}

func writeExchanges(t *testing.T, file string, list []*exchange) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	for _, e := range list {
		require.NoError(t, encoder.Encode(e))
	}
	require.NoError(t, os.WriteFile(file, out.Bytes(), 0o644))
}
