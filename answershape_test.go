package mastra_test

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/api/workflows"
	"github.com/mastra-go/mastra/internal/route"
)

// reads are the calls that decode an answer, by the operation that they use.
var reads = map[string]func(context.Context, *mastra.Client) error{
	"AgentsList": func(ctx context.Context, c *mastra.Client) error { return list(ctx, c) },
	"AgentsProviders": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agents().Providers(ctx)
		return err
	},
	"AgentGet": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Get(ctx)
		return err
	},
	"AgentClone": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Clone(ctx, mastra.CloneAgentRequest{})
		return err
	},
	"AgentGenerate": func(ctx context.Context, c *mastra.Client) error { return generate(ctx, c) },
	"AgentSuspendedRuns": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").ListSuspendedRuns(ctx, mastra.ListSuspendedRunsRequest{})
		return err
	},
	"AgentSendMessage": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").SendMessage(ctx, mastra.SendMessageRequest{RunID: "r", Message: "m"})
		return err
	},
	"AgentSendToolApproval": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").SendToolApproval(ctx, mastra.ToolApprovalRequest{ThreadID: "t", ResourceID: "r", ToolCallID: "c"})
		return err
	},
	"AgentAbortThread": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").AbortThread(ctx, mastra.AbortThreadRequest{ThreadID: "t", ResourceID: "r"})
		return err
	},
	"AgentApproveToolCallGenerate": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Approve(ctx, mastra.ApproveRequest{RunID: "r", ToolCallID: "c"})
		return err
	},
	"AgentEnhanceInstructions": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").EnhanceInstructions(ctx, mastra.EnhanceInstructionsRequest{Instructions: "i", Comment: "c"})
		return err
	},
	"AgentToolGet": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Tool("t").Get(ctx)
		return err
	},
	"AgentSkill": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Skill(ctx, "s")
		return err
	},
	"AgentVoiceSpeakers": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Voice().Speakers(ctx)
		return err
	},
	"AgentVoiceListener": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Agent("a").Voice().CanListen(ctx)
		return err
	},
	"WorkflowsList": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflows().List(ctx)
		return err
	},
	"WorkflowsRunCounts": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflows().RunCounts(ctx)
		return err
	},
	"WorkflowGet": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").Get(ctx)
		return err
	},
	"WorkflowListRuns": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").ListRuns(ctx, mastra.ListRunsRequest{})
		return err
	},
	"WorkflowGetRun": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").Run("r").Get(ctx)
		return err
	},
	"WorkflowTimeTravelAsync": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Workflow("w").Run("r").TimeTravel(ctx, mastra.TimeTravelRequest{Path: []string{"s"}})
		return err
	},
	"WorkflowStartAsync": func(ctx context.Context, c *mastra.Client) error {
		_, err := workflows.New(c).StartAsync(ctx, "w", "r", mastra.StartRequest{})
		return err
	},
	"MemoryStatus": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Status(ctx)
		return err
	},
	"MemoryConfig": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Config(ctx)
		return err
	},
	"MemoryObservational": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").ListObservations(ctx, mastra.ListObservationsRequest{})
		return err
	},
	"MemoryBufferStatus": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").WaitObservations(ctx, "t")
		return err
	},
	"MemoryListThreads": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").ListThreads(ctx, mastra.ListThreadsRequest{})
		return err
	},
	"MemoryThreadGet": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Thread("t").Get(ctx)
		return err
	},
	"MemoryThreadClone": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Thread("t").Clone(ctx, mastra.CloneThreadRequest{})
		return err
	},
	"MemoryThreadMessages": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Thread("t").ListMessages(ctx, mastra.ListMessagesRequest{})
		return err
	},
	"MemorySaveMessages": func(ctx context.Context, c *mastra.Client) error {
		m := mastra.NewStoredMessage(mastra.RoleUser, "hi")
		m.ThreadID, m.ResourceID = "t", "r"
		_, err := c.Memory("a").SaveMessages(ctx, []mastra.StoredMessage{m})
		return err
	},
	"MemoryThreadWorkingMemory": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Thread("t").WorkingMemory(ctx)
		return err
	},
	"MemorySearch": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Memory("a").Search(ctx, mastra.SearchRequest{Query: "q", ResourceID: "r"})
		return err
	},
	"ToolsList": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Tools().List(ctx)
		return err
	},
	"ToolGet": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Tool("t").Get(ctx)
		return err
	},
	"VectorsList": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vectors().List(ctx)
		return err
	},
	"VectorsEmbedders": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vectors().Embedders(ctx)
		return err
	},
	"VectorListIndexes": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vector("v").ListIndexes(ctx)
		return err
	},
	"VectorDescribeIndex": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vector("v").DescribeIndex(ctx, "i")
		return err
	},
	"VectorUpsert": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vector("v").Upsert(ctx, mastra.UpsertRequest{Index: "i", Vectors: [][]float32{{1}}})
		return err
	},
	"VectorQuery": func(ctx context.Context, c *mastra.Client) error {
		_, err := c.Vector("v").Query(ctx, mastra.QueryRequest{Index: "i", Vector: []float32{1}})
		return err
	},
}

