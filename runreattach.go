package mastra

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"sync/atomic"
	"time"

	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
	"github.com/mastra-go/mastra/stream"
)

// A run's stream that breaks is taken up again where it broke, by observing the
// run. The server keeps, as long as it lives, the history of the run, and of a run
// that is in progress or suspended the current segment, from its workflow-start;
// what it answers to observe is the history from an offset on, then that segment.
// Both repeat the records of the broken stream to the byte, so that a hash of what
// has been read tells whether a segment is its continuation.

// farEnd is an offset behind the end of every history: it leaves the current
// segment only.
const farEnd = 1_000_000_000

// progress is how far into its segment a stream has been read.
type progress struct {
	records int
	hash    maphash.Hash
}

func (p *progress) add(record []byte) {
	p.records++
	_, _ = p.hash.Write(record) // never fails
	_ = p.hash.WriteByte(recordEnd)
}

const recordEnd = 0x1E

// reattachment is how a run's stream is taken up again.
type reattachment struct {
	reattaches bool
	read       progress       // in the segment
	readBefore int            // when the stream was last taken up
	asked      *call.Exchange // for the run's history, when it was last taken up
	options    stream.Options // to read that with
	current    bool           // it was taken up in the run's current segment
	finishing  bool           // it was a replay, and only its workflow-finish is looked for
}

// reattach is asked when a stream has ended, and returns a body in which it goes
// on. With none it returns the end.
func (b *runBuilder) reattach(ctx context.Context, end error) (io.ReadCloser, error) {
	if b.finishing {
		return nil, nil // whether or not its workflow-finish was to be had
	}
	if b.lost != nil && !b.told && broken(end) {
		if verdict, _ := b.lost.look(ctx); verdict != call.Done {
			return nil, b.end(ctx, end) // what the run has at hand is no answer to this
		}
	}
	first, progressed := b.asked == nil, b.read.records > b.readBefore
	b.readBefore = b.read.records
	if !first && !progressed && b.finished && wholeBody(end) {
		end = nil // it had broken behind its last record, and nothing more has come
	}
	if first {
		end = b.end(ctx, end) // a replay, perhaps, that has no other end
		if b.confirmed != nil && !b.finished && b.op.ID == route.WorkflowStream.ID {
			b.finishing = true // the one of the segment that was replayed stands in the history
			if body, err := b.observe(ctx, true); err == nil {
				return body, nil
			}
		}
	} else if progressed {
		b.asked.Progressed()
	}
	taken := !first || broken(end)
	for broken(end) {
		if b.asked != nil && b.asked.Broke(ctx, end) != nil {
			break
		}
		body, err := b.observe(ctx, wholeBody(end))
		if err == nil {
			return body, nil
		}
		if !errors.Is(err, errOtherSegment) && !broken(err) {
			break // the run or its history is not to be had
		}
	}
	if taken {
		end = b.end(ctx, end)
	}
	return nil, end
}

// broken: the stream stopped before its end, and the run may well go on.
func broken(err error) bool {
	return errors.Is(err, stream.ErrTruncated) || errors.Is(err, stream.ErrIdleTimeout)
}

// observe opens what is left of the stream's segment. whole tells that the body
// before it was whole: the current segment of a suspended run is, and lacks its
// workflow-finish, which stands in the history.
func (b *runBuilder) observe(ctx context.Context, whole bool) (io.ReadCloser, error) {
	if b.op.ID == route.WorkflowStream.ID { // the first segment: its records are the history's first
		resp, err := b.ask(ctx, b.read.records)
		if err != nil {
			return nil, err
		}
		return newRecordFilter(resp, &resumption{read: b.read, rest: true}), nil
	}
	if !b.current || !whole {
		resp, err := b.ask(ctx, farEnd)
		if err != nil {
			return nil, err
		}
		first, err := resp.Peek(1)
		if b.current = len(first) > 0; b.current {
			return newRecordFilter(resp, &resumption{read: b.read}), nil
		}
		resp.Close()
		if err != io.EOF {
			return nil, fmt.Errorf("%w: %w", stream.ErrTruncated, err)
		}
	}
	b.current = false
	resp, err := b.ask(ctx, 0)
	if err != nil {
		return nil, err
	}
	defer resp.Close()
	rest, err := lastSegment(resp, b.read)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(rest)), nil
}

