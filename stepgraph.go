package mastra

import "encoding/json"

// graphStep is one step of a workflow's graph.
type graphStep struct {
	ID   string
	Flow []graphStep // of a nested workflow
	// Loop: it may be run again and again. ForEach: it is run for each item.
	Loop, ForEach bool
}

// stepGraph lists the steps of a graph, those side by side and in branches too, in
// its order; nil for one that is not understood.
func stepGraph(graph json.RawMessage) []graphStep {
	var entries []json.RawMessage
	if json.Unmarshal(graph, &entries) != nil {
		return nil
	}
	var out []graphStep
	for _, raw := range entries {
		var e struct {
			Type  string            `json:"type"`
			ID    string            `json:"id"`
			Step  json.RawMessage   `json:"step"`
			Steps []json.RawMessage `json:"steps"`
			Flow  json.RawMessage   `json:"serializedStepFlow"`
		}
		if json.Unmarshal(raw, &e) != nil {
			continue
		}
		switch {
		case len(e.Steps) > 0:
			for _, branch := range e.Steps {
				out = append(out, stepGraph(oneOf(branch))...)
			}
		case len(e.Step) > 0:
			inner := stepGraph(oneOf(e.Step))
			for i := range inner {
				inner[i].Loop, inner[i].ForEach = e.Type == "loop", e.Type == "foreach"
			}
			out = append(out, inner...)
		case e.ID != "":
			out = append(out, graphStep{ID: e.ID, Flow: stepGraph(e.Flow)})
		}
	}
	return out
}

// oneOf is a graph of one entry.
func oneOf(entry json.RawMessage) json.RawMessage {
	return json.RawMessage("[" + string(entry) + "]")
}

// inLoop tells whether a step of the graph, or a workflow around it, may be run again
// and again.
func inLoop(graph []graphStep, path []string) bool {
	for _, step := range graph {
		if len(path) > 0 && step.ID == path[0] && (step.Loop || inLoop(step.Flow, path[1:])) {
			return true
		}
	}
	return false
}
