package call

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// answerKind is what an answer should be.
type answerKind int

const (
	jsonAnswer answerKind = iota
	streamAnswer
	bytesAnswer // of a known kind that is neither
	wholeAnswer // any, which is read
	openAnswer  // any, which stays open
)

// isRead tells that the whole answer is read before the call returns.
func (k answerKind) isRead() bool { return k == jsonAnswer || k == wholeAnswer }

// accept is the header of that name, "" for the default.
func (k answerKind) accept() string {
	switch k {
	case streamAnswer:
		return "text/event-stream, text/plain"
	case jsonAnswer:
		return "application/json"
	}
	return "*/*"
}

const (
	errorBodyWait = 2 * time.Second // for the body of an answer that is no success
	maxReserved   = 1 << 20         // bytes reserved on the word of a header
)

// judge tells whether an answer is a success, and reads it unless it stays open.
// final: another attempt would meet the same.
func (x *Exchange) judge(ctx context.Context, resp *http.Response) (failure *Failure, final bool) {
	decoded(resp, x.kind == jsonAnswer || x.kind == streamAnswer || resp.StatusCode >= 300)
	switch {
	case resp.StatusCode >= 200 && resp.StatusCode < 300:
		return x.success(ctx, resp)
	case resp.StatusCode < 400:
		failure = redirectFailure(x.Veil(), resp, x.now.circles)
		failure.Body = x.readError(resp)
		return failure, true
	}
	body := x.readError(resp)
	if x.ran && x.req.Op.Method == http.MethodDelete && resp.StatusCode == http.StatusNotFound && json.Valid(body) {
		x.body = nil
		return nil, false // an earlier attempt has deleted it
	}
	failure = errorFrom(x.Veil(), resp.StatusCode, resp.Header, body)
	if resp.StatusCode == http.StatusUnauthorized {
		failure.Advice = x.tokenAdvice(resp.Request)
	}
	if x.req.Op.Method == http.MethodHead {
		failure.Message = "" // that speaks of the body
	}
	switch {
	case x.bodyErr != nil && ctx.Err() != nil:
		failure.also(ContextError(ctx), " while reading the answer")
	case brokenGzip(x.bodyErr):
		failure.Message = brokenGzipText(x.bodyErr)
	}
	return failure, false
}

// success looks whether an answer with such a status is what was asked for.
func (x *Exchange) success(ctx context.Context, resp *http.Response) (failure *Failure, final bool) {
	switch x.kind {
	case streamAnswer:
		if _, ok := x.streamOptions(resp); !ok || codingOf(resp.Header) != "" {
			return x.notStream(resp), true
		}
	case bytesAnswer:
		if isHTML(resp.Header, nil) || mediaType(resp.Header) == "application/json" || codingOf(resp.Header) != "" {
			return x.notStream(resp), true
		}
	case openAnswer:
		if codingOf(resp.Header) != "" {
			return x.notStream(resp), true
		}
	default:
		if err := x.read(resp); err != nil {
			failure = transportFailure(ctx, &x.now, x.server.origin, x.advice, err)
			failure.Header = resp.Header
			return failure, errors.Is(err, errAnswerTooLarge)
		}
		if x.kind == jsonAnswer && isHTML(resp.Header, x.body) || codingOf(resp.Header) != "" && len(x.body) > 0 {
			return &Failure{Status: resp.StatusCode, Header: resp.Header, Body: head(x.body), Message: notJSON(x.Veil(), resp.StatusCode, resp.Header, x.body)}, true
		}
	}
	return nil, false
}

// read takes the whole answer in.
func (x *Exchange) read(resp *http.Response) error {
	body := resp.Body
	resp.Body = http.NoBody // nothing is left for others
	defer body.Close()
	var b bytes.Buffer
	if n := min(resp.ContentLength, x.cfg.MaxResponse, maxReserved); n > 0 && x.req.Op.Method != http.MethodHead {
		b.Grow(int(n) + bytes.MinRead)
	}
	limited := io.LimitedReader{R: body, N: x.cfg.MaxResponse}
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
func (x *Exchange) readError(resp *http.Response) []byte {
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
