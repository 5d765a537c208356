package mockserver

import (
	"fmt"
	"time"
)

type demoN struct {
	N float64 `json:"n"`
}

type demoVerdict struct {
	Approved bool `json:"approved"`
}

type demoApproved struct {
	N        float64 `json:"n"`
	Approved bool    `json:"approved"`
}

// demoWorkflows are the workflows of the demo world.
func demoWorkflows(tally *counter) []*Workflow {
	double := NewStep("double", func(_ *StepCall, in demoN) (demoN, error) {
		if in.N < 0 {
			return demoN{}, fmt.Errorf("negative")
		}
		return demoN{2 * in.N}, nil
	})
	approval := NewWorkflow[demoN, demoApproved]("approval").Then(double).Then(demoApprove())
	return []*Workflow{
		approval,
		demoCounted(tally),
		NewWorkflow[demoN, demoN]("doubler").Then(double),
		demoFan(),
		demoFlaky(),
		NewWorkflow[demoN, demoApproved]("outer").Then(approval),
		demoReview(),
		demoSlowly(),
	}
}

func demoApprove() *Step {
	type reason struct {
		Reason string `json:"reason"`
	}
	return NewStep("approve", func(s *StepCall, in demoN) (demoApproved, error) {
		var verdict demoVerdict
		if !s.Resumed(&verdict) {
			return demoApproved{}, s.Suspend(reason{"needs approval"})
		}
		return demoApproved{in.N, verdict.Approved}, nil
	}).Suspends(reason{}).Resumes(demoVerdict{})
}

func demoCounted(tally *counter) *Workflow {
	type input struct {
		Key string  `json:"key"`
		MS  float64 `json:"ms"`
	}
	type output struct {
		Key   string `json:"key"`
		Count int    `json:"count"`
	}
	count := NewStep("count", func(s *StepCall, in input) (output, error) {
		// The count is not stopped by a cancellation: it is the side effect.
		time.Sleep(time.Duration(in.MS) * time.Millisecond)
		return output{in.Key, tally.add(in.Key)}, nil
	})
	return NewWorkflow[input, output]("counted").Then(count)
}

func demoReview() *Workflow {
	type request struct {
		Reason            string   `json:"reason"`
		RequiredApprovers []string `json:"requiredApprovers"`
		Urgency           string   `json:"urgency"`
	}
	type result struct {
		Left  demoVerdict `json:"left"`
		Right demoVerdict `json:"right"`
	}
	reviewer := func(id string, r request) *Step {
		return NewStep(id, func(s *StepCall, _ demoN) (demoVerdict, error) {
			var verdict demoVerdict
			if !s.Resumed(&verdict) {
				return verdict, s.Suspend(r)
			}
			return verdict, nil
		}).Suspends(request{}).Resumes(demoVerdict{})
	}
	return NewWorkflow[demoN, result]("review").Parallel(
		reviewer("left", request{"left must look", []string{"ann", "bob"}, "high"}),
		reviewer("right", request{"right must look", []string{"cleo"}, "low"}),
	)
}

func demoSlowly() *Workflow {
	type input struct {
		MS float64 `json:"ms"`
	}
	type output struct {
		OK bool `json:"ok" const:"true"`
	}
	wait := NewStep("wait", func(s *StepCall, in input) (output, error) {
		s.Sleep(time.Duration(in.MS) * time.Millisecond)
		return output{true}, nil
	})
	return NewWorkflow[input, output]("slowly").Then(wait)
}

func demoFan() *Workflow {
	type negative struct {
		Reason string  `json:"reason"`
		Item   float64 `json:"item"`
	}
	type value struct {
		Value float64 `json:"value"`
	}
	type total struct {
		Sum float64 `json:"sum"`
	}
	type size struct {
		Size string  `json:"size"`
		Sum  float64 `json:"sum"`
	}
	type result struct {
		Big   *size `json:"big,omitempty"`
		Small *size `json:"small,omitempty"`
	}
	twice := NewStep("twice", func(s *StepCall, item float64) (float64, error) {
		var given value
		if s.Resumed(&given) {
			return 2 * given.Value, nil
		}
		if item < 0 {
			return 0, s.Suspend(negative{"negative item", item})
		}
		return 2 * item, nil
	}).Suspends(negative{}).Resumes(value{})
	sum := NewStep("sum", func(_ *StepCall, items []float64) (total, error) {
		var t total
		for _, item := range items {
			t.Sum += item
		}
		return t, nil
	})
	named := func(name string) *Step {
		return NewStep(name, func(_ *StepCall, in total) (size, error) { return size{name, in.Sum}, nil })
	}
	return NewWorkflow[[]float64, result]("fan").
		ForEach(twice, 1).
		Then(sum).
		Branch(
			When("async ({ inputData }) => inputData.sum > 10", func(t total) bool { return t.Sum > 10 }, named("big")),
			When("async ({ inputData }) => inputData.sum <= 10", func(t total) bool { return t.Sum <= 10 }, named("small")),
		)
}

func demoFlaky() *Workflow {
	type input struct {
		Failures float64 `json:"failures"`
	}
	type output struct {
		Attempts int `json:"attempts"`
	}
	attempt := NewStep("attempt", func(s *StepCall, in input) (output, error) {
		if n := s.Attempt + 1; float64(n) <= in.Failures {
			return output{}, fmt.Errorf("flaky %d", n)
		}
		return output{s.Attempt + 1}, nil
	}).Retries(2)
	return NewWorkflow[input, output]("flaky").Then(attempt)
}
