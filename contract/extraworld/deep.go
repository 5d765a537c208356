package extraworld

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

type visit struct {
	Key string `json:"key"`
}

// bells counts the answers that were carried out, by key.
type bells struct {
	mu      sync.Mutex
	answers map[string]int
}

func (b *bells) count(key string, more int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answers[key] += more
	return b.answers[key]
}

// bell asks, and takes as long as the answer says.
func (b *bells) bell(id string) *mockserver.Step {
	type ask struct {
		Ask string `json:"ask"`
		Key string `json:"key"`
	}
	type answer struct {
		Say string  `json:"say"`
		MS  float64 `json:"ms"`
	}
	type told struct {
		Said string `json:"said"`
		Key  string `json:"key"`
	}
	return mockserver.NewStep(id, func(s *mockserver.StepCall, in visit) (any, error) {
		var given answer
		if !s.Resumed(&given) {
			return nil, s.Suspend(ask{id, in.Key})
		}
		b.count(in.Key, 1)
		s.Sleep(time.Duration(given.MS) * time.Millisecond)
		return told{given.Say, in.Key}, nil
	}).Suspends(ask{}).Resumes(answer{})
}

// heard tells how many answers were carried out for each key that the workflow began
// with.
func (b *bells) heard() *mockserver.Step {
	type told struct {
		Heard   json.RawMessage `json:"heard"`
		Answers []int           `json:"answers"`
	}
	return mockserver.NewStep("heard", func(s *mockserver.StepCall, in json.RawMessage) (any, error) {
		var began []visit
		if s.InitData(&began) != nil {
			began = make([]visit, 1)
			if err := s.InitData(&began[0]); err != nil {
				return nil, err
			}
		}
		out := told{Heard: in}
		for _, v := range began {
			out.Answers = append(out.Answers, b.count(v.Key, 0))
		}
		return out, nil
	})
}

func deepWorkflows() []*mockserver.Workflow {
	b := &bells{answers: map[string]int{}}
	room := mockserver.NewWorkflow[visit, any]("room").Parallel(b.bell("door"), b.bell("window")).Then(b.heard())
	house := mockserver.NewWorkflow[visit, any]("house").Parallel(room, b.bell("gate")).Then(b.heard())
	dotted := mockserver.NewWorkflow[visit, any]("dotted").Parallel(b.bell("a.b"), b.bell("a.c")).Then(b.heard())
	cottage := mockserver.NewWorkflow[visit, any]("cottage").Then(b.bell("door"))
	return []*mockserver.Workflow{
		cottage,
		dotted,
		mockserver.NewWorkflow[visit, any]("dottedHouse").Then(dotted),
		mockserver.NewWorkflow[[]visit, any]("hotel").ForEach(b.bell("suite"), 3).Then(b.heard()),
		house,
		mockserver.NewWorkflow[[]visit, any]("inn").ForEach(b.bell("suite"), 1).Then(b.heard()),
		room,
		mockserver.NewWorkflow[visit, any]("street").Then(house),
		mockserver.NewWorkflow[[]visit, any]("village").ForEach(cottage, 3).Then(b.heard()),
	}
}
