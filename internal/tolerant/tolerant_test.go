package tolerant

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type inner struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

type picky struct{ Is string }

func (p *picky) UnmarshalJSON(b []byte) error {
	if string(b) != `"fine"` {
		return errors.New("picky")
	}
	p.Is = "fine"
	return nil
}

type base struct {
	ID    string `json:"id"`
	Count int    `json:"count"`
}

type outer struct {
	base
	Count   int64             `json:"count"`
	Small   int8              `json:"small,omitzero"`
	On      bool              `json:"on"`
	Ratio   float64           `json:"ratio"`
	Name    string            `json:"name"`
	Inner   inner             `json:"inner"`
	Pointer *inner            `json:"pointer"`
	List    []inner           `json:"list"`
	Numbers []int             `json:"numbers"`
	ByName  map[string]inner  `json:"byName"`
	Any     map[string]any    `json:"any"`
	Raw     json.RawMessage   `json:"raw"`
	Picky   picky             `json:"picky"`
	Words   map[string]string `json:"words"`
	Hidden  string            `json:"-"`
	Bare    int
}

func TestUnmarshal_ReadsWhatSaysTheSame(t *testing.T) {
	for in, want := range map[string]outer{
		`{"count":11.0,"on":"x"}`:                  {Count: 11},
		`{"count":"11"}`:                           {Count: 11},
		`{"count":" 11.0 "}`:                       {Count: 11},
		`{"count":1.1e1}`:                          {Count: 11},
		`{"count":"9007199254740993"}`:             {Count: 9007199254740993},
		`{"on":1}`:                                 {On: true},
		`{"on":"true"}`:                            {On: true},
		`{"on":"0"}`:                               {},
		`{"ratio":"0.5"}`:                          {Ratio: 0.5},
		`{"id":"7","count":"1"}`:                   {base: base{ID: "7"}, Count: 1},
		`{"inner":"{\"n\":3,\"text\":\"x\"}"}`:     {Inner: inner{3, "x"}},
		`{"inner":"{\"n\":\"3\"}"}`:                {Inner: inner{N: 3}},
		`{"pointer":{"n":3.0}}`:                    {Pointer: &inner{N: 3}},
		`{"pointer":null,"small":"x"}`:             {},
		`{"list":[{"n":"1"},{"n":2}]}`:             {List: []inner{{N: 1}, {N: 2}}},
		`{"list":"[{\"n\":1}]"}`:                   {List: []inner{{N: 1}}},
		`{"numbers":["1",2.0]}`:                    {Numbers: []int{1, 2}},
		`{"byName":{"a":{"n":"1"}}}`:               {ByName: map[string]inner{"a": {N: 1}}},
		`{"any":"{\"k\":[1]}"}`:                    {Any: map[string]any{"k": []any{1.0}}},
		`{"raw":"text","count":"1"}`:               {Raw: json.RawMessage(`"text"`), Count: 1},
		`{"raw":null,"count":"1"}`:                 {Raw: json.RawMessage(`null`), Count: 1},
		`{"picky":"fine","count":"1"}`:             {Picky: picky{"fine"}, Count: 1},
		`{"words":{"a":null,"b":"x"},"count":"0"}`: {Words: map[string]string{"a": "", "b": "x"}},
		`{"Bare":"4","-":"x","no":"x"}`:            {Bare: 4},
		`{"id":7,"count":"1"}`:                     {base: base{ID: "7"}, Count: 1},
		`{"words":{"a":1.50,"b":true}}`:            {Words: map[string]string{"a": "1.50", "b": "true"}},
	} {
		var out outer
		_, err := Unmarshal([]byte(in), &out)
		require.NoError(t, err, in)
		assert.Equal(t, want, out, in)
	}
}