// blank answers are legitimate where a list may be empty and where nothing is there.
var blank = map[string]string{
	"AgentsList": "{}", "WorkflowsList": "{}", "WorkflowsRunCounts": "{}", "ToolsList": "{}",
	"AgentVoiceSpeakers": "[]", "VectorListIndexes": "[]", "VectorQuery": "[]",
	"MemoryConfig": `{"config":null}`, "MemoryObservational": `{"record":null}`, "MemoryBufferStatus": `{"record":null}`,
	"MemoryListThreads":    `{"threads":[],"total":0,"page":0,"perPage":100,"hasMore":false}`,
	"MemoryThreadMessages": `{"messages":[]}`, "WorkflowListRuns": `{"runs":[],"total":0}`, "AgentSuspendedRuns": `{"runs":[],"total":0}`,
	"AgentGenerate": `{"text":""}`,
}

func TestAnswer_ThatHasNothingOfWhatTheRouteAnswersIsAnError(t *testing.T) {
	bodies := map[string]string{
		"an empty object":           `{}`,
		"null":                      `null`,
		"an envelope":               `{"data":{"assistant":{"title":"x"},"rows":[]},"ok":true}`,
		"an envelope of a page":     `{"data":[],"total":2,"page":0,"hasMore":false,"count":3}`,
		"a message":                 `{"message":"please log in"}`,
		"a text":                    `"hello"`,
		"a number":                  `7`,
		"a list of somebody else's": `[{"title":"x"}]`,
	}
	for operation, read := range reads {
		for what, body := range bodies {
			if blank[operation] == body {
				continue
			}
			if what == "an envelope of a page" && operation == "VectorDescribeIndex" {
				continue // has a count
			}
			t.Run(operation+"/"+what, func(t *testing.T) {
				err := read(t.Context(), inMemory(t, play(answer(200, body))))
				e := asError(t, err)
				assert.Equal(t, 200, e.Status)
				assert.Regexp(t, "^the answer", e.Message)
				assert.NotContains(t, err.Error(), "log in", "the text of an answer that is not the route's")
				assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
			})
		}
	}
}

func TestAnswer_ThatIsAnErrorTellsItsText(t *testing.T) {
	for operation, read := range reads {
		for body, want := range map[string]string{
			`{"error":"no such thing"}`:                                  "no such thing",
			`{"error":{"message":"deep","code":"E1"}}`:                   "deep",
			`{"error":true,"message":"it broke"}`:                        "it broke",
			`{"error":"a","message":"b","issues":[{"message":"issue"}]}`: "a: b",
		} {
			t.Run(operation+"/"+body, func(t *testing.T) {
				e := asError(t, read(t.Context(), inMemory(t, play(answer(200, body)))))
				assert.Equal(t, want, e.Message)
				assert.Equal(t, 200, e.Status)
				assert.NotErrorIs(t, e, mastra.ErrOutcomeUnknown)
				assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(e))
			})
		}
	}
}

