package mastra_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

// coded answers with a body in a coding, asked for or not.
func coded(t *testing.T, status int, kind, body string, codings []string, opts ...mastra.ClientOption) *mastra.Client {
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Content-Encoding"] = codings
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		io.WriteString(w, body)
	}, opts...)
}

// askers are the ways in which a client does or does not ask for gzip.
var askers = []struct {
	name string
	opts []mastra.ClientOption
}{
	{"as net/http asks", nil},
	{"identity", []mastra.ClientOption{mastra.WithHeader("Accept-Encoding", "identity")}},
	{"a transport without compression", []mastra.ClientOption{mastra.WithHTTPClient(&http.Client{Transport: &http.Transport{DisableCompression: true, DisableKeepAlives: true}})}},
}

var finished = "data: {\"type\":\"text-delta\",\"payload\":{\"text\":\"hello\"}}\n\ndata: {\"type\":\"finish\",\"payload\":{}}\n\ndata: [DONE]\n\n"

func TestCoding_OneThatIsUnderstoodIsDecoded(t *testing.T) {
	for _, codings := range [][]string{{"gzip"}, {"GZip"}, {"x-gzip"}, {"identity, gzip"}, {" gzip ,"}, {"", "gzip"}, nil, {""}, {"identity"}, {"IDENTITY, identity"}} {
		encode := gzipped
		if !strings.Contains(strings.ToLower(strings.Join(codings, "")), "gzip") {
			encode = func(text string) string { return text }
		}
		for _, asker := range askers {
			t.Run(strings.Join(codings, "+")+"/"+asker.name, func(t *testing.T) {
				client := coded(t, 200, "application/json", encode(`{"text":"hello"}`), codings, asker.opts...)
				var meta mastra.Response
				res, err := client.Agent("a").Generate(t.Context(), ask(), mastra.WithResponse(&meta))
				require.NoError(t, err)
				assert.Equal(t, "hello", res.Text)
				assert.Equal(t, `{"text":"hello"}`, string(meta.Body))

				client = coded(t, 400, "application/json", encode(`{"error":"no such model"}`), codings, asker.opts...)
				_, err = client.Agent("a").Generate(t.Context(), ask())
				assert.ErrorIs(t, err, mastra.ErrBadRequest)
				assert.Equal(t, "no such model", asError(t, err).Message)

				client = coded(t, 200, "text/event-stream", encode(finished), codings, asker.opts...)
				s, err := client.Agent("a").Stream(t.Context(), ask())
				require.NoError(t, err)
				res, err = s.Result()
				require.NoError(t, err)
				assert.Equal(t, "hello", res.Text)

				client = coded(t, 200, "audio/mpeg", encode("\xEF\xBB\xBFsound"), codings, asker.opts...)
				audio, err := client.Agent("a").Voice().Speak(t.Context(), mastra.SpeakRequest{Text: "hello"})
				require.NoError(t, err)
				sound, err := io.ReadAll(audio)
				require.NoError(t, err)
				assert.Equal(t, "\xEF\xBB\xBFsound", string(sound), "what is no text stays as it is")
				require.NoError(t, audio.Close())
			})
		}
	}
}