func TestUnmarshal_ValueThatDoesNotFitCostsItsMemberOnly(t *testing.T) {
	for in, lost := range map[string][]string{
		`{"count":11.5}`:                       {"count"},
		`{"count":"many"}`:                     {"count"},
		`{"count":1e300}`:                      {"count"},
		`{"count":{}}`:                         {"count"},
		`{"small":300}`:                        {"small"},
		`{"on":2}`:                             {"on"},
		`{"ratio":"NaN"}`:                      {"ratio"},
		`{"name":{}}`:                          {"name"},
		`{"words":{"a":[],"b":"x"}}`:           {"words.a"},
		`{"inner":"text"}`:                     {"inner"},
		`{"inner":[1]}`:                        {"inner"},
		`{"inner":{"n":{}}}`:                   {"inner.n"},
		`{"pointer":7}`:                        {"pointer"},
		`{"list":{}}`:                          {"list"},
		`{"list":[{"n":1},"x"]}`:               {"list"},
		`{"list":[{"n":1,"text":{}},{"n":2}]}`: {"list.0.text"},
		`{"numbers":[1,"x"]}`:                  {"numbers"},
		`{"byName":{"a":1}}`:                   {"byName.a"},
		`{"any":"text"}`:                       {"any"},
		`{"picky":"not fine"}`:                 {"picky"},
		`{"inner":{"n":"x"},"count":"y"}`:      {"count", "inner.n"},
	} {
		in = in[:len(in)-1] + `,"Bare":7}`
		var out outer
		got, err := Unmarshal([]byte(in), &out)
		require.NoError(t, err, in)
		assert.ElementsMatch(t, lost, got, in)
		assert.Equal(t, 7, out.Bare, in)
	}
	var out outer
	_, err := Unmarshal([]byte(`{"list":[{"n":1,"text":{}},{"n":2}],"byName":{"a":1,"b":{"n":2}},"pointer":{"n":1,"text":[]},"numbers":[1,"x"]}`), &out)
	require.NoError(t, err)
	assert.Equal(t, outer{List: []inner{{N: 1}, {N: 2}}, ByName: map[string]inner{"b": {N: 2}}, Pointer: &inner{N: 1}}, out)
}

func TestUnmarshal_FailsWhereNothingFits(t *testing.T) {
	for _, in := range []string{``, `{`, `{"a":1}x`, `[1]`, `"text"`, `7`} {
		out := outer{Name: "before"}
		_, err := Unmarshal([]byte(in), &out)
		require.Error(t, err, in)
	}
	var n int
	_, err := Unmarshal([]byte(`"7"`), &n)
	require.NoError(t, err)
	assert.Equal(t, 7, n)
	var list []inner
	_, err = Unmarshal([]byte(`{}`), &list)
	require.Error(t, err)
	var byName map[string]inner
	_, err = Unmarshal([]byte(`{"a":{"n":"1"},"b":7}`), &byName)
	require.NoError(t, err)
	assert.Equal(t, map[string]inner{"a": {N: 1}}, byName)
}

func TestUnmarshalOptional_LosesOnlyWhatMayBeMissing(t *testing.T) {
	var out outer
	lost, err := UnmarshalOptional([]byte(`{"small":"x","count":"3"}`), &out)
	require.NoError(t, err)
	assert.Equal(t, []string{"small"}, lost)
	assert.Equal(t, outer{Count: 3}, out)
	for _, in := range []string{`{"count":"x"}`, `{"inner":{"n":"x"}}`, `{"list":[{"n":"x"}]}`} {
		_, err = UnmarshalOptional([]byte(in), &out)
		require.Error(t, err, in)
		assert.Equal(t, outer{}, out)
	}
}

func TestTime_IsReadAsDatabasesWriteIt(t *testing.T) {
	want := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for _, text := range []string{
		"2026-11-30T12:00:00Z", "2026-11-30T12:00:00.000Z", "2026-11-30T13:00:00+01:00", "2026-11-30T13:00:00+0100", "2026-11-30T13:00:00+01",
		"2026-11-30 12:00:00+00", "2026-11-30 12:00:00.000+00", "2026-11-30 12:00:00", "2026-11-30 12:00:00.000", "2026-11-30 12:00:00 +00:00",
		"2026-11-30 12:00:00 +0000", "2026-11-30 12:00:00 UTC", "2026-11-30 12:00:00Z", " 2026-11-30T12:00 ", "2026-11-30 12:00Z",
		"Mon, 30 Nov 2026 12:00:00 GMT",
	} {
		at, ok := Time(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, at, text)
	}
	at, ok := Time("2026-11-30 12:00:00.123456+00")
	assert.True(t, ok)
	assert.Equal(t, want.Add(123456*time.Microsecond), at)
	for _, text := range []string{"", "yesterday", "30.11.2026", "2026-13-01", "12:00"} {
		_, ok := Time(text)
		assert.False(t, ok, text)
	}
}
