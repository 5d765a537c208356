package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/go-retryablehttp"
)

// RawBody is a body that is sent as it is, without being encoded.
type RawBody struct {
	copies io.ReaderAt // of which every attempt reads its own; nil: it is read once
	start  int64       // where in it
	length int64       // -1: not known
	isJSON bool        // an object or a list
	once   onceReader
}

// NewRawBytes sends a text.
func NewRawBytes(text []byte) *RawBody {
	b := &RawBody{copies: bytes.NewReader(text), length: int64(len(text))}
	start := bytes.TrimLeft(text, " \t\r\n")
	b.isJSON = len(start) > 0 && (start[0] == '{' || start[0] == '[') && json.Valid(text)
	return b
}

// contentType is what the body is, where the caller does not say.
func (b *RawBody) contentType() string {
	if b.isJSON {
		return "application/json"
	}
	return "application/octet-stream"
}

// NewRawBody sends what r reads, from where it stands. One that can be read at any place
// stays there, and is read again for each attempt; another is read once, and ends the
// attempts with that.
func NewRawBody(r io.Reader) *RawBody {
	b := &RawBody{length: -1, once: onceReader{r: r}}
	if sized, ok := r.(interface{ Len() int }); ok {
		b.length = int64(sized.Len())
	}
	at, ok := r.(interface {
		io.ReaderAt
		io.Seeker
	})
	if !ok {
		return b
	}
	// A pipe has these methods too, and fails.
	start, err := at.Seek(0, io.SeekCurrent)
	if err != nil {
		return b
	}
	end, err := at.Seek(0, io.SeekEnd)
	if err != nil {
		return b
	}
	if _, err := at.Seek(start, io.SeekStart); err != nil {
		return b
	}
	b.copies, b.start, b.length = at, start, max(end-start, 0)
	return b
}

var errReadOnce = errors.New("the body is a reader that cannot be read again, so it is sent once")

// open gives the body to an attempt.
func (b *RawBody) open() (io.Reader, error) {
	var r io.Reader
	switch {
	case b.copies != nil:
		r = noting{io.NewSectionReader(b.copies, b.start, b.length), &b.once.err}
	case b.spent():
		return nil, errReadOnce
	default:
		r = &b.once
	}
	if b.length < 0 {
		return r, nil
	}
	return sizedReader{r, int(b.length)}, nil
}

// close ends the reading: nothing begins to read the body any more. It does not wait
// for what is being read.
func (b *RawBody) close() { b.once.over.Store(true) }

// failure is the reader's error.
func (b *RawBody) failure() error {
	if err := b.once.err.Load(); err != nil {
		return *err
	}
	return nil
}

// spent tells that there is no other attempt.
func (b *RawBody) spent() bool { return b.copies == nil && b.once.begun.Load() }

// onceReader is a reader that no two attempts share.
type onceReader struct {
	r           io.Reader
	mu          sync.Mutex
	begun, over atomic.Bool
	err         atomic.Pointer[error]
}

var errLateRead = errors.New("the call is over")

func (o *onceReader) Read(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.over.Load() {
		return 0, errLateRead
	}
	o.begun.Store(true)
	return noting{o.r, &o.err}.Read(p)
}

// leftBehind is a body whose reading is left behind when the attempt ends: net/http
// would wait for it.
type leftBehind struct {
	ctx  context.Context
	body io.ReadCloser
	err  error
}

func (l *leftBehind) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	type read struct {
		n   int
		err error
	}
	own := make([]byte, len(p)) // p is not ours once this has returned
	done := make(chan read, 1)
	go func() {
		n, err := l.body.Read(own)
		done <- read{n, err}
	}()
	select {
	case r := <-done:
		return copy(p, own[:r.n]), r.err
	case <-l.ctx.Done():
		l.err = context.Cause(l.ctx)
		return 0, l.err
	}
}

func (l *leftBehind) Close() error { return l.body.Close() }

// noting remembers why a reader has failed.
type noting struct {
	r   io.Reader
	err *atomic.Pointer[error]
}

func (n noting) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	if err != nil && err != io.EOF {
		n.err.Store(&err)
	}
	return read, err
}

type sizedReader struct {
	io.Reader
	length int
}

func (r sizedReader) Len() int { return r.length }

var _ retryablehttp.LenReader = sizedReader{}

// asked keeps the body of a request readable until its answer is closed: the server may
// answer while it reads.
func (b *RawBody) asked(resp *http.Response) {
	resp.Body = &answerToRaw{resp.Body, b}
}

type answerToRaw struct {
	io.ReadCloser
	body *RawBody
}

func (a *answerToRaw) Close() error {
	a.body.close()
	return a.ReadCloser.Close()
}
