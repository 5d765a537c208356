package extraworld

import (
	"encoding/json"
	"errors"
	"unicode/utf16"

	"github.com/mastra-go/mastra/mockserver"
)

type city struct {
	City string `json:"city"`
}

type report struct {
	City  string  `json:"city"`
	TempC float64 `json:"tempC"`
}

type task struct {
	What string `json:"what"`
}

type question struct {
	Question string `json:"question"`
}

type answer struct {
	Answer string `json:"answer"`
}

// tools are those of the demo world, one that gives back what it is given, and one
// that tells whose request it serves.
func tools() []mockserver.Tool {
	type anything struct {
		Value any `json:"value"`
	}
	askUser := mockserver.NewTool("ask-user", "Asks the user", func(t *mockserver.ToolCall, in question) (answer, error) {
		var given answer
		if t.Resumed(&given) {
			return given, nil
		}
		return answer{}, t.Suspend(in)
	}).Suspends(question{}).Resumes(answer{})
	give := mockserver.NewTool("give", "Gives it back", func(_ *mockserver.ToolCall, in anything) (any, error) { return in.Value, nil })
	return []mockserver.Tool{weather(), delicate(), askUser, give, whose()}
}

func whose() mockserver.Tool {
	type when struct {
		Wait bool `json:"wait,omitempty"`
	}
	type tenant struct {
		Tenant json.RawMessage `json:"tenant"`
	}
	return mockserver.NewTool("whose", "Tells whose request it is", func(t *mockserver.ToolCall, in when) (tenant, error) {
		if in.Wait && !t.Resumed(&struct{}{}) {
			return tenant{}, t.Suspend(struct{}{})
		}
		return tenant{t.RequestContext("tenant")}, nil
	}).Resumes(struct{}{})
}

func weather() mockserver.Tool {
	return mockserver.NewTool("weather", "Weather for a city", func(_ *mockserver.ToolCall, in city) (report, error) {
		if in.City == "Nowhere" {
			return report{}, errors.New("no such city")
		}
		return report{in.City, float64(len(utf16.Encode([]rune(in.City))))}, nil
	})
}

func delicate() mockserver.Tool {
	type done struct {
		Done string `json:"done"`
	}
	return mockserver.NewTool("delicate", "Needs approval", func(_ *mockserver.ToolCall, in task) (done, error) {
		return done{in.What}, nil
	}).RequireApproval()
}
