package mastra_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/stream"
)

type row struct {
	City string `json:"city"`
	Temp *int   `json:"temp,omitempty"`
}

func TestTyped_ListIsNeverEmptyBecauseTheModelAnsweredOtherwise(t *testing.T) {
	client, _ := onMock(t)
	for _, tt := range []struct {
		text, raw, says string
		want            []row
	}{
		{"hello", "You said: hello", "there is no list in the answer", nil},
		{`json:{"city":"secret"}`, `{"city":"secret"}`, "object in place of array", nil},
		{`json:{"rows":[{"city":"secret"}]}`, `{"rows":[{"city":"secret"}]}`, "object in place of array", nil},
		{`json:{"elements":"secret"}`, `{"elements":"secret"}`, "string in place of array", nil},
		{`json:{"elements":[{"city":"Rome"},{"city":5}]}`, `{"elements":[{"city":"Rome"},{"city":5}]}`, "number in place of string in 1.city", nil},
		{`json:{"elements":[{"city":"Rome"},{}]}`, `{"elements":[{"city":"Rome"},{}]}`, "1.city is required, and missing", nil},
		{`json:{"elements":[]}`, "", "", []row{}},
		{`json:{"elements":[{"city":"Rome"}]}`, "", "", []row{{City: "Rome"}}},
		{`json:{"elements":[{"city":"Rome","temp":null}]}`, "", "", []row{{City: "Rome"}}},
	} {
		t.Run(tt.text, func(t *testing.T) {
			check := func(res *mastra.Typed[[]row], err error) {
				t.Helper()
				if tt.says == "" {
					require.NoError(t, err)
					assert.Equal(t, tt.want, res.Value)
					return
				}
				var unfit *mastra.TypedError
				require.ErrorAs(t, err, &unfit)
				assert.Equal(t, "mastra: the structured answer does not fit: "+tt.says, err.Error())
				assert.Equal(t, tt.raw, unfit.Raw)
				assert.Nil(t, res.Value)
				assert.NotContains(t, unfit.Unwrap().Error(), "secret")
			}
			check(mastra.GenerateAs[[]row](t.Context(), client.Agent("plain"), asking(tt.text)))
			s, err := mastra.StreamAs[[]row](t.Context(), client.Agent("plain"), asking(tt.text))
			require.NoError(t, err)
			check(s.Result())
		})
	}
}

func TestTyped_ListThatTheServerLostIsReadFromTheText(t *testing.T) {
	generate := func(text string, req mastra.AgentRequest) (*mastra.Typed[[]row], error) {
		body, err := json.Marshal(map[string]any{"text": text, "object": []any{}})
		require.NoError(t, err)
		return mastra.GenerateAs[[]row](t.Context(), inMemory(t, play(answer(200, string(body)))).Agent("a"), req)
	}
	res, err := generate(`[{"city":"Rome"}]`, ask())
	require.NoError(t, err)
	assert.Equal(t, []row{{City: "Rome"}}, res.Value)
	for _, text := range []string{`[]`, " [ ]\n", "```json\n{ \"elements\" : [ ] }\n```", `Let me see. {"elements":[]}`} {
		res, err = generate(text, ask())
		require.NoError(t, err, text)
		assert.Equal(t, []row{}, res.Value, text)
	}
	// Another model has made the list; this text says nothing of it.
	req := ask()
	req.StructuredOutput = &mastra.StructuredOutput{Model: "provider/shaper"}
	res, err = generate("there are none", req)
	require.NoError(t, err)
	assert.Equal(t, []row{}, res.Value)
}

func TestTyped_NullStandsForAMemberThatMayBeMissing(t *testing.T) {
	client, _ := onMock(t)
	res, err := mastra.GenerateAs[row](t.Context(), client.Agent("plain"), asking(`json:{"city":"Rome","temp":null}`))
	require.NoError(t, err)
	assert.Equal(t, row{City: "Rome"}, res.Value)
	_, err = mastra.GenerateAs[row](t.Context(), client.Agent("plain"), asking(`json:{"city":null}`))
	assert.ErrorContains(t, err, "null in place of string in city")
}

// What T says nothing about stays as it is.
func TestTyped_AnythingMayHoldAnything(t *testing.T) {
	client, _ := onMock(t)
	type open struct {
		Any  any             `json:"any"`
		Raw  json.RawMessage `json:"raw"`
		More map[string]any  `json:"more"`
		List []any           `json:"list"`
	}
	const sent = `{"any":[{"a":null},[{}]],"raw":[{"b":null}],"more":{"c":[{"d":null}]},"list":[{"e":null},[null]]}`
	res, err := mastra.GenerateAs[open](t.Context(), client.Agent("plain"), asking("json:"+sent))
	require.NoError(t, err)
	back, err := json.Marshal(res.Value)
	require.NoError(t, err)
	assert.JSONEq(t, sent, string(back))
}

