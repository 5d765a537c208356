package filter

import (
	"errors"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// value is a value of the database: nil for NULL, a float64 or a string.
type value any

// real is a number that was bound: as text it has a fraction, which a whole number
// of the metadata has not.
type real float64

// stored is a value of the metadata as the database takes it out: what is composed
// is text.
func stored(v any) value {
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		return oneOrZero(v)
	case float64, string:
		return v
	}
	if v == js.Undefined {
		return nil
	}
	return js.String(v)
}

// bound is a value that a parameter was bound to.
func bound(v any) value {
	switch v := v.(type) {
	case bool:
		return real(oneOrZero(v))
	case float64:
		return real(v)
	}
	return v
}

func oneOrZero(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func isFinite(v any) bool {
	f, ok := v.(float64)
	return !ok || !math.IsInf(f, 0) && !math.IsNaN(f)
}

// truth is SQL's: what is asked about NULL is neither true nor false.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

func plain(v value) value {
	if r, ok := v.(real); ok {
		return float64(r)
	}
	return v
}

// compared asks about the order of two values; numbers come before text.
func compared(a, b value, holds func(int) bool) truth {
	a, b = plain(a), plain(b)
	if a == nil || b == nil {
		return unknown
	}
	x, aIsNumber := a.(float64)
	y, bIsNumber := b.(float64)
	order := 0
	switch {
	case aIsNumber && bIsNumber:
		if x < y {
			order = -1
		} else if x > y {
			order = 1
		}
	case aIsNumber:
		order = -1
	case bIsNumber:
		order = 1
	default:
		s, _ := a.(string)
		t, _ := b.(string)
		order = strings.Compare(s, t)
	}
	return truthOf(holds(order))
}

func equal(a, b value) truth { return compared(a, b, func(c int) bool { return c == 0 }) }

// isIn tells whether a value is in a list.
func isIn(v value, list []value) truth {
	t := no
	for _, one := range list {
		t = max(t, equal(v, one))
	}
	return t
}

var number = regexp.MustCompile(`^[ \t\n\f\r]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?`)

// asNumber casts to a number: text counts by the number that it begins with.
func asNumber(v value) value {
	text, ok := plain(v).(string)
	if !ok {
		return v
	}
	f, err := strconv.ParseFloat(strings.TrimLeft(number.FindString(text), " \t\n\f\r"), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		return 0.0
	}
	return f
}

// numberLike turns text that is a number into it.
func numberLike(v value) value {
	if text, ok := v.(string); ok {
		if trimmed := strings.TrimRight(text, " \t\n\f\r"); trimmed != "" && number.FindString(trimmed) == trimmed {
			return asNumber(v)
		}
	}
	return v
}

const (
	digits     = 15
	maxInteger = 1 << 63
)

// asText casts to text.
func asText(v value) value {
	f, ok := plain(v).(float64)
	if !ok {
		return v
	}
	if _, isBound := v.(real); !isBound && f == math.Trunc(f) && math.Abs(f) < maxInteger {
		return js.Number(f)
	}
	text := strconv.FormatFloat(f, 'g', digits, 64)
	mantissa, exponent, hasExponent := strings.Cut(text, "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	if hasExponent {
		return mantissa + "e" + exponent
	}
	return mantissa
}

var errJSON = said("SQLITE_ERROR: malformed JSON")

// parsed reads a value as JSON.
func parsed(v value) (any, error) {
	text, ok := v.(string)
	if !ok {
		return v, nil
	}
	out, err := js.Parse([]byte(text))
	if err != nil {
		return nil, errJSON
	}
	return out, nil
}

func mustBeJSON(v value) error {
	_, err := parsed(v)
	return err
}

// elementsOf are the elements of a value that is, or reads as, an array.
func elementsOf(v value) ([]value, bool) {
	out, err := parsed(v)
	list, ok := out.([]any)
	if err != nil || !ok {
		return nil, false
	}
	elements := make([]value, len(list))
	for i, e := range list {
		elements[i] = stored(e)
	}
	return elements, true
}

// limitOf is how many rows a value allows; all where it is negative.
func limitOf(v value) (int, error) {
	f, ok := plain(numberLike(v)).(float64)
	switch {
	case !ok || f != math.Trunc(f) || math.Abs(f) >= maxInteger:
		return 0, errMismatch
	case f < 0 || f > math.MaxInt32:
		return math.MaxInt32, nil
	}
	return int(f), nil
}
