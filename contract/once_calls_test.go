package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
)

func TestRetry_NeverRepeatsWhatMayNotHappenTwiceAndItsLossIsAnUnknownOutcome(t *testing.T) {
	t.Parallel()
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			agent := c.Agent("assistant")
			whole, piecewise, declined, refused := waiting(t, agent, vase), waiting(t, agent, vase), waiting(t, agent, vase), waiting(t, agent, vase)
			asks := waiting(t, agent, asks)
			finished := c.Workflow("doubler").NewRun()
			_, err := finished.Start(within(t), mastra.StartRequest{Input: number{1}})
			require.NoError(t, err)

			for path, call := range map[string]func() error{
				"/agents/assistant/generate":                   func() error { _, err := agent.Generate(within(t), ask("hi")); return err },
				"/agents/assistant/approve-tool-call-generate": func() error { _, err := agent.Approve(within(t), approve(whole)); return err },
				"/agents/assistant/decline-tool-call-generate": func() error { _, err := agent.Decline(within(t), decline(declined, "")); return err },
				"/tools/weather/execute": func() error {
					_, err := c.Tool("weather").Execute(within(t), map[string]string{"city": "Rome"})
					return err
				},
				"/memory/threads": func() error {
					_, err := c.Memory("assistant").CreateThread(within(t), mastra.CreateThreadRequest{ResourceID: unique("user")})
					return err
				},
				"/cancel": func() error { return finished.Cancel(within(t)) },
			} {
				before := proxy.Forwarded(path)
				proxy.Plan(path, l.fault)
				err := call()
				require.ErrorIs(t, err, mastra.ErrOutcomeUnknown, path)
				assert.Equal(t, 1, failure(t, err).Attempts, path)
				assert.Zero(t, proxy.Left(), path)
				assert.LessOrEqual(t, proxy.Forwarded(path), before+1, path)
			}

			for path, open := range map[string]func() (*mastra.AgentStream, error){
				"/agents/assistant/stream":            func() (*mastra.AgentStream, error) { return agent.Stream(within(t), ask("hi")) },
				"/agents/assistant/approve-tool-call": func() (*mastra.AgentStream, error) { return agent.ApproveStream(within(t), approve(piecewise)) },
				"/agents/assistant/decline-tool-call": func() (*mastra.AgentStream, error) { return agent.DeclineStream(within(t), decline(refused, "")) },
				"/agents/assistant/resume-stream": func() (*mastra.AgentStream, error) {
					return agent.ResumeStream(within(t), answer(asks, map[string]any{"answer": "me"}))
				},
			} {
				before := proxy.Forwarded(path)
				proxy.Plan(path, l.fault)
				s, err := open()
				if err == nil { // the answer had begun
					if _, err = opened(t, s, nil).Result(); err != nil {
						require.ErrorIs(t, err, mastra.ErrTruncated, path)
					} else {
						assert.Contains(t, []contract.Fault{contract.CutAnswer, contract.CutTail}, l.fault, "the [DONE] had come")
					}
				} else {
					require.ErrorIs(t, err, mastra.ErrOutcomeUnknown, path)
				}
				assert.Zero(t, proxy.Left(), path)
				assert.LessOrEqual(t, proxy.Forwarded(path), before+1, path)
			}
		})
	}
}

func TestRetry_RepeatsWhatIsSafeUntilItsAnswerComes(t *testing.T) {
	t.Parallel()
	for name, l := range losses() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, proxy := through(t, l.seed)
			memory, thread, _ := threadOf(t, c)
			v := c.Vector("vec")
			message := mastra.NewStoredMessage("user", "once")
			message.ThreadID = thread.ID()
			for _, x := range []struct {
				path string
				call func() error
			}{
				{"/agents", func() error { _, err := c.Agents().List(within(t)); return err }},
				{"/agents/plain", func() error { _, err := c.Agent("plain").Get(within(t)); return err }},
				{"/memory/save-messages", func() error { _, err := memory.SaveMessages(within(t), []mastra.StoredMessage{message}); return err }},
				{"/messages", func() error {
					page, err := thread.ListMessages(within(t), mastra.ListMessagesRequest{})
					if err == nil {
						assert.Equal(t, []string{"once"}, texts(page.Messages), "a repeated save saves nothing twice")
					}
					return err
				}},
				{"/create-run", func() error {
					_, err := c.Workflow("doubler").CreateRun(within(t), mastra.CreateRunRequest{})
					return err
				}},
			} {
				proxy.Plan(x.path, l.fault, l.fault)
				require.NoError(t, x.call(), x.path)
				assert.Zero(t, proxy.Left(), x.path)
			}

			proxy.Plan("/create-index", l.fault)
			name := index(t, v)
			proxy.Plan("/upsert", l.fault, l.fault)
			stored, err := v.Upsert(within(t), mastra.UpsertRequest{Index: name, Vectors: [][]float32{{1, 0}, {0, 1}}})
			require.NoError(t, err)
			matches, err := v.Query(within(t), mastra.QueryRequest{Index: name, Vector: []float32{1, 0}})
			require.NoError(t, err)
			assert.Equal(t, stored, ids(matches), "a repeated upsert stores nothing twice")
		})
	}
}
