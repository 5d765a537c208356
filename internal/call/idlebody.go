package call

import (
	"io"
	"sync/atomic"
	"time"

	"github.com/mastra-go/mastra/stream"
)

// idleBody is a body that fails where no byte of it comes for some time.
type idleBody struct {
	io.ReadCloser
	limit  time.Duration
	timer  *time.Timer // made at the first read
	silent atomic.Bool
}

func withIdleLimit(body io.ReadCloser, limit *time.Duration) io.ReadCloser {
	if limit == nil || *limit <= 0 {
		return body
	}
	return &idleBody{ReadCloser: body, limit: *limit}
}

func (b *idleBody) Read(p []byte) (int, error) {
	if b.timer == nil {
		b.timer = time.AfterFunc(b.limit, func() {
			b.silent.Store(true)
			_ = b.ReadCloser.Close() // the read that waits returns
		})
	} else {
		b.timer.Reset(b.limit)
	}
	n, err := b.ReadCloser.Read(p)
	if b.timer.Stop(); err != nil && err != io.EOF && b.silent.Load() {
		err = stream.ErrIdleTimeout
	}
	return n, err
}
