package mastra_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// spelled is a suspension in a word: its path, its item, what it asks.
func spelled(s mastra.Suspension) string {
	out := strings.Join(s.Path, " / ")
	if s.ForEachIndex != nil {
		out += fmt.Sprintf(" [%d]", *s.ForEachIndex)
	}
	return out + " " + string(s.Payload)
}

// The runs were recorded from a server.
func TestSuspension_EveryPlaceIsListedWithItsOwnPayload(t *testing.T) {
	for file, want := range map[string][]string{
		"deep-room":   {`door {"ask":"door","n":1}`, `window {"ask":"window","n":1}`},
		"deep-house":  {`room / door {"ask":"door","n":1}`, `room / window {"ask":"window","n":1}`},
		"deep-street": {`house / room / door {"ask":"door","n":1}`, `house / room / window {"ask":"window","n":1}`},
		"deep-yard":   {`room / door {"ask":"door","n":1}`, `room / window {"ask":"window","n":1}`, `gate {"ask":"gate","n":1}`},
		// Of a workflow in a foreach the server tells one place for each item.
		"deep-rooms":            {`room / window [0] {"ask":"window","n":1}`, `room / window [1] {"ask":"window","n":2}`},
		"deep-stadium":          {`turnstile [0] {"item":-1}`, `turnstile [1] {"item":-2}`},
		"deep-stadium-answered": {`turnstile [0] {"item":-1}`},
		"deep-hall":             {`turns / turn [0] {"item":-1}`, `turns / turn [1] {"item":-2}`, `turns / turn [2] {"item":-3}`},
		"deep-dotted":           {`a.b {"ask":"a.b","n":1}`, `a.c {"ask":"a.c","n":1}`},
		"deep-dotted-house":     {`dotted / a.b {"ask":"a.b","n":1}`, `dotted / a.c {"ask":"a.c","n":1}`},
	} {
		var got []string
		for _, s := range recordedRun(t, file).Suspensions() {
			got = append(got, spelled(s))
			assert.Equal(t, strings.Join(s.Path, "."), s.Step)
			assert.False(t, s.SuspendedAt.IsZero(), "%s: %s", file, spelled(s))
		}
		assert.Equal(t, want, got, file)
	}
}

// Each place that is listed can be answered, also when it was stored.
func TestSuspension_EachIsAnsweredWhereItStands(t *testing.T) {
	for _, file := range []string{"deep-house", "deep-street", "deep-yard", "deep-stadium", "deep-hall", "deep-dotted", "deep-dotted-house"} {
		for _, s := range recordedRun(t, file).Suspensions() {
			stored, err := json.Marshal(s)
			require.NoError(t, err)
			at := decode[mastra.Suspension](t, stored)
			rt := &routes{steps: map[string][]step{"get": {tells(t, file), answer(200, runEnded)}, "resume-stream": {replays(t, "approval-resumed")}}}
			_, err = inMemory(t, rt).Workflow("w").Resume(t.Context(), at.RunID, mastra.ResumeRequest{Suspension: &at, Data: 1})
			require.NoError(t, err, "%s: %s", file, spelled(s))
			sent := decode[struct {
				Step  []string
				Index *int `json:"forEachIndex"`
			}](t, []byte(rt.sent("resume-stream")[0]))
			assert.Equal(t, s.Path, sent.Step)
			assert.Equal(t, s.ForEachIndex, sent.Index)
		}
	}
}

// The outer step's time moves when a sibling is answered; the item's own does not.
func TestSuspension_AStoredOneOutlivesAnswersBesideIt(t *testing.T) {
	stored := recordedRun(t, "deep-stadium").Suspensions()
	for i, want := range []error{nil, mastra.ErrNotSuspended} {
		rt := &routes{steps: map[string][]step{"get": {tells(t, "deep-stadium-answered"), answer(200, runEnded)}, "resume-stream": {replays(t, "approval-resumed")}}}
		_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), stored[i].RunID, mastra.ResumeRequest{Suspension: &stored[i], Data: 1})
		assert.ErrorIs(t, err, want, "item %d", i)
	}
}

func TestSuspension_ANameThatMeansSeveralIsInvalid(t *testing.T) {
	one := 1
	for _, tt := range []struct {
		name, file string
		req        mastra.ResumeRequest
		sent       string
		is         error
	}{
		{"the workflow around two", "deep-house", mastra.ResumeRequest{Step: "room"}, "", mastra.ErrInvalidInput},
		{"one of the two", "deep-house", mastra.ResumeRequest{Step: "room.window"}, `{"step":["room","window"]}`, nil},
		{"two items", "deep-stadium", mastra.ResumeRequest{Step: "turnstile"}, "", mastra.ErrInvalidInput},
		{"two items, unnamed", "deep-stadium", mastra.ResumeRequest{}, "", mastra.ErrInvalidInput},
		{"an item", "deep-stadium", mastra.ResumeRequest{Step: "turnstile", ForEachIndex: &one}, `{"step":["turnstile"],"forEachIndex":1}`, nil},
		{"an item of the only step", "deep-stadium", mastra.ResumeRequest{ForEachIndex: &one}, `{"step":["turnstile"],"forEachIndex":1}`, nil},
		{"a step with a dot in its id", "deep-dotted", mastra.ResumeRequest{Step: "a.c"}, `{"step":["a.c"]}`, nil},
		{"the same inside another workflow", "deep-dotted-house", mastra.ResumeRequest{Step: "dotted.a.b"}, `{"step":["dotted","a.b"]}`, nil},
		{"half of an id", "deep-dotted", mastra.ResumeRequest{Step: "a"}, "", mastra.ErrNotSuspended},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rt := &routes{steps: map[string][]step{"get": {tells(t, tt.file), answer(200, runEnded)}, "resume-stream": {replays(t, "approval-resumed")}}}
			_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), recordedRun(t, tt.file).RunID, tt.req)
			if tt.is != nil {
				assert.ErrorIs(t, err, tt.is)
				assert.Empty(t, rt.sent("resume-stream"))
				return
			}
			require.NoError(t, err)
			assert.JSONEq(t, tt.sent, rt.sent("resume-stream")[0])
		})
	}
}

// Of the items that are workflows the server resumes the first that waits, whichever
// is named.
func TestSuspension_OfAWorkflowForEachIsAnsweredInOrder(t *testing.T) {
	all := recordedRun(t, "deep-rooms").Suspensions()
	one := 1
	for name, req := range map[string]mastra.ResumeRequest{
		"by its suspension": {Suspension: &all[1]}, "by its name": {Step: "room.window", ForEachIndex: &one}, "by its index": {ForEachIndex: &one},
	} {
		rt := &routes{steps: map[string][]step{"get": {tells(t, "deep-rooms")}}}
		_, err := inMemory(t, rt).Workflow("w").Resume(t.Context(), all[1].RunID, req)
		require.ErrorIs(t, err, mastra.ErrConflict, name)
		assert.ErrorContains(t, err, "item 0", name)
		assert.Empty(t, rt.sent("resume-stream"), name)
	}
}
