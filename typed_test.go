package mastra_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// recipe has a field of every kind that a structured answer is made of.
type recipe struct {
	Name     string         `json:"name" jsonschema:"what it is called"`
	Kind     string         `json:"kind" enum:"starter,main,dessert"`
	Serves   int            `json:"serves"`
	Contains []ingredient   `json:"contains"`
	Stars    map[string]int `json:"stars"`
	Cooked   time.Time      `json:"cooked"`
	Note     *string        `json:"note"`
	Wine     *string        `json:"wine,omitempty" enum:"red,white"`
}

const aRecipe = `{"name":"Risotto","kind":"main","serves":2,"contains":[{"name":"rice","grams":200.5},{"name":"saffron","grams":0.1}],` +
	`"stars":{"ann":5},"cooked":"2026-02-03T04:05:06Z","note":null,"wine":"white"}`

func risotto() recipe {
	wine := "white"
	return recipe{
		Name: "Risotto", Kind: "main", Serves: 2, Contains: []ingredient{{"rice", 200.5}, {"saffron", 0.1}},
		Stars: map[string]int{"ann": 5}, Cooked: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC), Wine: &wine,
	}
}

// onMock gives a client of a mock server of the test's own, and that server.
func onMock(t testing.TB, opts ...mockserver.Option) (*mastra.Client, *mockserver.Running) {
	t.Helper()
	mock := mockserver.Start(t, opts...)
	return dial(t, mock.URL), mock
}

func asking(text string) mastra.AgentRequest {
	return mastra.AgentRequest{Messages: mastra.Prompt(text)}
}

func TestTyped_AnswerIsDecodedIntoAGoType(t *testing.T) {
	client, mock := onMock(t)
	res, err := mastra.GenerateAs[recipe](t.Context(), client.Agent("plain"), asking("json:"+aRecipe))
	require.NoError(t, err)
	assert.Equal(t, risotto(), res.Value)
	assert.Equal(t, 18, res.Usage.TotalTokens)
	assert.NotEmpty(t, res.RunID)

	sent := decode[struct {
		StructuredOutput struct{ Schema json.RawMessage }
	}](t, mock.RequestsOf("AgentGenerate")[0].Body)
	want, err := mastra.SchemaOf[recipe]()
	require.NoError(t, err)
	assert.JSONEq(t, string(want), string(sent.StructuredOutput.Schema))

	list, err := mastra.GenerateAs[[]string](t.Context(), client.Agent("plain"), asking(`json:{"elements":["a","b"]}`))
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, list.Value)
	anything, err := mastra.GenerateAs[any](t.Context(), client.Agent("plain"), asking(`json:{"a":[1]}`))
	require.NoError(t, err)
	assert.Equal(t, map[string]any{"a": []any{1.0}}, anything.Value)
}

// The server asks for a list inside an object of that member.
func TestTyped_ObjectKeepsAMemberThatIsNamedElements(t *testing.T) {
	client, _ := onMock(t)
	type compound struct {
		Elements []string `json:"elements"`
	}
	res, err := mastra.GenerateAs[compound](t.Context(), client.Agent("plain"), asking(`json:{"elements":["H","O"]}`))
	require.NoError(t, err)
	assert.Equal(t, compound{[]string{"H", "O"}}, res.Value)
}

func TestTyped_ValueArrivesPieceByPiece(t *testing.T) {
	client, _ := onMock(t)
	s, err := mastra.StreamAs[recipe](t.Context(), client.Agent("plain"), asking("json:"+aRecipe))
	require.NoError(t, err)
	var partials []recipe
	for partial, err := range s.Partials() {
		require.NoError(t, err)
		partials = append(partials, partial)
	}
	require.NotEmpty(t, partials)
	assert.Empty(t, partials[0].Contains, "the first has the beginning only")
	for i, p := range partials[1:] {
		assert.GreaterOrEqual(t, len(p.Contains), len(partials[i].Contains), "they grow")
	}
	final, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, risotto(), final.Value)
	assert.Equal(t, mastra.FinishStop, final.FinishReason)

	s, err = mastra.StreamAs[recipe](t.Context(), client.Agent("plain"), asking("json:"+aRecipe))
	require.NoError(t, err)
	for range s.Partials() {
		break
	}
	_, err = s.Result()
	assert.ErrorIs(t, err, mastra.ErrClosed, "who leaves the loop gives the stream up")

	s, err = mastra.StreamAs[recipe](t.Context(), client.Agent("plain"), asking("json:"+aRecipe))
	require.NoError(t, err)
	final, err = s.Result()
	require.NoError(t, err, "at once, without the pieces")
	assert.Equal(t, risotto(), final.Value)
}

