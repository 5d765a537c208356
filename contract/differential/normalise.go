package differential

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// normaliser replaces what differs between any two servers by placeholders, which
// name the type and keep equality: the same id is the same placeholder in the whole
// scene. A placeholder counts within the exchange where its id was first seen, so
// that one id too many does not shift those of later exchanges.
type normaliser struct {
	port         string
	began, ended time.Time
	labels       map[string]string
	exchange     int
	counts       map[string]int // of the present exchange, by type
}

func newNormaliser(t Transcript) *normaliser {
	n := &normaliser{
		labels: map[string]string{},
		// Clocks are read apart: the server's times may lie just outside.
		began: t.Began.Add(-time.Second), ended: t.Ended.Add(time.Second),
	}
	if u, err := url.Parse(t.URL); err == nil {
		n.port = u.Port()
	}
	return n
}

// next begins an exchange.
func (n *normaliser) next(i int) { n.exchange, n.counts = i+1, map[string]int{} }

// replace changes the value in place. Members are visited in the order of their keys'
// names, so that the order in which they are sent does not number the ids.
func (n *normaliser) replace(v *value, key string) {
	switch v.kind {
	case text:
		v.word = n.text(v.word, key)
	case scalar:
		v.word = n.number(v.word, key)
	case array:
		for _, item := range v.items {
			n.replace(item, key)
		}
	case object:
		order := make([]int, len(v.keys))
		for i := range order {
			order[i] = i
		}
		names := make([]string, len(v.keys))
		for i, k := range v.keys {
			names[i] = ids.ReplaceAllString(k, "")
		}
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(names[a], names[b]) })
		for _, i := range order {
			v.keys[i] = n.text(v.keys[i], "")
			n.replace(v.items[i], v.keys[i])
		}
	}
}

// traceLength is the length of a trace's id, twice that of a span's.
const traceLength = 32

var (
	ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\bcall_\d+\b`)
	// traceID is the id of a trace or of a span. Within a text they are looked for
	// only where they must stand, in traceparent.
	traceID  = regexp.MustCompile(`^(?:[0-9a-f]{32}|[0-9a-f]{16})$`)
	traceIDs = regexp.MustCompile(`\b(?:[0-9a-f]{32}|[0-9a-f]{16})\b`)
	// isoTime is how servers write times as text.
	isoTime = regexp.MustCompile(`\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`)
	// epochTime is a time in ms since 1970, at a key that says so.
	epochTime = regexp.MustCompile(`^\d{13}(\.\d+)?$`)
	timeKey   = regexp.MustCompile(`At$|^timestamp$`)
	// spent is a time that something took, as a text.
	spent = regexp.MustCompile(`Duration: \d+ms`)
	count = regexp.MustCompile(`^\d+$`)
)

func (n *normaliser) text(s, key string) string {
	if key == "stack" {
		return "<stack>"
	}
	if key == "traceparent" || traceID.MatchString(s) {
		s = traceIDs.ReplaceAllStringFunc(s, func(id string) string {
			if len(id) == traceLength {
				return n.label("trace", id)
			}
			return n.label("span", id)
		})
	}
	s = spent.ReplaceAllString(s, "Duration: <duration>")
	s = ids.ReplaceAllStringFunc(s, func(id string) string {
		if strings.HasPrefix(id, "call_") {
			return n.label("call", id)
		}
		return n.label("uuid", id)
	})
	s = isoTime.ReplaceAllStringFunc(s, func(at string) string {
		if t, err := time.Parse(time.RFC3339, at); err == nil && n.now(t) {
			return "<iso>"
		}
		return at
	})
	if n.port != "" {
		s = strings.ReplaceAll(s, ":"+n.port, ":<port>")
	}
	return s
}

func (n *normaliser) number(s, key string) string {
	if key == "duration" && count.MatchString(s) {
		return "<duration>"
	}
	if !timeKey.MatchString(key) || !epochTime.MatchString(s) {
		return s
	}
	whole, fraction, isFraction := strings.Cut(s, ".")
	ms, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || !n.now(time.UnixMilli(ms)) {
		return s
	}
	if isFraction && fraction != "" {
		return "<ms.fraction>"
	}
	return "<ms>"
}

// now tells whether the server has made up this time during the scene.
func (n *normaliser) now(t time.Time) bool { return t.After(n.began) && t.Before(n.ended) }

func (n *normaliser) label(kind, id string) string {
	if l, ok := n.labels[id]; ok {
		return l
	}
	n.counts[kind]++
	l := fmt.Sprintf("<%s:%d.%d>", kind, n.exchange, n.counts[kind])
	n.labels[id] = l
	return l
}
