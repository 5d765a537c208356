package call

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/mastra-go/mastra/internal/veil"
)

// A server, or a proxy before it, may send a body in a coding that was not asked
// for. net/http undoes gzip only where it has asked for it itself.

// decoded undoes the coding of an answer, if it is gzip, as net/http does; of a text
// it skips the byte order mark.
func decoded(resp *http.Response, text bool) {
	if coding := codingOf(resp.Header); coding == "gzip" || coding == "x-gzip" {
		resp.Body = &gunzip{body: resp.Body}
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength, resp.Uncompressed = -1, true
	}
	if text {
		resp.Body = &textBody{ReadCloser: resp.Body}
	}
}

// textBody is a body without a byte order mark at its beginning.
type textBody struct {
	io.ReadCloser
	begun bool
}

// Read waits for more than the first byte only where that begins a mark: a stream
// may stand still behind any other. A first read without room for a mark skips none.
func (t *textBody) Read(p []byte) (n int, err error) {
	const mark = "\xEF\xBB\xBF"
	for !t.begun && err == nil && len(p) >= len(mark) {
		var more int
		more, err = t.ReadCloser.Read(p[n:])
		if n += more; n <= 0 || n > len(p) {
			return n, err
		}
		t.begun = n >= len(mark) || string(p[:n]) != mark[:n]
	}
	t.begun = true
	if n >= len(mark) && string(p[:len(mark)]) == mark {
		n = copy(p, p[len(mark):n])
	}
	if n > 0 || err != nil {
		return n, err
	}
	return t.ReadCloser.Read(p)
}

// codingOf is the coding of a body, "" for none. Several are not undone, however
// they are called: a small body could be a great deal of work.
func codingOf(header http.Header) string {
	var codings []string
	for _, value := range header.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(value, ",") {
			if coding = strings.ToLower(strings.TrimSpace(coding)); coding != "" && coding != "identity" {
				codings = append(codings, coding)
			}
		}
	}
	return strings.Join(codings, ", ")
}

// foreignCoding names the coding that a body is still in.
func foreignCoding(v *veil.Veil, coding string) string {
	return "the answer is in the coding " + Clip(v.Text(coding), 100) + ", which was not asked for"
}

// gunzip is a gzip'd body decoded. What the server has flushed is handed out
// without waiting for more, so each member of a gzip is read by itself.
type gunzip struct {
	body   io.ReadCloser
	coded  *bufio.Reader // nil before the first read
	member gzip.Reader
	inside bool // a member
	err    error
}

func (g *gunzip) Read(p []byte) (n int, err error) {
	if g.coded == nil {
		g.coded = bufio.NewReader(g.body)
	}
	for n == 0 && g.err == nil && len(p) > 0 {
		if !g.inside {
			g.err = g.member.Reset(g.coded) // io.EOF where no member follows
			g.member.Multistream(false)
			g.inside = g.err == nil
			continue
		}
		if n, err = g.member.Read(p); err == io.EOF {
			g.inside = false
		} else {
			g.err = err
		}
	}
	if n > 0 {
		return n, nil
	}
	return 0, g.err
}

// Close may come while another goroutine reads.
func (g *gunzip) Close() error { return g.body.Close() }

// brokenGzip tells that a body was not the gzip that it should have been. A body
// that was cut off is not among them.
func brokenGzip(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}

func brokenGzipText(err error) string { return "the answer's gzip coding is broken: " + err.Error() }