func TestAnswer_ThatIsAnErrorCountsWhereTheAnswerIsDropped(t *testing.T) {
	for name, do := range map[string]func(context.Context, *mastra.Client) error{
		"cancel": func(ctx context.Context, c *mastra.Client) error { return c.Workflow("w").Run("r").Cancel(ctx) },
		"delete": func(ctx context.Context, c *mastra.Client) error { return c.Memory("a").Thread("t").Delete(ctx) },
		"model":  func(ctx context.Context, c *mastra.Client) error { return c.Agent("a").SetModel(ctx, "p/m") },
		"index": func(ctx context.Context, c *mastra.Client) error {
			return c.Vector("v").CreateIndex(ctx, mastra.CreateIndexRequest{Index: "i", Dimension: 2})
		},
	} {
		t.Run(name, func(t *testing.T) {
			e := asError(t, do(t.Context(), inMemory(t, play(answer(200, `{"error":"no such thing"}`)))))
			assert.Equal(t, "no such thing", e.Message)
			for body, message := range map[string]string{
				`{"success":false}`:                          "the server says that it did not succeed",
				`{"success":false,"message":"it is locked"}`: "it is locked",
				`{"success":false,"error":"it is locked"}`:   "it is locked",
				`{}`:                  "the answer says nothing of what this route does",
				`null`:                "the answer says nothing of what this route does",
				`[]`:                  "the answer says nothing of what this route does",
				`"OK"`:                "the answer says nothing of what this route does",
				`{"data":{"done":1}}`: "the answer says nothing of what this route does",
				`OK`:                  "the answer says nothing of what this route does",
				``:                    "the answer is empty",
				" \n":                 "the answer is empty",
			} {
				e := asError(t, do(t.Context(), inMemory(t, play(answer(200, body)))))
				assert.Equal(t, message, e.Message, body)
				assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(e))
			}
			for _, body := range []string{`{"message":"in the words of another version"}`, `{"success":true}`, `{"status":"deleted"}`} {
				require.NoError(t, do(t.Context(), inMemory(t, play(answer(200, body)))), body)
			}
			require.NoError(t, do(t.Context(), inMemory(t, play(answer(200, `{"message":"done","success":true,"result":"deleted"}`)))))
			require.NoError(t, do(t.Context(), inMemory(t, play(answer(200, `{"message":"done","success":true,"result":"deleted","error":"of before"}`)))))
		})
	}
}

func TestAnswer_ThatIsAnErrorInPlaceOfAStreamTellsItsText(t *testing.T) {
	_, err := inMemory(t, play(answer(200, `{"error":"no such thing"}`))).Agent("a").Stream(t.Context(), ask())
	assert.Equal(t, "no such thing", asError(t, err).Message)
	_, err = inMemory(t, play(answer(200, `{"text":"hi"}`))).Agent("a").Stream(t.Context(), ask())
	assert.Equal(t, "the answer is not a stream but application/json", asError(t, err).Message)
}

func TestAnswer_MayBeEmptyWhereTheRouteSaysSo(t *testing.T) {
	for operation, body := range blank {
		t.Run(operation, func(t *testing.T) {
			require.Contains(t, reads, operation)
			assert.NoError(t, reads[operation](t.Context(), inMemory(t, play(answer(200, body)))))
		})
	}
	t.Run("tools", func(t *testing.T) {
		for _, body := range []string{`null`, `{}`, `[]`, `""`, `0`, `{"error":"of the tool's own"}`, `{"message":"m"}`} {
			out, err := inMemory(t, play(answer(200, body))).Tool("t").Execute(t.Context(), nil)
			require.NoError(t, err)
			assert.Equal(t, body, string(out))
		}
	})
	t.Run("any route", func(t *testing.T) {
		for _, body := range []string{`null`, `{}`, `{"error":"of the route's own"}`, ``} {
			var out json.RawMessage
			require.NoError(t, inMemory(t, play(answer(200, body))).Do(t.Context(), "GET", "/mine", nil, &out))
			assert.Equal(t, body, string(out))
		}
	})
}

