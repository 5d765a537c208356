package stream

import (
	"errors"
	"io"
)

const (
	smallBuffer = 4 << 10 // what a stream starts with
	keepBuffer  = 64 << 10
	giantBuffer = 1 << 20
	// calmReads is how many reads in a row must leave most of a large buffer unused
	// before it is given back.
	calmReads = 32
)

// buffer holds the bytes that were read and are not used up: b[keep:w]. It grows by
// doubling, up to what the largest event needs, and shrinks again afterwards: a
// stream may be silent for hours after one large event.
type buffer struct {
	b     []byte
	w     int
	limit int // of len(b)
	calm  int
}

func newBuffer(maxEvent int) buffer {
	return buffer{b: make([]byte, smallBuffer), limit: maxEvent + 2*smallBuffer}
}

// bytes are those read so far; a framer's positions count from here.
func (b *buffer) bytes() []byte { return b.b[:b.w] }

// room makes place for the next read. The bytes before keep are used up; room
// returns by how much the others have moved towards the front.
func (b *buffer) room(keep int) (moved int) {
	used := b.w
	if keep == b.w {
		moved, b.w = keep, 0
	}
	if b.shrink(used) {
		return moved
	}
	least := min(len(b.b)/2, smallBuffer)
	if len(b.b)-b.w >= least {
		return moved
	}
	if keep > 0 && moved == 0 {
		b.w = copy(b.b, b.b[keep:b.w])
		moved = keep
	}
	if len(b.b)-b.w < least && len(b.b) < b.limit {
		grown := make([]byte, min(2*len(b.b), b.limit))
		copy(grown, b.bytes())
		b.b = grown
	}
	return moved
}

// shrink gives an empty buffer back if it is far larger than it need be.
func (b *buffer) shrink(used int) bool {
	if used > len(b.b)/4 {
		b.calm = 0
	} else {
		b.calm++
	}
	if b.w > 0 || len(b.b) <= keepBuffer || len(b.b) < giantBuffer && b.calm < calmReads {
		return false
	}
	b.b, b.calm = make([]byte, smallBuffer), 0
	return true
}

var errBadRead = errors.New("stream: body read more than was asked for")

// maxEmptyReads is how often a reader may return nothing at all without an error.
const maxEmptyReads = 100

// fill reads once into the room, at most limit bytes, and returns what came.
func (b *buffer) fill(r io.Reader, limit int) ([]byte, error) {
	free := b.b[b.w:min(len(b.b), b.w+limit)]
	for range maxEmptyReads {
		n, err := r.Read(free)
		if n < 0 || n > len(free) {
			return nil, errBadRead
		}
		b.w += n
		if n > 0 || err != nil {
			return free[:n], err
		}
	}
	return nil, io.ErrNoProgress
}