// ask observes the run from an offset on. It is one call for as long as nothing new
// is read, whatever the offset.
func (b *runBuilder) ask(ctx context.Context, offset int) (*recordReader, error) {
	q := b.run.history(offset)
	q.After, q.TakesUp = b.asked, true
	x, err := b.run.c.begin(ctx, q)
	if err != nil {
		return nil, err
	}
	b.asked = x
	resp, o, err := x.Frames(ctx)
	if err != nil {
		return nil, publicError(err)
	}
	b.options = o
	body := resp.Body
	if o.IdleTimeout > 0 {
		body = &impatient{resp.Body, o.IdleTimeout}
	}
	return &recordReader{bufio.NewReader(body), body}, nil
}

// impatient is a body that is closed when nothing arrives for a time: the stream that
// will read it does not yet.
type impatient struct {
	io.ReadCloser
	limit time.Duration
}

func (b *impatient) Read(p []byte) (int, error) {
	var over atomic.Bool
	timer := time.AfterFunc(b.limit, func() {
		over.Store(true)
		b.Close()
	})
	n, err := b.ReadCloser.Read(p)
	if timer.Stop(); err != nil && over.Load() {
		err = stream.ErrIdleTimeout
	}
	return n, err
}

// recordReader reads records, each with the byte that ends it.
type recordReader struct {
	*bufio.Reader
	io.Closer
}

func (r *recordReader) record() ([]byte, error) { return r.ReadBytes(recordEnd) }

func recordType(record []byte) string {
	var c struct {
		Type string `json:"type"`
	}
	_ = json.Unmarshal(bytes.TrimSuffix(record, []byte{recordEnd}), &c) // one that is not JSON has no type
	return c.Type
}

// resumption decides which records of an observed run belong to the rest of a
// broken stream.
type resumption struct {
	read progress // of the broken stream; then of what has been passed on too
	rest bool     // the records at hand follow those that were read
	skip progress // of the current segment, while it repeats what was read
}

var errOtherSegment = errors.New("mastra: the run's history does not continue the stream")

// pass tells whether a record is part of the rest, and whether it is its last.
func (s *resumption) pass(record []byte) (pass, last bool, err error) {
	typ := recordType(record)
	bare := bytes.TrimSuffix(record, []byte{recordEnd})
	if typ == stream.TypeWorkflowStart && (s.read.records > 0 || !s.rest) {
		s.rest, s.skip = false, progress{}
		s.skip.hash.SetSeed(s.read.hash.Seed())
	}
	if !s.rest {
		if s.skip.records < s.read.records {
			s.skip.add(bare)
			if s.skip.records == s.read.records && s.skip.hash.Sum64() != s.read.hash.Sum64() {
				return false, false, errOtherSegment
			}
			return false, false, nil
		}
		s.rest = true
	}
	s.read.add(bare)
	return true, typ == stream.TypeWorkflowFinish, nil
}

// recordFilter is the body of the rest.
type recordFilter struct {
	src     *recordReader
	s       *resumption
	pending []byte
	err     error
}

func newRecordFilter(src *recordReader, s *resumption) *recordFilter {
	return &recordFilter{src: src, s: s}
}

func (f *recordFilter) Close() error { return f.src.Close() }

func (f *recordFilter) Read(p []byte) (int, error) {
	for len(f.pending) == 0 {
		if f.err != nil {
			return 0, f.err
		}
		record, err := f.src.record()
		if err != nil {
			f.err = err // what stands before is no whole record
			continue
		}
		pass, last, err := f.s.pass(record)
		switch {
		case err != nil:
			f.err = err
		case pass:
			f.pending = record
			if last {
				f.err = io.EOF
			}
		}
	}
	n := copy(p, f.pending)
	f.pending = f.pending[n:]
	return n, nil
}

// lastSegment finds, in the history of a run that goes on no more, the last
// complete segment that begins with what was read, and returns the rest of it.
func lastSegment(history *recordReader, read progress) ([]byte, error) {
	var rest, segment []byte
	var at progress
	follows, found := false, false
	for {
		record, err := history.record()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %w", stream.ErrTruncated, err)
		}
		bare := bytes.TrimSuffix(record, []byte{recordEnd})
		typ := recordType(record)
		if typ == stream.TypeWorkflowStart {
			at, segment, follows = progress{}, nil, read.records == 0
			at.hash.SetSeed(read.hash.Seed())
		}
		if follows {
			segment = append(segment, record...)
		}
		if at.add(bare); at.records == read.records {
			follows = at.hash.Sum64() == read.hash.Sum64()
		}
		if follows && typ == stream.TypeWorkflowFinish {
			rest, found = segment, true
		}
	}
	if !found {
		return nil, errOtherSegment
	}
	return rest, nil
}
