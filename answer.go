package mastra

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	errorBodyWait = 2 * time.Second // for the body of an answer that is no success
	maxReserved   = 1 << 20         // bytes reserved on the word of a header
)

var errAnswerTooLarge = errors.New("the answer is larger than WithMaxResponseSize allows")

// read takes the whole answer in.
func (x *exchange) read(resp *http.Response) error {
	body := resp.Body
	resp.Body = http.NoBody // nothing is left for others
	defer body.Close()
	var b bytes.Buffer
	if n := min(resp.ContentLength, x.cfg.maxResponse, maxReserved); n > 0 && x.op.method != http.MethodHead {
		b.Grow(int(n) + bytes.MinRead)
	}
	limited := io.LimitedReader{R: body, N: x.cfg.maxResponse}
	_, err := b.ReadFrom(&limited)
	x.body = b.Bytes()
	if err != nil || limited.N > 0 {
		return err
	}
	switch n, err := io.ReadFull(body, make([]byte, 1)); {
	case n > 0:
		return errAnswerTooLarge
	case err != io.EOF:
		return err
	}
	return nil
}

// readError takes in the beginning of an answer that is no success, and waits
// for it no longer than a moment.
func (x *exchange) readError(resp *http.Response) []byte {
	body := resp.Body
	resp.Body = http.NoBody
	stop := time.AfterFunc(errorBodyWait, func() { body.Close() })
	x.body, x.bodyErr = io.ReadAll(io.LimitReader(body, unread(resp, maxErrorBody)))
	if resp.StatusCode == http.StatusRequestEntityTooLarge && int64(len(x.body)) == resp.ContentLength-1 && x.body[0] == '{' {
		x.body = append(x.body, '}') // the byte that was left
	}
	stop.Stop()
	body.Close()
	return x.body
}

// unread is how much of an error's body to read. A server that finds a request too
// large answers before it has read it, says that it keeps the connection, and drops
// it soon after: the next call would meet that. A body that is not read to its end
// makes net/http drop the connection instead.
func unread(resp *http.Response, limit int64) int64 {
	if resp.StatusCode == http.StatusRequestEntityTooLarge && resp.ContentLength > 1 {
		return min(limit, resp.ContentLength-1)
	}
	return limit
}

func head(body []byte) []byte { return body[:min(len(body), maxErrorBody)] }
