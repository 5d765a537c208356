package tolerant

import (
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// scalar reads a number or a truth value that was written otherwise.
func scalar(data []byte, v reflect.Value) bool {
	text := string(data)
	if data[0] == '{' || data[0] == '[' {
		return false
	}
	if data[0] == '"' {
		if json.Unmarshal(data, &text) != nil {
			return false
		}
		text = strings.TrimSpace(text)
	}
	switch v.Kind() {
	case reflect.String: // an id that is a number
		if text == "null" {
			return false
		}
		v.SetString(text)
		return true
	case reflect.Bool:
		b, ok := truths[text]
		v.SetBool(b)
		return ok
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		n, ok := integer(text)
		if !ok || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) || v.OverflowFloat(f) {
			return false
		}
		v.SetFloat(f)
		return true
	}
	return false
}

var truths = map[string]bool{"true": true, "1": true, "false": false, "0": false}

// integer reads 11, 11.0 and 1.1e1.
func integer(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	const exact = 1 << 53 // beyond it a float does not tell which
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > exact {
		return 0, false
	}
	return int64(f), true
}
