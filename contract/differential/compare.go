package differential

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// Difference is one place where two answers differ.
type Difference struct {
	// At is the place: "status", "type", "header NAME", "end", "events", or a path into the body such
	// as body.runs[0].status or event[3:tool-result].payload.args. An object that holds
	// the same members in another order differs at "order of " its path.
	At string
	// Real and Mock are what stands there, with placeholders.
	Real, Mock string
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: real %s | mock %s", d.At, short(d.Real), short(d.Mock))
}

const (
	absent = "(absent)"
	order  = "order of "
)

// OfOrder tells whether only the order of an object's members differs.
func (d Difference) OfOrder() bool { return strings.HasPrefix(d.At, order) }

// Outcome is how the two answers of one exchange compare.
type Outcome struct {
	Scene       string
	Exchange    Exchange
	Differences []Difference
}

// Name is how the exchange is called in the table of deliberate differences.
func (o Outcome) Name() string { return o.Scene + ": " + o.Exchange.Title }

// Compare holds the answers of two servers to one scene against each other.
func Compare(real, mock Transcript) []Outcome {
	r, m := newNormaliser(real), newNormaliser(mock)
	var out []Outcome
	for i, x := range real.Scene.Exchanges {
		r.next(i)
		m.next(i)
		c := &comparison{}
		c.answers(real.Answers[i], mock.Answers[i], r, m)
		out = append(out, Outcome{Scene: real.Scene.Name, Exchange: x, Differences: c.differences})
	}
	return out
}

type comparison struct{ differences []Difference }

func (c *comparison) differ(at, real, mock string) {
	c.differences = append(c.differences, Difference{at, real, mock})
}

func (c *comparison) answers(real, mock Answer, r, m *normaliser) {
	if real.Err != nil || mock.Err != nil {
		c.differ("answer", errorText(real.Err), errorText(mock.Err))
		return
	}
	if real.Status != mock.Status {
		c.differ("status", fmt.Sprint(real.Status), fmt.Sprint(mock.Status))
	}
	if real.Type != mock.Type {
		c.differ("type", real.Type, mock.Type)
	}
	c.headers(real.Header, mock.Header)
	if real.Closed != mock.Closed {
		c.differ("end", ending(real), ending(mock))
	}
	a, b := real.content(), mock.content()
	for _, v := range a {
		r.replace(v, "")
	}
	for _, v := range b {
		m.replace(v, "")
	}
	if real.framing() == whole && mock.framing() == whole {
		c.values("body", a[0], b[0])
		return
	}
	if x, y := sequence(a), sequence(b); !slices.Equal(x, y) {
		c.differ("events", strings.Join(x, " "), strings.Join(y, " "))
		return
	}
	for i := range a {
		c.values(fmt.Sprintf("event[%d:%s]", i, typeOf(a[i])), a[i], b[i])
	}
}

// ofTransport are the headers that say how the answer travels, and the content type,
// which is compared by itself.
var ofTransport = []string{"Connection", "Content-Length", "Content-Type", "Date", "Keep-Alive", "Transfer-Encoding"}

func (c *comparison) headers(real, mock http.Header) {
	names := map[string]bool{}
	for _, h := range []http.Header{real, mock} {
		for name := range h {
			names[name] = !slices.Contains(ofTransport, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if a, b := headerText(real, name), headerText(mock, name); names[name] && a != b {
			c.differ("header "+name, a, b)
		}
	}
}

func headerText(h http.Header, name string) string {
	if len(h.Values(name)) == 0 {
		return absent
	}
	return strings.Join(h.Values(name), ", ")
}

func errorText(err error) string {
	if err == nil {
		return "came"
	}
	return err.Error()
}

func ending(a Answer) string {
	if a.Closed {
		return "stays open"
	}
	return "ends"
}

func sequence(list []*value) []string {
	var out []string
	for _, v := range list {
		out = append(out, typeOf(v))
	}
	return out
}

// typeOf is the type of an event.
func typeOf(v *value) string {
	if t := v.member("type"); t != nil && t.kind == text {
		return t.word
	}
	return short(v.String())
}

func (c *comparison) values(at string, real, mock *value) {
	switch {
	case real.kind == array && mock.kind == array:
		c.arrays(at, real, mock)
	case real.kind == object && mock.kind == object:
		c.objects(at, real, mock)
	default:
		if a, b := real.String(), mock.String(); a != b {
			c.differ(at, a, b)
		}
	}
}

func (c *comparison) arrays(at string, real, mock *value) {
	if len(real.items) != len(mock.items) {
		c.differ(at+".length", fmt.Sprint(len(real.items)), fmt.Sprint(len(mock.items)))
	}
	for i := range max(len(real.items), len(mock.items)) {
		place := fmt.Sprintf("%s[%d]", at, i)
		switch {
		case i >= len(real.items):
			c.differ(place, absent, mock.items[i].String())
		case i >= len(mock.items):
			c.differ(place, real.items[i].String(), absent)
		default:
			c.values(place, real.items[i], mock.items[i])
		}
	}
}

func (c *comparison) objects(at string, real, mock *value) {
	same := true
	for i, key := range real.keys {
		if other := mock.member(key); other == nil {
			same = false
			c.differ(at+"."+key, real.items[i].String(), absent)
		} else {
			c.values(at+"."+key, real.items[i], other)
		}
	}
	for i, key := range mock.keys {
		if real.member(key) == nil {
			same = false
			c.differ(at+"."+key, absent, mock.items[i].String())
		}
	}
	if same && !slices.Equal(real.keys, mock.keys) {
		c.differ(order+at, strings.Join(real.keys, ","), strings.Join(mock.keys, ","))
	}
}

const shortLength = 300

func short(s string) string {
	if len(s) <= shortLength {
		return s
	}
	return s[:shortLength] + "..."
}
