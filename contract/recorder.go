package contract

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Recorder keeps every exchange of a client, as it went over the wire. It is safe
// for concurrent use.
type Recorder struct {
	mu    sync.Mutex
	ended []Exchange
	lost  []Exchange
	open  map[*recordedBody]struct{}
}

// Middleware records what goes through next; it is meant for mastra.WithMiddleware.
func (r *Recorder) Middleware(next http.RoundTripper) http.RoundTripper {
	return recordingTransport{r, next}
}

// Exchanges gives the exchanges whose answer has come to its end, in that order.
func (r *Recorder) Exchanges() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.ended)
}

// On tells whether the request's path, without its query, ends like this.
func (x Exchange) On(path string) bool {
	route, _, _ := strings.Cut(x.Path, "?")
	return strings.HasSuffix(route, path)
}

// Lost counts the requests that no answer came to.
func (r *Recorder) Lost() int { return len(r.Unanswered()) }

// Unanswered gives the requests that no answer came to: exchanges without a status.
func (r *Recorder) Unanswered() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.lost)
}

// Open gives the method and path of the answers that nobody has read to the end
// or closed.
func (r *Recorder) Open() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []string
	for body := range r.open {
		out = append(out, body.exchange.Method+" "+body.exchange.Path)
	}
	return out
}

type recordingTransport struct {
	recorder *Recorder
	next     http.RoundTripper
}

func (t recordingTransport) RoundTrip(req *http.Request) (*http.Response, error) {
	x := Exchange{Method: req.Method, Path: req.URL.RequestURI(), RequestHeader: req.Header.Clone()}
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err == nil {
			x.RequestBody, err = io.ReadAll(body)
		}
		if err != nil {
			return nil, fmt.Errorf("record the request: %w", err)
		}
	}
	resp, err := t.next.RoundTrip(req)
	r := t.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.lost = append(r.lost, x)
		return nil, err
	}
	x.Status, x.Header = resp.StatusCode, resp.Header.Clone()
	body := &recordedBody{ReadCloser: resp.Body, recorder: r, exchange: x}
	if r.open == nil {
		r.open = map[*recordedBody]struct{}{}
	}
	r.open[body] = struct{}{}
	resp.Body = body
	return resp, nil
}

// recordedBody keeps what is read from an answer.
type recordedBody struct {
	io.ReadCloser
	recorder *Recorder
	exchange Exchange

	mu   sync.Mutex // Close may come while Read blocks
	read bytes.Buffer
}

func (b *recordedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.mu.Lock()
	b.read.Write(p[:n])
	b.mu.Unlock()
	if err != nil {
		b.end(!errors.Is(err, io.EOF))
	}
	return n, err
}

func (b *recordedBody) Close() error {
	err := b.ReadCloser.Close()
	b.end(true)
	return err
}

// end files the exchange, the first time it is called.
func (b *recordedBody) end(cut bool) {
	r := b.recorder
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, open := r.open[b]; !open {
		return
	}
	delete(r.open, b)
	b.mu.Lock()
	b.exchange.Body = bytes.Clone(b.read.Bytes())
	b.mu.Unlock()
	// What is read up to the mark of its end is whole, though more bytes might follow.
	b.exchange.Cut = cut && !bytes.HasSuffix(b.exchange.Body, []byte("data: [DONE]\n\n"))
	r.ended = append(r.ended, b.exchange)
}
