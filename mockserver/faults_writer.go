package mockserver

import (
	"bytes"
	"errors"
	"strings"
)

// shapes tells whether the fault changes how an answer is sent.
func (f *Fault) shapes() bool {
	return f.EventDelay != 0 || f.CutAtByte != 0 || f.CutAtEvent != 0 || f.Split > 0 || f.Garbage != "" || f.Giant > 0 || f.Silence != 0
}

var errCut = errors.New("the answer is cut off")

// faultWriter sends an answer as a fault wants it. It is used by the goroutine
// that writes the answer.
type faultWriter struct {
	*Fault
	call *call
	// frame ends every event; "" where a body is no stream.
	frame string
	rest  []byte // the beginning of an event that is not complete
	event int
	sent  int
	cut   bool
}

// begin looks at the headers of the answer.
func (f *faultWriter) begin(contentType string) {
	if f == nil {
		return
	}
	switch {
	case strings.HasPrefix(contentType, "text/event-stream"):
		f.frame = "\n\n"
	case contentType == "text/plain":
		f.frame = string(rune(recordSeparator))
	}
}

func (f *faultWriter) write(data []byte) (int, error) {
	if f.cut {
		return 0, errCut
	}
	if f.frame == "" {
		return len(data), f.send(data)
	}
	f.rest = append(f.rest, data...)
	for {
		i := bytes.Index(f.rest, []byte(f.frame))
		if i < 0 {
			return len(data), nil
		}
		event := f.rest[:i+len(f.frame)]
		f.rest = f.rest[len(event):]
		if err := f.send(event); err != nil {
			return 0, err
		}
	}
}

// send sends an event, and before it what stands there.
func (f *faultWriter) send(event []byte) error {
	if f.event == f.At {
		if f.Garbage != "" {
			if err := f.raw(f.framed(f.Garbage)); err != nil {
				return err
			}
		}
		if f.Giant > 0 {
			if err := f.raw(f.framed(`{"type":"data-giant","data":"` + strings.Repeat("x", f.Giant) + `"}`)); err != nil {
				return err
			}
		}
		f.call.wait(f.Silence)
		if f.Silence != 0 && f.call.srv.ctx.Err() != nil {
			return f.cutOff() // not a good end: the server was closed
		}
	}
	if f.CutAtEvent != 0 && f.event >= f.CutAtEvent {
		return f.cutOff()
	}
	f.event++
	f.call.wait(f.EventDelay)
	return f.raw(event)
}

func (f *faultWriter) framed(text string) []byte {
	if f.frame == "\n\n" {
		text = "data: " + text
	}
	return []byte(text + f.frame)
}

// raw sends bytes, in pieces where they are to be split.
func (f *faultWriter) raw(data []byte) error {
	for len(data) > 0 {
		n := len(data)
		if f.Split > 0 {
			n = min(n, f.Split)
		}
		if f.CutAtByte != 0 {
			if n = min(n, f.CutAtByte-f.sent); n <= 0 {
				return f.cutOff()
			}
		}
		if _, err := f.call.w.ResponseWriter.Write(data[:n]); err != nil {
			return err
		}
		if f.Split > 0 {
			f.call.w.flush()
		}
		f.sent += n
		data = data[n:]
	}
	return nil
}

// cutOff ends the answer: for the handler it is as if the client had left.
func (f *faultWriter) cutOff() error {
	f.cut = true
	f.call.w.flush()
	f.call.cancel()
	return errCut
}

// end sends what is left; true means that the connection is to be dropped. It is
// also where just as much was sent as there is.
func (f *faultWriter) end() (drop bool) {
	if f == nil {
		return false
	}
	if !f.cut && len(f.rest) > 0 {
		_ = f.raw(f.rest)
	}
	if !f.cut && (f.event == f.CutAtEvent || f.sent == f.CutAtByte) && f.event > 0 {
		_ = f.cutOff()
	}
	return f.cut && !f.CutClean
}
