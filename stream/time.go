package stream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Time is a point in time on Mastra's wire, where some fields are ISO-8601 text
// and others are milliseconds since 1970. Time reads both and writes ISO-8601 in
// UTC with milliseconds. The zero Time is written as null.
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
	return u.AppendFormat(make([]byte, 0, len(isoMillis)+2), `"`+isoMillis+`"`), nil
}

// UnmarshalJSON reads ISO-8601 text, a number of milliseconds since 1970 (as a
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
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
			if parsed, err := time.Parse(layout, text); err == nil {
				t.Time = parsed.UTC()
				return nil
			}
		}
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil {
		t.Time = time.UnixMilli(ms).UTC()
		return nil
	}
	// Beyond 2^53 ms a float is no point in time that anybody sent on purpose.
	if ms, err := strconv.ParseFloat(text, 64); err == nil && math.Abs(ms) < 1<<53 {
		t.Time = time.UnixMicro(int64(ms * 1000)).UTC()
		return nil
	}
	return fmt.Errorf("stream: neither ISO-8601 nor milliseconds since 1970: %.40q", text)
}