func TestTyped_ScalarSaysWhatTShouldBe(t *testing.T) {
	rt := play(answer(200, `{"text":"7","object":"7"}`))
	agent := inMemory(t, rt).Agent("a")
	type word string
	for name, do := range map[string]func() error{
		"int":     func() error { _, err := mastra.GenerateAs[int](t.Context(), agent, ask()); return err },
		"string":  func() error { _, err := mastra.GenerateAs[string](t.Context(), agent, ask()); return err },
		"bool":    func() error { _, err := mastra.StreamAs[bool](t.Context(), agent, ask()); return err },
		"float64": func() error { _, err := mastra.GenerateAs[*float64](t.Context(), agent, ask()); return err },
		"word":    func() error { _, err := mastra.GenerateAs[word](t.Context(), agent, ask()); return err },
		"Time":    func() error { _, err := mastra.GenerateAs[mastra.Time](t.Context(), agent, ask()); return err },
	} {
		err := do()
		require.ErrorIs(t, err, mastra.ErrInvalidInput, name)
		assert.ErrorContains(t, err, "T must be a struct, a map or a slice", name)
		assert.ErrorContains(t, err, name)
	}
	assert.Zero(t, rt.attempts())

	req := ask()
	req.StructuredOutput = &mastra.StructuredOutput{Schema: json.RawMessage(`{"type":"string","enum":["7","8"]}`)}
	res, err := mastra.GenerateAs[string](t.Context(), agent, req)
	require.NoError(t, err)
	assert.Equal(t, "7", res.Value, "the server can make a choice")
}

func TestTypedError_TellsPlacesAndKindsOnly(t *testing.T) {
	type inside struct {
		N    int8              `json:"n"`
		Kind string            `json:"kind,omitempty" enum:"x,y"`
		At   mastra.Time       `json:"at,omitzero"`
		By   map[string]int    `json:"by,omitempty"`
		Two  [2]int            `json:"two,omitzero"`
		Deep []map[string]bool `json:"deep,omitempty"`
	}
	for object, says := range map[string]string{
		`{"n":"secret"}`:                         "string in place of integer in n",
		`{"n":1.5}`:                              "number in place of integer in n",
		`{"n":1,"kind":"secret"}`:                "a value outside the enum in kind",
		`{"n":1,"secret":2}`:                     "an additional member",
		`{"secret":{}}`:                          "n is required, and missing",
		`{"n":1,"by":{"secret":"secret"}}`:       "string in place of integer in by.*",
		`{"n":1,"two":[1]}`:                      "1 items in two, too few or too many",
		`{"n":1,"deep":[{"a":true},{"b":"se"}]}`: "string in place of boolean in deep.1.*",
		`["secret"]`:                             "array in place of object",
		`"secret"`:                               "string in place of object",
		`{"n":300}`:                              "a number out of range in n",
		`{"n":1,"at":"secret"}`:                  "a value that its Go type refuses",
	} {
		body := fmt.Sprintf(`{"text":%q,"object":%s}`, object, object)
		_, err := mastra.GenerateAs[inside](t.Context(), inMemory(t, play(answer(200, body))).Agent("a"), ask())
		var unfit *mastra.TypedError
		require.ErrorAs(t, err, &unfit, object)
		assert.Equal(t, "mastra: the structured answer does not fit: "+says, err.Error(), object)
		assert.Equal(t, object, unfit.Raw)
		assert.NotContains(t, fmt.Sprintf("%v %s", err, unfit.Unwrap()), "secret")
	}
}

// A zero or nil error is a programmer's slip, and no reason to panic while it is logged.
func TestError_ZeroAndNilValuesSpeakSense(t *testing.T) {
	for _, err := range []error{
		&mastra.TypedError{}, &mastra.TripwireError{}, &mastra.ToolError{}, &mastra.RunError{}, &mastra.Error{}, &mastra.RunFailure{},
		&stream.MalformedError{}, &stream.EventTooLargeError{},
		(*mastra.TypedError)(nil), (*mastra.TripwireError)(nil), (*mastra.ToolError)(nil), (*mastra.RunError)(nil), (*mastra.Error)(nil), (*mastra.RunFailure)(nil),
		(*stream.MalformedError)(nil), (*stream.EventTooLargeError)(nil),
	} {
		name := fmt.Sprintf("%T %t", err, strings.HasPrefix(fmt.Sprintf("%p", err), "0x0"))
		require.NotPanics(t, func() {
			text := err.Error()
			assert.NotEmpty(t, text, name)
			assert.NotRegexp(t, `[:;,.\s]$|: :|  |tool :|run  `, text, name)
			assert.NotContains(t, text, "nil", name)
			assert.Contains(t, []string{text, "<nil>"}, fmt.Sprint(err), name)
			_ = mastra.HTTPStatus(err)
			_ = mastra.HTTPStatus(fmt.Errorf("x: %w", err))
		}, name)
	}
	var res mastra.AgentResult
	assert.NoError(t, res.Err())
	var state mastra.RunState
	assert.NoError(t, state.Err())
	assert.NoError(t, (&mastra.RunState{Status: mastra.RunSuccess}).Err())
	assert.Equal(t, "mastra: a run failed", (&mastra.RunState{Status: mastra.RunFailed}).Err().Error())
	assert.Equal(t, "mastra: a run failed: boom", (&mastra.RunState{Status: mastra.RunFailed, Failure: &mastra.RunFailure{Message: "boom"}}).Err().Error())
}
