package mastra_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

type (
	color    string
	identity struct {
		ID string `json:"id" jsonschema:"as in the shop"`
	}
	ingredient struct {
		Name  string  `json:"name"`
		Grams float64 `json:"grams"`
	}
	level int // written as text
	shape struct{ corners int }
)

func (l level) MarshalText() ([]byte, error)     { return []byte([]string{"low", "high"}[l]), nil }
func (l *level) UnmarshalText(b []byte) error    { *l = level(len(b) - 3); return nil }
func (s shape) MarshalJSON() ([]byte, error)     { return json.Marshal(s.corners) }
func (s *shape) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &s.corners) }

func schemaOf[T any](t testing.TB) string {
	t.Helper()
	s, err := mastra.SchemaOf[T]()
	require.NoError(t, err)
	return string(s)
}

func TestSchema_DescribesAGoTypeAsItsJSONIs(t *testing.T) {
	object := func(properties, required string) string {
		return `{"type":"object","properties":` + properties + `,"required":` + required + `,"additionalProperties":false}`
	}
	for _, tt := range []struct{ name, got, want string }{
		{"required and optional", schemaOf[struct {
			A string `json:"a"`
			B int    `json:"b,omitempty"`
			C bool   `json:"c,omitzero"`
			D int
			E string `json:"-"`
			f int
		}](t), object(`{"a":{"type":"string"},"b":{"type":"integer"},"c":{"type":"boolean"},"D":{"type":"integer"}}`, `["a","D"]`)},
		{"descriptions", schemaOf[struct {
			A string `json:"a" jsonschema:"what it is called"`
		}](t), object(`{"a":{"type":"string","description":"what it is called"}}`, `["a"]`)},
		{"nested structs, slices and maps", schemaOf[struct {
			One  ingredient            `json:"one"`
			All  []ingredient          `json:"all"`
			By   map[string]ingredient `json:"by"`
			Grid [][]int               `json:"grid"`
			Pair [2]int                `json:"pair"`
		}](t), object(`{"one":`+object(`{"name":{"type":"string"},"grams":{"type":"number"}}`, `["name","grams"]`)+
			`,"all":{"type":"array","items":`+object(`{"name":{"type":"string"},"grams":{"type":"number"}}`, `["name","grams"]`)+
			`},"by":{"type":"object","additionalProperties":`+object(`{"name":{"type":"string"},"grams":{"type":"number"}}`, `["name","grams"]`)+
			`},"grid":{"type":"array","items":{"type":"array","items":{"type":"integer"}}},"pair":{"type":"array","items":{"type":"integer"},"minItems":2,"maxItems":2}}`,
			`["one","all","by","grid","pair"]`)},
		{"embedded structs", schemaOf[struct {
			identity
			N int `json:"n"`
		}](t), object(`{"id":{"type":"string","description":"as in the shop"},"n":{"type":"integer"}}`, `["id","n"]`)},
		{"pointers", schemaOf[struct {
			A *string     `json:"a"`
			B *int        `json:"b,omitempty"`
			C *ingredient `json:"c"`
			D []*int      `json:"d"`
		}](t), object(`{"a":{"type":["null","string"]},"b":{"type":["null","integer"]},"c":{"type":["null","object"],`+
			`"properties":{"name":{"type":"string"},"grams":{"type":"number"}},"required":["name","grams"],"additionalProperties":false},`+
			`"d":{"type":"array","items":{"type":["null","integer"]}}}`, `["a","c","d"]`)},
		{"times", schemaOf[struct {
			A time.Time   `json:"a"`
			B *time.Time  `json:"b,omitempty"`
			C mastra.Time `json:"c"`
			D []time.Time `json:"d"`
		}](t), object(`{"a":{"type":"string","format":"date-time"},"b":{"type":["null","string"],"format":"date-time"},`+
			`"c":{"type":"string","format":"date-time"},"d":{"type":"array","items":{"type":"string","format":"date-time"}}}`, `["a","c","d"]`)},
		{"bytes, raw JSON and anything", schemaOf[struct {
			A []byte          `json:"a"`
			B json.RawMessage `json:"b"`
			C any             `json:"c"`
			D mastra.Schema   `json:"d"`
		}](t), object(`{"a":{"type":"string","contentEncoding":"base64"},"b":true,"c":true,"d":true}`, `["a","b","c","d"]`)},
		{"enums", schemaOf[struct {
			A color   `json:"a" enum:"red,green"`
			B int     `json:"b" enum:"1,2"`
			C []color `json:"c" enum:"red, green"`
			D float64 `json:"d" enum:"0.5"`
		}](t), object(`{"a":{"type":"string","enum":["red","green"]},"b":{"type":"integer","enum":[1,2]},`+
			`"c":{"type":"array","items":{"type":"string","enum":["red","green"]}},"d":{"type":"number","enum":[0.5]}}`, `["a","b","c","d"]`)},
		{"an enum that may be null", schemaOf[struct {
			A *color   `json:"a" enum:"red"`
			B []*color `json:"b" enum:"red"`
			C *[]color `json:"c" enum:"red"`
		}](t), object(`{"a":{"type":["null","string"],"enum":["red",null]},"b":{"type":"array","items":{"type":["null","string"],"enum":["red",null]}},`+
			`"c":{"type":["null","array"],"items":{"type":"string","enum":["red"]}}}`, `["a","b","c"]`)},
		{"enums inside", schemaOf[struct {
			A []struct {
				C color `json:"c" enum:"red"`
			} `json:"a"`
		}](t), object(`{"a":{"type":"array","items":`+object(`{"c":{"type":"string","enum":["red"]}}`, `["c"]`)+`}}`, `["a"]`)},
		{"enums inside maps, and slices that are not null", schemaOf[map[string][]struct {
			C color `json:"c" enum:"red"`
		}](t), `{"type":"object","additionalProperties":{"type":"array","items":` + object(`{"c":{"type":"string","enum":["red"]}}`, `["c"]`) + `}}`},
		{"numbers written as text", schemaOf[struct {
			A int   `json:"a,string"`
			B *int8 `json:"b,omitempty,string"`
		}](t), object(`{"a":{"type":"string"},"b":{"type":["null","string"]}}`, `["a"]`)},
		{"types that write their own JSON", schemaOf[struct {
			A netip.Addr  `json:"a"`
			B level       `json:"b" enum:"low,high"`
			C shape       `json:"c"`
			D big.Int     `json:"d"`
			E json.Number `json:"e"`
			F *netip.Addr `json:"f"`
			G []shape     `json:"g"`
		}](t), object(`{"a":{"type":"string"},"b":{"type":"string","enum":["low","high"]},"c":true,"d":true,"e":{"type":"number"},`+
			`"f":{"type":["null","string"]},"g":{"type":"array","items":true}}`, `["a","b","c","d","e","f","g"]`)},
		{"integers in their range", schemaOf[struct {
			A uint8 `json:"a"`
		}](t), object(`{"a":{"type":"integer","minimum":0,"maximum":255}}`, `["a"]`)},
		{"a map", schemaOf[map[string]int](t), `{"type":"object","additionalProperties":{"type":"integer"}}`},
		{"a slice", schemaOf[[]string](t), `{"type":"array","items":{"type":"string"}}`},
		{"a pointer", schemaOf[*identity](t), `{"type":["null","object"],"properties":{"id":{"type":"string","description":"as in the shop"}},"required":["id"],"additionalProperties":false}`},
		{"anything", schemaOf[any](t), `{}`},
		{"nothing", schemaOf[struct{}](t), `{"type":"object","additionalProperties":false}`},
	} {
		t.Run(tt.name, func(t *testing.T) { assert.JSONEq(t, tt.want, tt.got) })
	}
}

func TestSchema_IsNotMadeOfATypeThatJSONCannotHold(t *testing.T) {
	for name, of := range map[string]func() (mastra.Schema, error){
		"a channel":        mastra.SchemaOf[chan int],
		"a func":           mastra.SchemaOf[func()],
		"a complex number": mastra.SchemaOf[complex64],
		"a channel inside": mastra.SchemaOf[struct{ C []chan int }],
		"a func inside":    mastra.SchemaOf[map[string]struct{ F func() }],
		"keys of numbers":  mastra.SchemaOf[map[int]string],
		"an enum of a map": mastra.SchemaOf[struct {
			M map[string]int `enum:"1"`
		}],
		"an enum of raw JSON": mastra.SchemaOf[struct {
			R json.RawMessage `enum:"x"`
		}],
		"an enum that does not fit": mastra.SchemaOf[struct {
			N int `enum:"1,two"`
		}],
	} {
		t.Run(name, func(t *testing.T) {
			schema, err := of()
			assert.ErrorContains(t, err, "has no JSON Schema")
			assert.Nil(t, schema)
		})
	}
}
