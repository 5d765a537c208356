package mockserver

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// addDemoWorld adds the demo world: deterministic agents, tools and workflows
// that show what a Mastra server can do.
func addDemoWorld(c *config) {
	tally := newCounter()
	weather, delicate, askUser := demoWeather(), demoDelicate(), demoAskUser()
	c.tools = append(c.tools, weather, delicate, askUser)
	c.agents = append(c.agents, demoAgents(weather, delicate, askUser)...)
	c.workflows = append(c.workflows, demoWorkflows(tally)...)
	c.vectorStores = append(c.vectorStores, "vec")
	c.customRoutes = append(c.customRoutes,
		customRoute{"GET", "/counted/{key}", func(w http.ResponseWriter, r *http.Request) {
			writeJSON(w, http.StatusOK, js.Obj("count", tally.count(r.PathValue("key"))))
		}},
		customRoute{"GET", "/echo-context", c.echoContext},
		customRoute{"POST", "/echo-context", c.echoContext},
	)
}

func demoAgents(weather, delicate, askUser Tool) []*Agent {
	plain := &Agent{ID: "plain", Description: "Plain agent", Instructions: "No memory", ModelID: "fake-2"}
	list := []*Agent{
		{ID: "assistant", Description: "Test assistant", Instructions: "Be brief", ModelID: "fake-1",
			Tools: []Tool{weather, delicate, askUser}, Memory: &Memory{LastMessages: 10, WorkingMemory: DefaultWorkingMemory}},
		{ID: "durable", Description: "Durable agent", Instructions: "Last", ModelID: "fake-5", Durable: true, Tools: []Tool{weather, delicate}},
		{ID: "guarded", Description: "Guarded agent", Instructions: "Guard", ModelID: "fake-4",
			Guard: &Processor{ID: "guard", Check: blockForbidden}, Gate: &Processor{ID: "gate", Check: blockLeak}},
		{ID: "multi", Description: "Two models", Instructions: "Switch", Models: []ModelEntry{{ID: "fake-6", Model: demoModel}, {ID: "fake-7", Model: demoModel}}},
		plain,
		{ID: "router", Description: "Routing agent", Instructions: "Route", ModelID: "fake-3", Agents: []*Agent{plain}, Memory: &Memory{}},
		{ID: "voiced", Description: "Voiced agent", Instructions: "Speak", ModelID: "fake-8", Voice: demoVoice()},
	}
	for _, a := range list {
		a.Provider, a.Model = "fake", demoModel
	}
	return list
}

func blockForbidden(_ context.Context, text string) *Tripwire {
	if strings.Contains(text, "forbidden") {
		return &Tripwire{Reason: "Blocked input", Metadata: map[string]string{"word": "forbidden"}}
	}
	return nil
}

func blockLeak(_ context.Context, text string) *Tripwire {
	if strings.Contains(text, "leak") {
		return &Tripwire{Reason: "Blocked output"}
	}
	return nil
}

func demoVoice() *Voice {
	return &Voice{
		Speak:    func(text string) ([]byte, error) { return []byte(text), nil },
		Listen:   func(audio []byte) (string, error) { return string(audio), nil },
		Speakers: []string{"demo"},
	}
}

func demoWeather() Tool {
	type city struct {
		City string `json:"city"`
	}
	type report struct {
		City  string `json:"city"`
		TempC int    `json:"tempC"`
	}
	return NewTool("weather", "Weather for a city", func(_ *ToolCall, in city) (report, error) {
		if in.City == "Nowhere" {
			return report{}, fmt.Errorf("no such city")
		}
		return report{in.City, js.Length(in.City)}, nil
	})
}

func demoDelicate() Tool {
	type task struct {
		What string `json:"what"`
	}
	type done struct {
		Done string `json:"done"`
	}
	return NewTool("delicate", "Needs approval", func(_ *ToolCall, in task) (done, error) {
		return done{in.What}, nil
	}).RequireApproval()
}

func demoAskUser() Tool {
	type question struct {
		Question string `json:"question"`
	}
	type answer struct {
		Answer string `json:"answer"`
	}
	return NewTool("ask-user", "Asks the user", func(t *ToolCall, in question) (answer, error) {
		var given answer
		if t.Resumed(&given) {
			return given, nil
		}
		return answer{}, t.Suspend(in)
	}).Suspends(question{}).Resumes(answer{})
}

// echoContext answers the request context that arrived.
func (c *config) echoContext(w http.ResponseWriter, r *http.Request) {
	var body any = js.Undefined
	if saysJSON(r) {
		if data, tooLarge, err := readLimited(r, DefaultBodyLimit); err == nil && !tooLarge {
			if v, err := js.Parse(data); err == nil {
				body = v
			}
		}
	}
	writeJSON(w, http.StatusOK, sentContext(requestContextOf(r, body, c.token != nil)))
}
