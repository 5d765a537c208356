package stream

import "bytes"

// sseFramer cuts a stream of server-sent events, by the WHATWG's rules: lines end
// with LF, CR or CRLF, a byte order mark may come first, a blank line ends an
// event, and an event without its blank line is none.
type sseFramer struct {
	maxEvent int
	lf, cr   finder

	start   int  // of the frame that is being read
	line    int  // where the line begins that is being read
	begun   bool // past the place of a byte order mark
	crEnded bool // the last line ended with a CR: an LF right here belongs to it

	event              int // where the event begins whose data lines are being read
	lines              int // its data lines so far
	dataStart, dataEnd int // from the first line's value to the last one's end
	joined             []byte

	name, id string // of the event; the id stays until there is another
}

func newSSEFramer(maxEvent int) *sseFramer {
	return &sseFramer{maxEvent: maxEvent, lf: newFinder('\n'), cr: newFinder('\r')}
}

const doneMark = "[DONE]"

func (f *sseFramer) next(b []byte) (frame, error) {
	if !f.begun {
		if f.line, f.begun = markAt(b); !f.begun {
			return frame{}, nil
		}
	}
	for {
		if f.crEnded && f.line < len(b) {
			f.crEnded = false
			if b[f.line] == '\n' {
				f.line++
			}
		}
		end := f.lineEnd(b)
		if end < 0 {
			return f.incomplete(b)
		}
		// The size is measured the same however the bytes arrive: it must not count
		// what an event that is still coming in would not have had.
		if end+1-f.sizeFrom() > f.maxEvent {
			return f.tooLarge()
		}
		if value, ok := dataField(b, f.line, end); ok {
			if f.lines == 0 && f.start < f.line {
				return f.emit(frame{kind: frameOther, end: f.line}), nil
			}
			done := f.addLine(b, value, end)
			f.endLine(b, end)
			if done {
				f.name = ""
				return f.emit(frame{kind: frameDone, end: f.line}), nil
			}
			continue
		}
		isBlank := end == f.line
		if !isBlank {
			f.note(b[f.line:end])
		}
		f.endLine(b, end)
		if !isBlank {
			continue
		}
		var fields *sseFields
		if f.name != "" || f.id != "" {
			fields, f.name = &sseFields{f.name, f.id}, ""
		}
		if f.lines > 0 {
			return f.emit(frame{kind: frameData, end: f.line, data: f.data(b), dataStart: f.dataStart, dataEnd: f.dataEnd, sse: fields}), nil
		}
	}
}

// lineEnd returns where the line ends that begins at f.line, -1 if it goes on.
func (f *sseFramer) lineEnd(b []byte) int {
	if f.line < len(b) && b[f.line] == '\n' {
		return f.line // the blank line behind most events
	}
	lf, cr := f.lf.next(b, f.line), f.cr.next(b, f.line)
	if cr >= 0 && (lf < 0 || cr < lf) {
		return cr
	}
	return lf
}

// endLine goes on behind the line that ends at end.
func (f *sseFramer) endLine(b []byte, end int) {
	f.line = end + 1
	if b[end] != '\r' {
		return
	}
	switch {
	case f.line >= len(b):
		f.crEnded = true
	case b[f.line] == '\n':
		f.line++
	}
}

// dataField returns where the value of a data field begins, and whether the line is
// one.
func dataField(b []byte, start, end int) (int, bool) {
	const name = "data"
	if end-start < len(name) || string(b[start:start+len(name)]) != name {
		return 0, false
	}
	value := start + len(name)
	if value == end {
		return value, true // a name without a colon has an empty value
	}
	if b[value] != ':' {
		return 0, false
	}
	if value++; value < end && b[value] == ' ' {
		value++
	}
	return value, true
}

// note takes the name or the id of an event from a line.
func (f *sseFramer) note(line []byte) {
	field, value, _ := bytes.Cut(line, []byte(":"))
	value = bytes.TrimPrefix(value, []byte(" "))
	switch string(field) {
	case "event":
		f.name = string(value)
	case "id":
		if bytes.IndexByte(value, 0) < 0 {
			f.id = string(value)
		}
	}
}

// addLine adds a data line to the event and tells whether it is the mark of the
// end.
func (f *sseFramer) addLine(b []byte, value, end int) (done bool) {
	switch f.lines {
	case 0:
		if string(b[value:end]) == doneMark {
			return true
		}
		f.event, f.dataStart = f.line, value
	case 1:
		f.joined = append(f.joined[:0], b[f.dataStart:f.dataEnd]...)
	}
	if f.lines > 0 {
		f.joined = append(append(f.joined, '\n'), b[value:end]...)
	}
	f.dataEnd = end
	f.lines++
	return false
}

// data is the value of the event that has just ended.
func (f *sseFramer) data(b []byte) []byte {
	if f.lines == 1 {
		return b[f.dataStart:f.dataEnd]
	}
	data := f.joined
	if cap(f.joined) > keepBuffer {
		f.joined = nil
	}
	return data
}

// emit completes a frame and begins the next one behind it.
func (f *sseFramer) emit(fr frame) frame {
	fr.start = f.start
	f.start = fr.end
	f.lines = 0
	return fr
}

// sizeFrom is where the event begins, or the line if there is no event yet.
func (f *sseFramer) sizeFrom() int {
	if f.lines > 0 {
		return f.event
	}
	return f.line
}

// incomplete is the answer when the line at hand has not ended.
func (f *sseFramer) incomplete(b []byte) (frame, error) {
	if len(b)-f.sizeFrom() > f.maxEvent {
		return f.tooLarge()
	}
	if f.lines == 0 && f.start < f.line {
		return f.emit(frame{kind: frameOther, end: f.line}), nil
	}
	return frame{}, nil
}

// tooLarge first hands out what came before the event that is too large.
func (f *sseFramer) tooLarge() (frame, error) {
	if f.lines == 0 && f.start < f.line {
		return f.emit(frame{kind: frameOther, end: f.line}), nil
	}
	return frame{}, &EventTooLargeError{Limit: f.maxEvent}
}

func (f *sseFramer) keep() int { return f.start }

func (f *sseFramer) moved(n int) {
	f.start -= n
	f.line -= n
	f.event -= n
	f.dataStart -= n
	f.dataEnd -= n
	f.lf.moved(n)
	f.cr.moved(n)
}

func (f *sseFramer) partial(b []byte) bool {
	return f.lines > 0 || f.line < len(b)
}
