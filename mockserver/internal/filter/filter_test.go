package filter_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver/internal/filter"
	"github.com/mastra-go/mastra/mockserver/internal/js"
)

func object(t *testing.T, text string) *js.Object {
	t.Helper()
	v, err := js.Parse([]byte(text))
	require.NoError(t, err)
	o, ok := v.(*js.Object)
	require.True(t, ok, text)
	return o
}

// matches runs a filter over metadata as a query does; it gives the error's text.
func matches(t *testing.T, text, metadata string) any {
	t.Helper()
	f, err := filter.Compile(object(t, text), -1, 10)
	if err == nil {
		err = f.Prepare(nil)
	}
	if err == nil {
		_, err = f.Limit()
	}
	var ok bool
	if err == nil {
		ok, err = f.Match(object(t, metadata))
	}
	if err != nil {
		return err.Error()
	}
	return ok
}

func TestFilter_MatchesAsTheDatabaseDoes(t *testing.T) {
	const metadata = `{"k":1,"t":"10x","b":true,"nul":null,"tags":["p",1],"o":{"a":1.5},"items":[{"n":1},{"n":2,"s":"b"}],"list":"[1,2]","lists":[[1]]}`
	for text, want := range map[string]any{
		`{}`:                            true,
		`{"k":1,"b":1}`:                 true,
		`{"k":"1"}`:                     false,
		`{"o.a":1.5}`:                   true,
		`{"o":{"a":{"$gt":1,"$lt":2}}}`: true,
		`{"nul":null}`:                  true,
		`{"none":{"$ne":1}}`:            false,
		`{"t":{"$gt":9}}`:               true,  // by the number that the text begins with
		`{"k":{"$gte":true}}`:           false, // "1" comes before "1.0"
		`{"tags":{"$in":[1]}}`:          true,
		`{"list":{"$in":[1]}}`:          true, // text that reads as an array is one
		`{"k":{"$nin":[null]}}`:         false,
		`{"tags":{"$all":["p",1]}}`:     true,
		`{"tags":{"$all":[2,null]}}`:    false,
		`{"tags":{"$size":2}}`:          true,
		`{"t":{"$contains":"0X"}}`:      true,
		`{"k":{"$contains":"1"}}`:       true,
		`{"o.a":{"$contains":"1"}}`:     false,
		`{"items":{"$elemMatch":{"n":2,"s":{"$contains":"B"}}}}`: true,
		`{"tags":{"$elemMatch":{"$gt":0}}}`:                      true,
		`{"$or":[{"k":2,"b":true}]}`:                             true, // the fields of one alternative are alternatives
		`{"$nor":[{"k":2},{"none":1}]}`:                          false,
		`{"none":{"$not":{"$contains":[1]}}}`:                    true,
		`{"lists":{"$elemMatch":{"$in":[1]}}}`:                   false,
		`{"$not":{"k":{"$not":2}}}`:                              false,
		`{"k":{"$exists":false}}`:                                false,
	} {
		assert.Equal(t, want, matches(t, text, metadata), text)
	}
}

func TestFilter_FailsAsTheDatabaseDoes(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":{"$zz":1},"$eq":1}`:                "Unsupported operator: $zz, Invalid top-level operator: $eq",
		`{"a":{"$and":[]}}`:                      "Logical operator $and cannot be used at field level: a.$and",
		`{"$or":[{"$gt":1}]}`:                    "Logical operators must contain field conditions, not direct operators: $or",
		`{"$or":[null]}`:                         "Cannot convert undefined or null to object",
		`{"$and":{"a":1}}`:                       "Maximum call stack size exceeded",
		`{"$and":[{}]}`:                          `SQLITE_ERROR: near ")": syntax error`,
		`{"$and":[1]}`:                           "Invalid field key segment: $eq in $eq",
		`{"$and":[[]]}`:                          "Cannot read properties of undefined (reading 'startsWith')",
		`{"$not":[]}`:                            "$not operator requires an object",
		`{"$not":{}}`:                            "$not operator cannot be empty",
		`{"a":{"$not":{"$not":{"$eq":1}}}}`:      "SQLITE_ERROR: no such column: a",
		`{"a":{"$not":{"$zz":1}}}`:               "Invalid operator: $zz",
		`{"a-b":1}`:                              "Invalid field key segment: a-b in a-b",
		`{"":1}`:                                 "Field key cannot be empty",
		`{"a":{"$eq":{}}}`:                       "SQLite3 can only bind numbers, strings, bigints, buffers, and null",
		`{"a":{"$lt":1e999}}`:                    "Only finite numbers (not Infinity or NaN) can be passed as arguments",
		`{"a":{"$gt":[]}}`:                       "SQLITE_MISMATCH: datatype mismatch",
		`{"a":{"$elemMatch":1}}`:                 "$elemMatch requires an object with conditions",
		`{"a":{"$elemMatch":{"$or":[{"n":1}]}}}`: "Logical operator $or cannot be used at field level: a.$elemMatch.$or",
		`{"t":{"$size":1}}`:                      "SQLITE_ERROR: malformed JSON",
		`{"t":{"$contains":["x"]}}`:              "SQLITE_ERROR: malformed JSON",
		`{"a.b":{"$contains":["x"]}}`:            `Invalid field key segment: "a" in "a"."b"`,
	} {
		assert.Equal(t, want, matches(t, text, `{"t":"text"}`), text)
	}
}

// A list where one value is wanted shifts the least score and the limit.
func TestFilter_ValuesTooManyShiftTheRest(t *testing.T) {
	f, err := filter.Compile(object(t, `{"a":{"$gt":[0,0.5]}}`), -1, 10)
	require.NoError(t, err)
	limit, err := f.Limit()
	require.NoError(t, err)
	assert.Greater(t, limit, 10)
	assert.True(t, f.Above(0.6))
	assert.False(t, f.Above(0.5))
}
