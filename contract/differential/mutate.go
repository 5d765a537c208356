package differential

import (
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
)

// Mutation spoils an answer in one way.
type Mutation struct {
	Name string
	// Change gives the spoilt answer; false where this answer cannot be spoilt so.
	Change func(*rand.Rand, Answer) (Answer, bool)
}

// spoilHeader marks the request whose answer is spoilt.
const spoilHeader = "X-Spoil"

// Spoil gives the scene with its nth exchange marked, for a server behind [Spoiler].
func Spoil(scene Scene, n int) Scene {
	scene.Exchanges = slices.Clone(scene.Exchanges)
	x := &scene.Exchanges[n]
	x.Header = append(slices.Clone(x.Header), [2]string{spoilHeader, "1"})
	return scene
}

// Spoiler passes requests on to a server, and spoils the answers to marked ones.
func Spoiler(next http.Handler, change func(Answer) Answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get(spoilHeader) == "" {
			next.ServeHTTP(w, r)
			return
		}
		rec := httptest.NewRecorder()
		next.ServeHTTP(rec, r)
		a := change(Answer{Status: rec.Code, Type: rec.Header().Get("Content-Type"), Header: rec.Header(), Body: rec.Body.Bytes()})
		maps.Copy(w.Header(), a.Header)
		w.Header().Del("Content-Length")
		w.Header().Set("Content-Type", a.Type)
		w.WriteHeader(a.Status)
		_, _ = w.Write(a.Body) // a client that has left gets nothing
	})
}

// Mutations are the ways in which an answer can be spoilt.
func Mutations() []Mutation {
	return slices.Concat(answerMutations(), streamMutations(), memberMutations(), scalarMutations())
}

func answerMutations() []Mutation {
	return []Mutation{
		{"another good status", func(_ *rand.Rand, a Answer) (Answer, bool) {
			ok := a.Status == http.StatusOK
			a.Status = http.StatusCreated
			return a, ok
		}},
		{"another status of a failure", func(_ *rand.Rand, a Answer) (Answer, bool) {
			ok := a.Status == http.StatusNotFound || a.Status == http.StatusInternalServerError
			a.Status = http.StatusBadRequest
			return a, ok
		}},
		{"another content type", func(_ *rand.Rand, a Answer) (Answer, bool) {
			ok := a.Type == "application/json"
			a.Type = "application/json; charset=utf-8"
			return a, ok
		}},
		{"a header is missing", func(_ *rand.Rand, a Answer) (Answer, bool) {
			const name = "Access-Control-Allow-Origin"
			ok := a.Header.Get(name) != ""
			a.Header = a.Header.Clone()
			a.Header.Del(name)
			return a, ok
		}},
		{"an empty body", func(_ *rand.Rand, a Answer) (Answer, bool) {
			ok := len(a.Body) > 0
			a.Body = nil
			return a, ok
		}},
	}
}

// onFrames makes a mutation of a stream's frames.
func onFrames(name string, change func(*rand.Rand, []string) ([]string, bool)) Mutation {
	return Mutation{name, func(r *rand.Rand, a Answer) (Answer, bool) {
		if a.framing() == whole {
			return a, false
		}
		frames, rest := a.pieces()
		if len(frames) < 4 {
			return a, false
		}
		frames, ok := change(r, frames)
		end := eventEnd
		if a.framing() == records {
			end = recordEnd
		}
		var b strings.Builder
		for _, frame := range frames {
			b.WriteString(frame)
			b.WriteString(end)
		}
		a.Body = []byte(b.String() + rest)
		return a, ok
	}}
}

func streamMutations() []Mutation {
	return []Mutation{
		onFrames("an event is missing", func(r *rand.Rand, f []string) ([]string, bool) {
			i := r.IntN(len(f))
			return slices.Delete(f, i, i+1), true
		}),
		onFrames("the last event is missing", func(_ *rand.Rand, f []string) ([]string, bool) {
			return f[:len(f)-1], true
		}),
		onFrames("an event comes twice", func(r *rand.Rand, f []string) ([]string, bool) {
			i := r.IntN(len(f))
			return slices.Insert(f, i, f[i]), true
		}),
		onFrames("two events change places", func(r *rand.Rand, f []string) ([]string, bool) {
			i := r.IntN(len(f) - 1)
			f[i], f[i+1] = f[i+1], f[i]
			return f, true
		}),
		{"the stream breaks off in an event", func(_ *rand.Rand, a Answer) (Answer, bool) {
			if a.framing() == whole || len(a.Body) < 100 {
				return a, false
			}
			a.Body = a.Body[:len(a.Body)-40]
			return a, true
		}},
	}
}

// place is a value in an answer, and how to put another in its stead.
type place struct {
	parent *value
	index  int
	key    string
	value  *value
}

// places lists every value of an answer that lies in another.
func places(v *value) []place {
	var out []place
	for i, item := range v.items {
		p := place{parent: v, index: i, value: item}
		if v.kind == object {
			p.key = v.keys[i]
		}
		out = append(append(out, p), places(item)...)
	}
	return out
}

// onPlaces makes a mutation of one value that is wanted, chosen by chance.
func onPlaces(name string, wanted func(place) bool, change func(place)) Mutation {
	return Mutation{name, func(r *rand.Rand, a Answer) (Answer, bool) {
		content := a.content()
		var found []place
		for _, v := range content {
			for _, p := range places(v) {
				// A stack is the server's own and not compared.
				if p.key != "stack" && wanted(p) {
					found = append(found, p)
				}
			}
		}
		if len(found) == 0 {
			return a, false
		}
		change(found[r.IntN(len(found))])
		a.Body = a.encode(content)
		return a, true
	}}
}

