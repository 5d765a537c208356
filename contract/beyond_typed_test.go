package contract_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// dish has a field of every kind that a structured answer is made of.
type dish struct {
	Name   string         `json:"name" jsonschema:"what it is called"`
	Kind   string         `json:"kind" enum:"starter,main"`
	Serves uint8          `json:"serves"`
	Parts  []dishPart     `json:"parts"`
	Stars  map[string]int `json:"stars"`
	Cooked time.Time      `json:"cooked"`
	Note   *string        `json:"note"`
	Wine   *string        `json:"wine" enum:"red,white"`
	More   any            `json:"more"`
}

type dishPart struct {
	Name  string  `json:"name"`
	Grams float64 `json:"grams,omitempty"`
}

const riceDish = `{"name":"Risotto","kind":"main","serves":2,"parts":[{"name":"rice","grams":200.5},{"name":"wit"}],"stars":{"ann":5},` +
	`"cooked":"2026-02-03T04:05:06Z","note":null,"wine":null,"more":[1]}`

func TestTyped_SchemaOfAGoTypeIsUnderstood(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("plain")
	want := dish{
		Name: "Risotto", Kind: "main", Serves: 2, Parts: []dishPart{{"rice", 200.5}, {"wit", 0}}, Stars: map[string]int{"ann": 5},
		Cooked: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), More: []any{1.0},
	}
	res, err := mastra.GenerateAs[dish](within(t), agent, ask("json:"+riceDish))
	require.NoError(t, err)
	assert.Equal(t, want, res.Value)

	s, err := mastra.StreamAs[dish](within(t), agent, ask("json:"+riceDish))
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	var partials []dish
	for partial, err := range s.Partials() {
		require.NoError(t, err)
		partials = append(partials, partial)
	}
	require.Greater(t, len(partials), 2)
	assert.Empty(t, partials[0].Parts)
	final, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, want, final.Value)
	plain, err := s.AgentResult()
	require.NoError(t, err)
	assert.JSONEq(t, riceDish, string(plain.Object))
	assert.Equal(t, oneCall, plain.Usage)

	list, err := mastra.GenerateAs[[]string](within(t), agent, ask(`json:{"elements":["a","b"]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, list.Value)
	byName, err := mastra.GenerateAs[map[string]int](within(t), agent, ask(`json:{"a":1}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"a": 1}, byName.Value)
	anything, err := mastra.GenerateAs[any](within(t), agent, ask(`json:{"a":1}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": 1.0}, anything.Value)
	pointer, err := mastra.GenerateAs[*dishPart](within(t), agent, ask(`json:{"name":"a"}`))
	require.NoError(t, err)
	assert.Equal(t, &dishPart{Name: "a"}, pointer.Value)
}

func TestTyped_AnswerThatDoesNotFitArrivesAllTheSame(t *testing.T) {
	t.Parallel()
	agent := client(t).Agent("plain")
	type small struct {
		A string `json:"a" enum:"x,y"`
	}
	for name, answer := range map[string]string{
		"another type": `{"a":5}`, "too little": `{}`, "too much": `{"a":"x","b":1}`, "not in the enum": `{"a":"z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			check := func(res *mastra.Typed[small], err error) {
				var unfit *mastra.TypedError
				require.ErrorAs(t, err, &unfit)
				assert.Equal(t, answer, unfit.Raw)
				assert.Equal(t, oneCall, unfit.Result.Usage)
				assert.Zero(t, res.Value)
			}
			check(mastra.GenerateAs[small](within(t), agent, ask("json:"+answer)))
			s, err := mastra.StreamAs[small](within(t), agent, ask("json:"+answer))
			require.NoError(t, err)
			check(s.Result())
		})
	}
	req := ask(`json:{"a":5}`)
	req.StructuredOutput = &mastra.StructuredOutput{ErrorStrategy: mastra.ErrorStrict}
	_, err := mastra.GenerateAs[small](within(t), agent, req)
	require.ErrorIs(t, err, mastra.ErrServer, "unless the server is asked to be strict")
	req.StructuredOutput = &mastra.StructuredOutput{ErrorStrategy: mastra.ErrorFallback, FallbackValue: small{"y"}}
	res, err := mastra.GenerateAs[small](within(t), agent, req)
	require.NoError(t, err)
	assert.Equal(t, small{"y"}, res.Value)
	assert.True(t, res.UsedFallbackValue || res.Object != nil)
}
