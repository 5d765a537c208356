package js

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// ToNumber converts as Number(value) does; NaN where there is no number.
func ToNumber(v any) float64 {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 1
		}
		return 0
	case float64:
		return v
	case string:
		s := strings.TrimSpace(v)
		if s == "" {
			return 0
		}
		if len(s) > 2 && (strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X")) {
			if n, err := strconv.ParseUint(s[2:], 16, 64); err == nil {
				return float64(n)
			}
			return math.NaN()
		}
		if strings.ContainsAny(s, "xXpP_nN") && s != "Infinity" && s != "-Infinity" && s != "+Infinity" {
			return math.NaN()
		}
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return f
		}
	case []any:
		switch len(v) {
		case 0:
			return 0
		case 1:
			return ToNumber(v[0])
		}
	}
	return math.NaN()
}

// ISO is a time as Date.prototype.toISOString writes it.
func ISO(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }

var dateLayouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04Z07:00", "2006-01-02T15:04",
	"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-1-2", "2006-01", "2006", "2006-01-02T15:04:05Z0700",
	time.RFC1123, time.RFC1123Z, "Jan 2, 2006", "January 2, 2006", "Jan 2 2006", "2 Jan 2006", "Mon Jan 02 2006",
	"2006/1/2", "1/2/2006", "1-2-2006",
}

// maxTime is how far from 1970 a Date may be, in ms.
const maxTime = 8.64e15

// ToDate converts as new Date(value) does; ok is false where there is no such time.
func ToDate(v any) (at time.Time, ok bool) {
	switch v := v.(type) {
	case string:
		return ParseDate(v)
	case nil, bool, float64:
		ms := math.Trunc(ToNumber(v))
		if math.IsNaN(ms) || math.Abs(ms) > maxTime {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(ms)).UTC(), true
	}
	return time.Time{}, false
}

// ParseDate reads the forms of date that JavaScript's Date reads and people
// use.
func ParseDate(s string) (time.Time, bool) {
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC().Truncate(time.Millisecond), true
		}
	}
	return fewDigits(strings.TrimLeft(s, "+- "))
}

// fewDigits reads one or two digits as V8 does: a month of 2001, or a year.
func fewDigits(s string) (time.Time, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	year, month := 0, time.January
	switch {
	case err != nil || len(s) > 2 || n > 12 && n < 32:
		return time.Time{}, false
	case n == 0:
		year = 2000
	case n <= 12:
		year, month = 2001, time.Month(n)
	case n < 50:
		year = 2000 + int(n)
	default:
		year = 1900 + int(n)
	}
	return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC), true
}