// encode writes values as the body of an answer of this framing.
func (a Answer) encode(content []*value) []byte {
	var b strings.Builder
	for _, v := range content {
		switch {
		case a.framing() == events && v.kind != text:
			b.WriteString("data: " + v.String() + eventEnd)
		case a.framing() == events:
			b.WriteString(v.word + eventEnd)
		case a.framing() == records:
			b.WriteString(v.String() + recordEnd)
		default:
			b.WriteString(v.String())
		}
	}
	return []byte(b.String())
}

func isMember(p place) bool { return p.parent.kind == object }

func (p place) remove() {
	p.parent.items = slices.Delete(p.parent.items, p.index, p.index+1)
	if isMember(p) {
		p.parent.keys = slices.Delete(p.parent.keys, p.index, p.index+1)
	}
}

func (p place) put(v *value) { p.parent.items[p.index] = v }

func (v *value) insert(key string, item *value) {
	v.keys, v.items = append(v.keys, key), append(v.items, item)
}

func memberMutations() []Mutation {
	isObject := func(p place) bool { return p.value.kind == object }
	isList := func(n int) func(place) bool {
		return func(p place) bool { return p.value.kind == array && len(p.value.items) >= n }
	}
	return []Mutation{
		onPlaces("a member is missing", isMember, place.remove),
		onPlaces("a member too many", isObject, func(p place) { p.value.insert("extra", &value{kind: text, word: "x"}) }),
		onPlaces("null for absent", isObject, func(p place) { p.value.insert("parentId", &value{word: "null"}) }),
		onPlaces("absent for null", func(p place) bool { return isMember(p) && p.value.word == "null" && p.value.kind == scalar }, place.remove),
		onPlaces("a member by another name", isMember, func(p place) { p.parent.keys[p.index] += "_" }),
		onPlaces("members in another order", func(p place) bool { return isObject(p) && len(p.value.items) > 1 }, func(p place) {
			slices.Reverse(p.value.keys)
			slices.Reverse(p.value.items)
		}),
		onPlaces("an item is missing", isList(1), func(p place) { p.value.items = p.value.items[1:] }),
		onPlaces("an item comes twice", isList(1), func(p place) { p.value.items = append(p.value.items, p.value.items[0]) }),
		onPlaces("an object for an empty list", func(p place) bool { return isList(0)(p) && len(p.value.items) == 0 }, func(p place) { p.value.kind = object }),
	}
}

func scalarMutations() []Mutation {
	isNumber := func(p place) bool {
		_, err := strconv.ParseFloat(p.value.word, 64)
		return err == nil && p.value.kind == scalar
	}
	isSmall := func(p place) bool { return isNumber(p) && len(p.value.word) < 10 && p.key != "duration" }
	isText := func(p place) bool { return p.value.kind == text && p.value.word != "" && !isVolatile(p) }
	isID := func(p place) bool {
		return p.value.kind == text && ids.FindString(p.value.word) == p.value.word && p.value.word != ""
	}
	isMoment := func(p place) bool {
		return isNumber(p) && timeKey.MatchString(p.key) && epochTime.MatchString(p.value.word)
	}
	return []Mutation{
		onPlaces("another text", isText, func(p place) { p.put(&value{kind: text, word: p.value.word + "."}) }),
		onPlaces("another number", isSmall, func(p place) { p.put(&value{word: p.value.word + "1"}) }),
		onPlaces("a number with a fraction", isSmall, func(p place) { p.put(&value{word: p.value.word + ".0"}) }),
		onPlaces("a text for a number", isSmall, func(p place) { p.put(&value{kind: text, word: p.value.word}) }),
		onPlaces("the other truth", func(p place) bool { return p.value.word == "true" && p.value.kind == scalar }, func(p place) { p.put(&value{word: "false"}) }),
		onPlaces("a text for a time in ms", isMoment, func(p place) { p.put(&value{kind: text, word: "2026-01-01T00:00:00.000Z"}) }),
		onPlaces("a time of long ago", isMoment, func(p place) { p.put(&value{word: "1600000000000"}) }),
		onPlaces("an id that is no id", isID, func(p place) { p.put(&value{kind: text, word: "id-1"}) }),
		{"an id that is another's", swapID},
	}
}

// isVolatile: a placeholder stands for this text, or for a part of it.
func isVolatile(p place) bool {
	return isoTime.MatchString(p.value.word) || ids.MatchString(p.value.word) || traceID.MatchString(p.value.word) || p.key == "traceparent"
}

// swapID puts one id in the place of another one of the same answer, where the
// other is named more than once.
func swapID(_ *rand.Rand, a Answer) (Answer, bool) {
	count := map[string]int{}
	var list []string
	for _, id := range ids.FindAllString(string(a.Body), -1) {
		if count[id]++; count[id] == 1 {
			list = append(list, id)
		}
	}
	for _, id := range list {
		for _, other := range list {
			if id != other && count[id] > 1 && strings.HasPrefix(id, "call_") == strings.HasPrefix(other, "call_") {
				a.Body = []byte(strings.Replace(string(a.Body), id, other, 1))
				return a, true
			}
		}
	}
	return a, false
}
