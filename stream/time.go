package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/mastra-go/mastra/internal/tolerant"
)

// Time is a point in time on Mastra's wire, where some fields are ISO-8601 text
// and others are milliseconds since 1970, and a storage may write dates as its
// database does ("2026-11-30 12:00:00+00"). Time reads all of them and writes
// ISO-8601 in UTC, with milliseconds, or with more digits where there are more. The
// zero Time is written as null.
type Time struct{ time.Time }

const isoMillis = "2006-01-02T15:04:05.000Z"

// MarshalJSON writes ISO-8601 with milliseconds in UTC, or null.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	u := t.UTC()
	if y := u.Year(); y < 0 || y > 9999 {
		return nil, errors.New("stream: year of time outside 0..9999")
	}
	layout := isoMillis
	if u.Nanosecond()%int(time.Millisecond) != 0 {
		layout = time.RFC3339Nano
	}
	return u.AppendFormat(make([]byte, 0, len(time.RFC3339Nano)+2), `"`+layout+`"`), nil
}

// UnmarshalJSON reads a date as text, a number of milliseconds since 1970 (as a
// number or as text), or null.
func (t *Time) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if len(b) == 0 || bytes.Equal(b, []byte("null")) {
		t.Time = time.Time{}
		return nil
	}
	text := string(b)
	if b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
		if text == "" {
			t.Time = time.Time{}
			return nil
		}
		if at, ok := tolerant.Time(text); ok {
			t.Time = at
			return nil
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.Time = time.UnixMilli(ms).UTC()
		return nil
	}
	// Beyond 2^53 ms a float is no point in time that anybody sent on purpose.
	if ms, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(ms) < 1<<53 {
		t.Time = time.UnixMilli(int64(math.Floor(ms))).UTC()
		return nil
	}
	return fmt.Errorf("stream: neither a date nor milliseconds since 1970: %.40q", text)
}