func TestTypedStream_AgentResultIsTheAnswerAsItCame(t *testing.T) {
	client, _ := onMock(t)
	for name, text := range map[string]string{"one that fits": `{"id":"x"}`, "one that does not": `{"id":5}`} {
		s, err := mastra.StreamAs[identity](t.Context(), client.Agent("plain"), asking("json:"+text))
		require.NoError(t, err)
		for range s.Partials() {
		}
		res, err := s.AgentResult()
		require.NoError(t, err, name)
		assert.Equal(t, text, res.Text, name)
		assert.Equal(t, 18, res.Usage.TotalTokens)
		typed, err := s.Result()
		assert.Equal(t, name == "one that fits", err == nil, "%v", err)
		assert.Equal(t, res.RunID, typed.RunID, "it may still be asked for decoded")
	}
	s, err := mastra.StreamAs[identity](t.Context(), client.Agent("plain"), asking("json:{}"))
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.AgentResult()
	assert.ErrorIs(t, err, mastra.ErrClosed)
}

func TestTyped_AnswerThatDoesNotFitIsAnErrorThatHoldsIt(t *testing.T) {
	client, _ := onMock(t)
	type small struct {
		A string `json:"a" enum:"x,y"`
	}
	for _, tt := range []struct{ name, text, raw, cause string }{
		{"a member of another type", `json:{"a":5}`, `{"a":5}`, "a"},
		{"a member too few", `json:{}`, `{}`, "required"},
		{"a member too many", `json:{"a":"x","b":1}`, `{"a":"x","b":1}`, "additional"},
		{"a value that is none of the enum", `json:{"a":"z"}`, `{"a":"z"}`, "enum"},
		{"a member in other letters", `json:{"A":"x"}`, `{"A":"x"}`, "a is required"},
		{"half an object", `json:{"a":{"b":"x"}`, `{"a":{"b":"x"}`, "no object"},
		{"no JSON", `hello`, `You said: hello`, "no object"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check := func(res *mastra.Typed[small], err error) {
				var unfit *mastra.TypedError
				require.ErrorAs(t, err, &unfit)
				assert.Equal(t, tt.raw, unfit.Raw)
				assert.ErrorContains(t, err, tt.cause)
				assert.NotContains(t, err.Error(), "\n")
				assert.Equal(t, 18, unfit.Result.Usage.TotalTokens)
				assert.Same(t, unfit.Result, res.AgentResult)
				assert.Zero(t, res.Value)
			}
			check(mastra.GenerateAs[small](t.Context(), client.Agent("plain"), asking(tt.text)))
			s, err := mastra.StreamAs[small](t.Context(), client.Agent("plain"), asking(tt.text))
			require.NoError(t, err)
			check(s.Result())
		})
	}
}

func TestTyped_ErrorStrategyOfTheRequestCounts(t *testing.T) {
	client, _ := onMock(t)
	ask := func(strategy mastra.ErrorStrategy) mastra.AgentRequest {
		req := asking(`json:{"id":5}`)
		req.StructuredOutput = &mastra.StructuredOutput{ErrorStrategy: strategy, FallbackValue: identity{"none"}}
		return req
	}
	_, err := mastra.GenerateAs[identity](t.Context(), client.Agent("plain"), ask("strict"))
	assert.ErrorIs(t, err, mastra.ErrServer)
	s, err := mastra.StreamAs[identity](t.Context(), client.Agent("plain"), ask("strict"))
	require.NoError(t, err)
	res, err := s.Result()
	var failed *mastra.RunError
	assert.ErrorAs(t, err, &failed)
	assert.Equal(t, `{"id":5}`, res.Text)

	req := ask("fallback")
	res, err = mastra.GenerateAs[identity](t.Context(), client.Agent("plain"), req)
	require.NoError(t, err)
	assert.Equal(t, "none", res.Value.ID)
	assert.Nil(t, req.StructuredOutput.Schema, "the caller's request stays as it was")
}

func TestTyped_WithoutASchemaIsAnErrorBeforeAnythingIsSent(t *testing.T) {
	rt := play(answer(500, `{}`))
	agent := inMemory(t, rt).Agent("a")
	_, err := mastra.GenerateAs[chan int](t.Context(), agent, ask())
	assert.ErrorContains(t, err, "chan int has no JSON Schema")
	_, err = mastra.GenerateAs[struct{ F func() }](t.Context(), agent, ask())
	assert.ErrorContains(t, err, "has no JSON Schema")
	_, err = mastra.StreamAs[chan int](t.Context(), agent, ask())
	assert.ErrorContains(t, err, "has no JSON Schema")
	_, err = mastra.StreamAs[map[string]func()](t.Context(), agent, ask())
	assert.ErrorContains(t, err, "has no JSON Schema")
	assert.Zero(t, rt.attempts())
}

