package tolerant

import (
	"strings"
	"time"
)

// Time reads a date as JavaScript, Go and the usual databases write it; one without a
// zone is in UTC.
func Time(text string) (time.Time, bool) {
	text = strings.TrimSpace(text)
	if utc, ok := strings.CutSuffix(text, " UTC"); ok {
		text = utc + "Z"
	}
	if len(text) > len(time.DateOnly) && text[len(time.DateOnly)] == ' ' {
		text = text[:len(time.DateOnly)] + "T" + strings.TrimLeft(text[len(time.DateOnly):], " ")
	}
	for _, layout := range layouts {
		if at, err := time.Parse(layout, text); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07",
	"2006-01-02T15:04:05 Z07:00", "2006-01-02T15:04:05 Z0700", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	time.DateOnly, time.RFC1123, time.RFC1123Z,
}
