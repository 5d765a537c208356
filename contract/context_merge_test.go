package contract_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
)

func TestRequestContext_OfTheRequestWinsOverTheCallsAndTheClientsKeyByKey(t *testing.T) {
	t.Parallel()
	own := map[string]any{"a": "request"}
	opts := []mastra.Option{mastra.WithRequestContext(map[string]any{"a": "call", "b": "call"})}
	pending := mastra.Pending{RunID: "r", ToolCallID: "c"}
	for operation, do := range map[string]func(*mastra.Client) error{
		"AgentGenerate": func(c *mastra.Client) error {
			req := ask("hi")
			req.RequestContext = own
			_, err := c.Agent("plain").Generate(within(t), req, opts...)
			return err
		},
		"AgentStream": func(c *mastra.Client) error {
			req := ask("hi")
			req.RequestContext = own
			s, err := c.Agent("plain").Stream(within(t), req, opts...)
			_, err = opened(t, s, err).Result()
			return err
		},
		"AgentNetwork": func(c *mastra.Client) error {
			req := routed("hi")
			req.RequestContext = own
			s, err := c.Agent("router").NetworkStream(within(t), req, opts...)
			require.NoError(t, err)
			_, err = s.Result()
			return err
		},
		"AgentResumeStream": func(c *mastra.Client) error {
			req := answer(pending, 1)
			req.RequestContext = own
			_, err := c.Agent("plain").ResumeStream(within(t), req, opts...)
			return err
		},
		"AgentApproveToolCall": func(c *mastra.Client) error {
			req := approve(pending)
			req.RequestContext = own
			_, err := c.Agent("plain").ApproveStream(within(t), req, opts...)
			return err
		},
		"AgentDeclineToolCallGenerate": func(c *mastra.Client) error {
			req := decline(pending, "")
			req.RequestContext = own
			_, err := c.Agent("plain").Decline(within(t), req, opts...)
			return err
		},
		"AgentRecover": func(c *mastra.Client) error {
			_, err := c.Agent("plain").RecoverStream(within(t), mastra.RecoverAgentRequest{RunID: "r", RequestContext: own}, opts...)
			return err
		},
		"AgentSendToolApproval": func(c *mastra.Client) error {
			_, err := c.Agent("plain").SendToolApproval(within(t), mastra.ToolApprovalRequest{
				ThreadID: "t", ResourceID: "u", ToolCallID: "c", RequestContext: own,
			}, opts...)
			return err
		},
		"AgentClone": func(c *mastra.Client) error {
			_, err := c.Agent("plain").Clone(within(t), mastra.CloneAgentRequest{RequestContext: own}, opts...)
			return err
		},
		"WorkflowStream": func(c *mastra.Client) error {
			_, err := c.Workflow("doubler").Start(within(t), mastra.StartRequest{Input: number{1}, RequestContext: own}, opts...)
			return err
		},
		"WorkflowStartAsync": func(c *mastra.Client) error {
			_, err := workflows.New(c).StartAsync(within(t), "doubler", unique("run"), mastra.StartRequest{Input: number{1}, RequestContext: own}, opts...)
			return err
		},
		"WorkflowResumeStream": func(c *mastra.Client) error {
			run, _ := suspended(t, c.Workflow("approval"), number{1})
			_, err := run.Resume(within(t), mastra.ResumeRequest{Data: approved{true}, RequestContext: own}, opts...)
			return err
		},
		"WorkflowTimeTravelAsync": func(c *mastra.Client) error {
			_, err := c.Workflow("doubler").Run("r").TimeTravel(within(t), mastra.TimeTravelRequest{Path: []string{"double"}, RequestContext: own}, opts...)
			return err
		},
		"WorkflowRestartAsync": func(c *mastra.Client) error {
			_, err := c.Workflow("doubler").Run("r").Restart(within(t), mastra.RestartRequest{RequestContext: own}, opts...)
			return err
		},
	} {
		t.Run(operation, func(t *testing.T) {
			c, recorder := recorded(t, suite.server.URL(),
				mastra.WithHeader(echo, "yes"), mastra.WithRequestContext(map[string]any{"a": "client", "b": "client", "c": "client"}))
			err := do(c)
			seen := 0
			for _, x := range recorder.Exchanges() {
				if suite.spec.Operation(x) == operation {
					seen++
					assert.JSONEq(t, `{"a":"request","b":"call","c":"client"}`, x.Header.Get(echo))
				}
			}
			assert.NotZero(t, seen, "%v", err)
		})
	}
}
