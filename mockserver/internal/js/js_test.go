package js_test

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func TestJSON_IsWrittenAsStringifyDoes(t *testing.T) {
	for want, v := range map[string]any{
		`{"b":1,"a":[true,null,"x"]}`:       js.Obj("b", 1, "a", []any{true, nil, "x"}),
		`{"1":"one","2":"two","b":0}`:       js.Obj("b", 0, "2", "two", "1", "one"),
		`{"a":1}`:                           js.Obj("a", 1, "gone", js.Undefined),
		`[null]`:                            []any{js.Undefined},
		"\"<&>\u2028\\\"\\\\\\n\\u0001é😀\"": "<&>\u2028\"\\\n\x01é😀",
		`1e+21`:                             1e21,
		`1e-7`:                              1e-7,
		`0.1`:                               0.1,
		`123456`:                            123456.0,
		`0`:                                 math.Copysign(0, -1),
		`null`:                              math.NaN(),
		`5e-324`:                            5e-324,
		`-1.5e+30`:                          -1.5e30,
	} {
		assert.Equal(t, want, js.String(v))
	}
	assert.Equal(t, "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}", js.Indent(js.Obj("a", []any{1}, "b", js.Obj())))
}

func TestJSON_IsReadAsParseDoes(t *testing.T) {
	v, err := js.Parse([]byte(` {"a":[1,-2.5e1,"\u00e9\n"],"2":true,"a2":null,"1":{}} `))
	require.NoError(t, err)
	assert.Equal(t, `{"1":{},"2":true,"a":[1,-25,"é\n"],"a2":null}`, js.String(v))
	for text, message := range map[string]string{
		"[1] 2":             "Unexpected non-whitespace character after JSON at position 4 (line 1 column 5)",
		"{\"a\": ":          "Unexpected end of JSON input",
		"":                  "Unexpected end of JSON input",
		"{a:1}":             "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
		"[1,]":              "Unexpected token ']', \"[1,]\" is not valid JSON",
		"\"abc":             "Unterminated string in JSON at position 4 (line 1 column 5)",
		"{\"a\":1,}":        "Expected double-quoted property name in JSON at position 7 (line 1 column 8)",
		"\"\\x\"":           "Bad escaped character in JSON at position 2 (line 1 column 3)",
		"01":                "Unexpected number in JSON at position 1 (line 1 column 2)",
		"1.":                "Unterminated fractional number in JSON at position 2 (line 1 column 3)",
		"-":                 "No number after minus sign in JSON at position 1 (line 1 column 2)",
		"tru":               "Unexpected end of JSON input",
		"{\"a\" 1}":         "Expected ':' after property name in JSON at position 5 (line 1 column 6)",
		"[1 2]":             "Expected ',' or ']' after array element in JSON at position 3 (line 1 column 4)",
		"\"a\nb\"":          "Bad control character in string literal in JSON at position 2 (line 1 column 3)",
		"\"\\u12\"":         "Bad Unicode escape in JSON at position 5 (line 1 column 6)",
		"1e":                "Exponent part is missing a number in JSON at position 2 (line 1 column 3)",
		"nul":               "Unexpected end of JSON input",
		"{\"a\":1 \"b\":2}": "Expected ',' or '}' after property value in JSON at position 7 (line 1 column 8)",
		"{1:2}":             "Expected property name or '}' in JSON at position 1 (line 1 column 2)",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": "Unexpected token 'a', \"aaaaaaaaaa\"... is not valid JSON",
	} {
		_, err := js.Parse([]byte(text))
		assert.EqualError(t, err, message, text)
	}
}

func TestJSON_PieceIsReadAsFarAsItGoes(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":1`:          `{"a":1}`,
		`{"a":"x`:         `{"a":"x"}`,
		`{"a":[1,{"b":tr`: `{"a":[1,{"b":true}]}`,
		`{"a":1,"b`:       `{"a":1}`,
		`{"a":1}`:         `{"a":1}`,
		`[1, 2`:           `[1,2]`,
	} {
		v, whole, ok := js.ParsePartial(text)
		require.True(t, ok, text)
		assert.Equal(t, want, js.String(v), text)
		assert.Equal(t, text == want, whole, text)
	}
	_, _, ok := js.ParsePartial("plain text")
	assert.False(t, ok)
}

