package mockserver

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// controlPath is where a server with WithFaultControl takes faults over HTTP.
const controlPath = "/__mock/faults"

// duration is a time.Duration as JSON: a text such as "50ms", or milliseconds.
type duration time.Duration

func (d *duration) UnmarshalJSON(data []byte) error {
	var ms float64
	if json.Unmarshal(data, &ms) == nil {
		*d = duration(ms * float64(time.Millisecond))
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("a time is a number of milliseconds or a text such as \"50ms\", not %s", data)
	}
	parsed, err := time.ParseDuration(text)
	*d = duration(parsed)
	return err
}

// UnmarshalJSON reads a fault from an object with the fields' names, the first
// letter small: {"operation":"AgentStream","cutAtEvent":3}. Times are texts such
// as "50ms" or milliseconds. Unknown names are errors.
func (f *Fault) UnmarshalJSON(data []byte) error {
	type plain Fault
	v := struct {
		*plain
		Delay, EventDelay, Silence duration
	}{plain: (*plain)(f)}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&v); err != nil {
		return err
	}
	f.Delay, f.EventDelay, f.Silence = time.Duration(v.Delay), time.Duration(v.EventDelay), time.Duration(v.Silence)
	return nil
}

// serveControl takes faults: POST queues one or a list of them, DELETE forgets
// those that have not hit.
func (s *Server) serveControl(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodDelete:
		s.ClearFaults()
		writeJSON(w, http.StatusOK, js.Obj("success", true))
	case http.MethodPost:
		list, err := readFaults(r)
		if err == nil {
			err = s.checkFaults(list...)
		}
		if err != nil {
			writeJSON(w, http.StatusBadRequest, js.Obj("error", err.Error()))
			return
		}
		for _, f := range list {
			s.Inject(f)
		}
		writeJSON(w, http.StatusOK, js.Obj("success", true, "queued", len(list)))
	default:
		w.Header().Set("Allow", "POST, DELETE")
		writeJSON(w, http.StatusMethodNotAllowed, js.Obj("error", http.StatusText(http.StatusMethodNotAllowed)))
	}
}

// checkFaults refuses faults that could never hit.
func (s *Server) checkFaults(list ...Fault) error {
	for _, f := range list {
		switch {
		case f.Operation != "" && !s.hasOperation(f.Operation):
			return fmt.Errorf("there is no operation %q", f.Operation)
		case f.Status != 0 && !f.hasStatus():
			return fmt.Errorf("status %d cannot be answered", f.Status)
		}
	}
	return nil
}

func (s *Server) hasOperation(id string) bool {
	return id == "Health" || s.routes.operations[id]
}

func readFaults(r *http.Request) ([]Fault, error) {
	data, err := io.ReadAll(io.LimitReader(r.Body, maxLoggedBody))
	if err != nil {
		return nil, err
	}
	if trimmed := bytes.TrimSpace(data); len(trimmed) > 0 && trimmed[0] == '[' {
		var list []Fault
		err := json.Unmarshal(trimmed, &list)
		return list, err
	}
	var one Fault
	err = json.Unmarshal(data, &one)
	return []Fault{one}, err
}
