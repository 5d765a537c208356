package stream

import "bytes"

// frame is a piece of a stream that belongs together.
type frame struct {
	kind frameKind
	// start and end are where its bytes stand in the buffer. Frames follow each
	// other without a gap.
	start, end int
	// data is what the frame carries, valid until the next read. In the buffer it
	// reaches from dataStart to dataEnd, where an SSE event of several data lines
	// has field names and line ends in between.
	data               []byte
	dataStart, dataEnd int
	changed            bool       // data is not what stands in the buffer
	sse                *sseFields // of an event that has any
}

type frameKind uint8

const (
	frameNone  frameKind = iota // nothing complete: read on
	frameOther                  // complete bytes that carry nothing: comments, blank lines
	frameData                   // an event or record
	frameDone                   // the event [DONE]
)

// framer cuts a buffer into frames.
type framer interface {
	// next returns the next frame of the bytes read so far.
	next(b []byte) (frame, error)
	// keep is where the bytes begin that are still needed.
	keep() int
	// moved tells that all positions have become smaller by n.
	moved(n int)
	// partial tells that b ends in the middle of something.
	partial(b []byte) bool
}

// finder finds a byte in a growing buffer and looks at no byte twice.
type finder struct {
	c        byte
	at       int   // where c was found last; -1 if that was before the buffer
	upto     int   // the bytes before it were looked at
	examined int64 // how many bytes were looked at, over the stream
}

func newFinder(c byte) finder { return finder{c: c, at: -1} }

// next returns the position of the first c in b at or behind from, -1 if there is
// none yet. from must not go back.
func (f *finder) next(b []byte, from int) int {
	if f.at >= from {
		return f.at
	}
	start := max(f.upto, from)
	if start >= len(b) {
		return -1
	}
	i := bytes.IndexByte(b[start:], f.c)
	if i < 0 {
		f.examined += int64(len(b) - start)
		f.upto = len(b)
		return -1
	}
	f.examined += int64(i + 1)
	f.at, f.upto = start+i, start+i+1
	return f.at
}

func (f *finder) moved(n int) {
	f.at, f.upto = max(f.at-n, -1), max(f.upto-n, 0)
}

const byteOrderMark = "\xEF\xBB\xBF"

// markAt looks for a byte order mark where a stream begins, and returns its length.
// It returns false if one may still be coming.
func markAt(b []byte) (int, bool) {
	n := min(len(b), len(byteOrderMark))
	switch {
	case string(b[:n]) != byteOrderMark[:n]:
		return 0, true
	case n < len(byteOrderMark):
		return 0, false
	}
	return n, true
}

// recordFramer cuts at the byte 0x1E, which follows every record. A byte order mark
// may come first.
type recordFramer struct {
	start    int
	mark     int  // the length of the byte order mark at start
	begun    bool // past the place of one
	end      finder
	maxEvent int
}

const recordEnd = 0x1E

func newRecordFramer(maxEvent int) *recordFramer {
	return &recordFramer{end: newFinder(recordEnd), maxEvent: maxEvent}
}

func (f *recordFramer) next(b []byte) (frame, error) {
	if !f.begun {
		if f.mark, f.begun = markAt(b); !f.begun {
			return frame{}, nil
		}
	}
	from := f.start + f.mark
	at := f.end.next(b, from)
	if at < 0 {
		if len(b)-from > f.maxEvent {
			return frame{}, &EventTooLargeError{Limit: f.maxEvent}
		}
		return frame{}, nil
	}
	if at-from > f.maxEvent {
		return frame{}, &EventTooLargeError{Limit: f.maxEvent}
	}
	fr := frame{kind: frameData, start: f.start, end: at + 1, data: b[from:at], dataStart: from, dataEnd: at}
	if blank(fr.data) {
		fr.kind = frameOther
	}
	f.start, f.mark = fr.end, 0
	return fr, nil
}

func (f *recordFramer) keep() int { return f.start }

func (f *recordFramer) moved(n int) {
	f.start -= n
	f.end.moved(n)
}

func (f *recordFramer) partial(b []byte) bool { return !blank(b[f.start+f.mark:]) }

// blank tells that b holds white space only.
func blank(b []byte) bool { return skipSpace(b, 0) == len(b) }