func TestRun_WaitDoesNotPollAnAnswerThatIsNoRun(t *testing.T) {
	for _, body := range []string{`{}`, `null`, `{"data":{"status":"success"}}`, `{"message":"hello"}`, `{"error":"gone"}`, `{"runId":"r"}`, `{"runId":"r","status":{}}`} {
		t.Run(body, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			rt := play(answer(200, body))
			_, err := inMemory(t, rt).Workflow("w").Run("r").Wait(ctx)
			require.Error(t, err)
			assert.NotErrorIs(t, err, context.DeadlineExceeded)
			assert.Equal(t, 1, rt.attempts())
			assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
		})
	}
}

// Each operation whose answer is decoded is known by what it holds; the others say so.
func TestAnswer_OfEveryOperationIsToldByItsMembers(t *testing.T) {
	for _, op := range route.All {
		free := op.Stream != nil || op.ID == "AgentToolExecute" || op.ID == "ToolExecute" || op.ID == "AgentVoiceSpeak"
		assert.Equal(t, free, op.Answer == nil, op.ID)
	}
}

func TestExecuteTool_OutputOfSomethingElseIsAnError(t *testing.T) {
	type weather struct {
		City string `json:"city"`
		Temp int    `json:"tempC,omitempty"`
	}
	execute := func(body string) (weather, error) {
		return mastra.ExecuteTool[weather](t.Context(), inMemory(t, play(answer(200, body))).Tool("t"), nil)
	}
	for _, body := range []string{`{"error":"no such city"}`, `{"message":"hello"}`, `{"data":{"city":"Rome"}}`} {
		_, err := execute(body)
		require.ErrorContains(t, err, "the output of tool t does not fit", body)
		assert.NotContains(t, err.Error(), "such")
	}
	for _, body := range []string{`{"city":"Rome","error":"old data"}`, `{"City":"Rome"}`, `{"tempC":1}`, `{}`, `null`} {
		_, err := execute(body)
		assert.NoError(t, err, body)
	}
	for _, body := range []string{`{"error":"its own"}`, `{}`, `{"a":1}`} {
		out, err := mastra.ExecuteTool[map[string]any](t.Context(), inMemory(t, play(answer(200, body))).Tool("t"), nil)
		require.NoError(t, err)
		assert.NotNil(t, out)
		_, err = mastra.ExecuteTool[struct{}](t.Context(), inMemory(t, play(answer(200, body))).Tool("t"), nil)
		require.NoError(t, err)
		raw, err := mastra.ExecuteTool[json.RawMessage](t.Context(), inMemory(t, play(answer(200, body))).Tool("t"), nil)
		require.NoError(t, err)
		assert.Equal(t, body, string(raw))
	}
}

func TestAgentStream_ErrorWithoutATypeIsTheFailureOfTheRun(t *testing.T) {
	body := `data: {"type":"start","runId":"r","payload":{"messageId":"m"}}` + "\n\n" + `data: {"error":"database is locked"}` + "\n\n"
	s, err := inMemory(t, play(answer(200, body, "Content-Type", "text/event-stream"))).Agent("a").Stream(t.Context(), ask())
	require.NoError(t, err)
	res, err := s.Result()
	assert.ErrorContains(t, err, "database is locked")
	assert.ErrorIs(t, err, mastra.ErrTruncated)
	assert.ErrorContains(t, res.Err(), "database is locked")
	assert.Equal(t, http.StatusBadGateway, mastra.HTTPStatus(err))
}