func TestText_MayHaveHalfACharacter(t *testing.T) {
	const high, low = "\xed\xa0\xbd", "\xed\xb8\x80" // of 😀
	v, err := js.Parse([]byte(`["a\ud83d","\uDE00b","\ud83d\ud83d\ude00\ud83d\n",{"\ud83d":1}]`))
	require.NoError(t, err)
	assert.Equal(t, []any{"a" + high, low + "b", high + "😀" + high + "\n", js.Obj(high, 1.0)}, v)
	assert.Equal(t, `["a\ud83d","\ude00b","\ud83d😀\ud83d\n",{"\ud83d":1}]`, js.String(v))
	assert.Equal(t, "a😀b", js.Join("a"+high, low+"b"))
	assert.Equal(t, high+high, js.Join(high, high))
	assert.Equal(t, "ab", js.Join("a", "b"))
	assert.Equal(t, "a😀b", js.Join("a", high, low, "", "b"))
	assert.Equal(t, 4, js.Length("a"+high+"😀"))
	assert.Equal(t, []string{"a", high, "😀"}, js.Characters("a"+high+"😀"))
	assert.Equal(t, []uint16{'a', 0xd83d, 0xd83d, 0xde00}, js.Units("a"+high+"😀"))
	assert.Equal(t, "a"+high+"😀", js.FromUnits([]uint16{'a', 0xd83d, 0xd83d, 0xde00}))
	partial, _, ok := js.ParsePartial(`{"a":"x\ud83d`)
	require.True(t, ok)
	assert.Equal(t, `{"a":"x\ud83d"}`, js.String(partial))
}

func TestObject_KeepsTheOrderOfItsKeys(t *testing.T) {
	o := js.Obj("z", 1).Set("y", 2).Set("z", 3).Merge(js.Obj("x", 4, "y", 5))
	assert.Equal(t, `{"z":3,"y":5,"x":4}`, js.String(o))
	assert.Equal(t, `{"z":3,"x":4}`, js.String(o.Without("y")))
	assert.Equal(t, `{"z":3,"y":5,"x":4}`, js.String(o.Clone()), "Without leaves the object alone")
	o.Delete("z")
	assert.Equal(t, []string{"y", "x"}, o.Keys())

	var none *js.Object
	assert.Zero(t, none.Len())
	assert.Nil(t, none.Get("a"))
	assert.False(t, none.Has("a"))

	copied := js.DeepClone(js.Obj("a", []any{js.Obj("b", 1)})).(*js.Object)
	assert.Equal(t, `{"a":[{"b":1}]}`, js.String(copied))
}

func TestValue_IsMadeOfAGoValueAndBack(t *testing.T) {
	type inner struct {
		B float64 `json:"b"`
		A string  `json:"a,omitempty"`
	}
	v, err := js.From([]inner{{B: 1, A: "x"}, {}})
	require.NoError(t, err)
	assert.Equal(t, `[{"b":1,"a":"x"},{"b":0}]`, js.String(v))
	var back []inner
	require.NoError(t, js.Into(v, &back))
	assert.Equal(t, []inner{{B: 1, A: "x"}, {}}, back)
	_, err = js.From(func() {})
	require.Error(t, err)

	data, err := json.Marshal(map[string]any{"o": js.Obj("b", 1, "a", 2)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"o":{"b":1,"a":2}}`, string(data))
}

func TestValue_OfANumberOrDateIsReadAsInJavaScript(t *testing.T) {
	for text, want := range map[string]float64{"": 0, " 12 ": 12, "1e3": 1000, "0x10": 16, "-5": -5, "Infinity": math.Inf(1)} {
		assert.Equal(t, want, js.ToNumber(text), text)
	}
	for _, text := range []string{"x", "1,5", "12px"} {
		assert.True(t, math.IsNaN(js.ToNumber(text)), text)
	}
	at, ok := js.ParseDate("2026-01-02T03:04:05.678Z")
	require.True(t, ok)
	assert.Equal(t, "2026-01-02T03:04:05.678Z", js.ISO(at))
	_, ok = js.ParseDate("yesterday")
	assert.False(t, ok)
	assert.Equal(t, "1970-01-01T00:00:00.000Z", js.ISO(time.Unix(0, 0)))
	assert.Equal(t, 3, js.Length("a😀"), "lengths count UTF-16 units")
}