func TestTyped_AnswerThatIsNoneSaysWhy(t *testing.T) {
	client, _ := onMock(t)
	res, err := mastra.GenerateAs[identity](t.Context(), client.Agent("assistant"), asking(`tool:delicate {"what":"vase"}`))
	require.ErrorIs(t, err, mastra.ErrSuspended)
	require.Len(t, res.Pending(), 1)
	s, err := mastra.StreamAs[identity](t.Context(), client.Agent("assistant"), asking(`tool:delicate {"what":"vase"}`))
	require.NoError(t, err)
	res, err = s.Result()
	require.ErrorIs(t, err, mastra.ErrSuspended)
	require.Len(t, res.Pending(), 1)

	var tripwire *mastra.TripwireError
	res, err = mastra.GenerateAs[identity](t.Context(), client.Agent("guarded"), asking(`forbidden`))
	require.ErrorAs(t, err, &tripwire)
	assert.Equal(t, "Blocked input", res.Tripwire.Reason)
	s, err = mastra.StreamAs[identity](t.Context(), client.Agent("guarded"), asking(`forbidden`))
	require.NoError(t, err)
	_, err = s.Result()
	require.ErrorAs(t, err, &tripwire)

	_, err = mastra.GenerateAs[identity](t.Context(), client.Agent("nobody"), asking(`x`))
	assert.ErrorIs(t, err, mastra.ErrNotFound)
	s, err = mastra.StreamAs[identity](t.Context(), client.Agent("plain"), asking(`fail-after:3`))
	require.NoError(t, err)
	_, err = s.Result()
	var failed *mastra.RunError
	require.ErrorAs(t, err, &failed)
}

func TestTyped_PartialThatDoesNotFitIsPassedOver(t *testing.T) {
	client := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, event := range []string{
			`{"type":"object","runId":"r","object":{"id":5}}`, `{"type":"object","runId":"r","object":{"id":"7"}}`,
			`{"type":"object","runId":"r","object":[1]}`, `{"type":"object-result","runId":"r","object":{"id":"78"}}`,
			`{"type":"finish","runId":"r","payload":{"stepResult":{"reason":"stop"}}}`, `[DONE]`,
		} {
			_, _ = w.Write([]byte("data: " + event + "\n\n"))
		}
	})
	s, err := mastra.StreamAs[identity](t.Context(), client.Agent("a"), ask())
	require.NoError(t, err)
	var seen []identity
	for v, err := range s.Partials() {
		require.NoError(t, err)
		seen = append(seen, v)
	}
	assert.Equal(t, []identity{{"7"}}, seen)
	final, err := s.Result()
	require.NoError(t, err)
	assert.Equal(t, identity{"78"}, final.Value)
}

func TestTyped_ResultOfARunIsDecoded(t *testing.T) {
	client, _ := onMock(t)
	state, err := client.Workflow("doubler").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 4}})
	require.NoError(t, err)
	out, err := mastra.ResultAs[struct{ N int }](state)
	require.NoError(t, err)
	assert.Equal(t, 8, out.N)
	_, err = mastra.ResultAs[[]string](state)
	assert.ErrorContains(t, err, "does not fit")

	state, err = client.Workflow("approval").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": 4}})
	require.NoError(t, err)
	_, err = mastra.ResultAs[any](state)
	assert.ErrorIs(t, err, mastra.ErrSuspended)
	state, err = client.Workflow("doubler").Start(t.Context(), mastra.StartRequest{Input: map[string]int{"n": -4}})
	require.NoError(t, err)
	_, err = mastra.ResultAs[any](state)
	var failure *mastra.RunFailure
	require.True(t, errors.As(err, &failure))
	assert.Equal(t, "negative", failure.Message)
}

func TestPartials_EndWithTheErrorOfTheStream(t *testing.T) {
	c := inMemory(t, play(answer(200, someChunks, "Content-Type", "text/event-stream")))
	s, err := mastra.StreamAs[recipe](t.Context(), c.Agent("a"), ask())
	require.NoError(t, err)
	defer s.Close()
	var last error
	for _, err := range s.Partials() {
		last = err
	}
	require.ErrorIs(t, last, mastra.ErrTruncated)
}

func TestTyped_ThatCannotBeEncodedSaysSo(t *testing.T) {
	_, err := json.Marshal(mastra.Typed[int]{AgentResult: &mastra.AgentResult{Raw: json.RawMessage("{")}})
	require.Error(t, err)
	_, err = json.Marshal(mastra.Typed[func()]{Value: func() {}})
	require.Error(t, err)
}