func TestCoding_OneThatIsNotUnderstoodIsNamed(t *testing.T) {
	for _, tt := range []struct {
		codings []string
		named   string
	}{
		{[]string{"br"}, "br"}, {[]string{"ZSTD"}, "zstd"}, {[]string{"deflate"}, "deflate"}, {[]string{"gzip, br"}, "gzip, br"},
		{[]string{"identity", "br"}, "br"}, {[]string{"br", "gzip"}, "br, gzip"}, {[]string{"gzip, gzip"}, "gzip, gzip"},
		{[]string{strings.Repeat("x", 5000)}, "xxx"},
	} {
		for _, asker := range askers {
			t.Run(tt.named+"/"+asker.name, func(t *testing.T) {
				named := func(err error, status int) {
					t.Helper()
					e := asError(t, err)
					assert.Contains(t, e.Message, "the answer is in the coding "+tt.named)
					assert.Contains(t, e.Message, ", which was not asked for")
					assert.Less(t, len(e.Message), 400)
					assert.Equal(t, status, e.Status)
					assert.Equal(t, 1, e.Attempts, "another attempt would meet the same")
				}
				const odd = "\x0b\x02\x80\x03"
				for _, c := range withBody {
					if c.name != "POST that is safe" {
						named(c.do(t.Context(), coded(t, 200, "application/json", odd, tt.codings, asker.opts...)), 200)
						named(c.do(t.Context(), coded(t, 404, "application/json", odd, tt.codings, asker.opts...)), 404)
						named(c.do(t.Context(), coded(t, 400, "text/plain", odd, tt.codings, asker.opts...)), 400)
					}
				}
				_, err := coded(t, 200, "text/event-stream", odd, tt.codings, asker.opts...).Agent("a").Stream(t.Context(), ask())
				named(err, 200)
				_, err = coded(t, 200, "text/plain", odd, tt.codings, asker.opts...).Workflow("w").Run("r").Stream(t.Context(), mastra.StartRequest{})
				named(err, 200)
				_, err = coded(t, 200, "audio/mpeg", odd, tt.codings, asker.opts...).Agent("a").Voice().Speak(t.Context(), mastra.SpeakRequest{Text: "hello"})
				named(err, 200)
			})
		}
	}
}

func TestCoding_OfAnAnswerWithoutABodyDoesNotMatter(t *testing.T) {
	for _, coding := range []string{"gzip", "br"} {
		client := coded(t, 200, "application/json", "", []string{coding})
		require.NoError(t, client.Do(t.Context(), "HEAD", "/things", nil, nil), coding)
		require.NoError(t, client.Do(t.Context(), "DELETE", "/things", nil, nil), coding)
	}
}

func TestCoding_AGzipThatDecodesToTooMuchIsTooLarge(t *testing.T) {
	bomb := gzipped(strings.Repeat(" ", 64<<20))
	require.Less(t, len(bomb), 1<<20)
	for _, asker := range askers {
		opts := append([]mastra.ClientOption{mastra.WithMaxResponseSize(1 << 20)}, asker.opts...)
		err := list(t.Context(), coded(t, 200, "application/json", bomb, []string{"gzip"}, opts...))
		assert.ErrorIs(t, err, mastra.ErrTooLarge, asker.name)
		assert.Equal(t, 1, asError(t, err).Attempts)

		err = list(t.Context(), coded(t, 400, "text/plain", bomb, []string{"gzip"}, opts...))
		assert.ErrorIs(t, err, mastra.ErrBadRequest, asker.name)
		assert.LessOrEqual(t, len(asError(t, err).Body), 64<<10)

		opts = append([]mastra.ClientOption{mastra.WithMaxEventSize(1 << 20)}, asker.opts...)
		s, err := coded(t, 200, "text/event-stream", gzipped("data: "+strings.Repeat("x", 8<<20)), []string{"gzip"}, opts...).Agent("a").Stream(t.Context(), ask())
		require.NoError(t, err)
		_, err = s.Result()
		assert.ErrorIs(t, err, mastra.ErrEventTooLarge, asker.name)
	}
}

func TestCoding_ABrokenGzipIsNamed(t *testing.T) {
	good := gzipped(`{"text":"` + strings.Repeat("hello", 100) + `"}`)
	for name, body := range map[string]string{
		"no gzip at all": `{"text":"hello"}`,
		"a wrong sum":    good[:len(good)-8] + "12345678",
		"odd blocks":     good[:10] + "\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		for _, asker := range askers {
			t.Run(name+"/"+asker.name, func(t *testing.T) {
				err := generate(t.Context(), coded(t, 200, "application/json", body, []string{"gzip"}, asker.opts...))
				assert.ErrorContains(t, err, "the answer's gzip coding is broken")
				assert.ErrorIs(t, err, mastra.ErrOutcomeUnknown)
				if name != "a wrong sum" { // which stands behind the whole text
					err = generate(t.Context(), coded(t, 400, "application/json", body, []string{"gzip"}, asker.opts...))
					assert.ErrorContains(t, err, "the answer's gzip coding is broken")
					assert.ErrorIs(t, err, mastra.ErrBadRequest)
				}
				s, err := coded(t, 200, "text/event-stream", body, []string{"gzip"}, asker.opts...).Agent("a").Stream(t.Context(), ask())
				require.NoError(t, err)
				_, err = s.Result()
				assert.ErrorIs(t, err, mastra.ErrTruncated)
			})
		}
	}
}

func TestCoding_ACutGzipIsATruncation(t *testing.T) {
	for _, asker := range askers {
		text := gzipped(`{"text":"hello"}`)
		stream := gzipped(strings.TrimSuffix(finished, "data: [DONE]\n\n"))
		sound := gzipped(strings.Repeat("sound", 5))
		for cut := 1; cut < len(text); cut++ {
			err := generate(t.Context(), coded(t, 200, "application/json", text[:cut], []string{"gzip"}, asker.opts...))
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s, cut at %d", asker.name, cut)
		}
		for cut := 1; cut < len(stream); cut++ {
			s, err := coded(t, 200, "text/event-stream", stream[:cut], []string{"gzip"}, asker.opts...).Agent("a").Stream(t.Context(), ask())
			require.NoError(t, err)
			_, err = s.Result()
			require.ErrorIs(t, err, mastra.ErrTruncated, "%s, cut at %d", asker.name, cut)
		}
		for cut := 1; cut < len(sound); cut++ {
			audio, err := coded(t, 200, "audio/mpeg", sound[:cut], []string{"gzip"}, asker.opts...).Agent("a").Voice().Speak(t.Context(), mastra.SpeakRequest{Text: "hello"})
			require.NoError(t, err)
			_, err = io.ReadAll(audio)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF, "%s, cut at %d", asker.name, cut)
			audio.Close()
		}
	}
}

// A server may flush one gzip after each event, or make one of each.
func TestCoding_FlushedGzipDeliversEventsAtOnce(t *testing.T) {
	for name, send := range map[string]func(io.Writer, *gzip.Writer, string){
		"flushed":             func(_ io.Writer, zip *gzip.Writer, event string) { io.WriteString(zip, event); zip.Flush() },
		"one after the other": func(w io.Writer, _ *gzip.Writer, event string) { io.WriteString(w, gzipped(event)) },
	} {
		t.Run(name, func(t *testing.T) {
			seen := make(chan struct{})
			client := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Content-Type", "text/event-stream")
				zip := gzip.NewWriter(w)
				for _, event := range strings.SplitAfter(strings.TrimSuffix(finished, "data: [DONE]\n\n"), "\n\n") {
					if event == "" {
						continue
					}
					send(w, zip, event)
					w.(http.Flusher).Flush()
					select {
					case <-seen:
					case <-r.Context().Done():
						return
					}
				}
				if name == "flushed" {
					zip.Close()
				}
			})
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			s, err := client.Agent("a").Stream(ctx, ask())
			require.NoError(t, err)
			defer s.Close()
			for _, want := range []string{"text-delta", "finish"} {
				c, err := s.Next()
				require.NoError(t, err)
				assert.Equal(t, want, c.Type)
				select {
				case seen <- struct{}{}:
				case <-ctx.Done():
				}
			}
			_, err = s.Next()
			assert.Equal(t, io.EOF, err)
		})
	}
}

func TestCoding_ClosingAGzipStreamEndsARead(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/event-stream")
		io.WriteString(w, gzipped(": hello\n\n")[:5])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	s, err := client.Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	ended := make(chan error)
	go func() { _, err := s.Next(); ended <- err }()
	s.Close()
	assert.True(t, errors.Is(<-ended, mastra.ErrClosed))
}
