package contract_test

import (
	"encoding/json"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestHealth_OfAHealthyServerIsGood(t *testing.T) {
	t.Parallel()
	require.NoError(t, client(t).Health(within(t)))
}

func TestUnavailable_ServerThatDoesNotRunIsNamed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	url := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	c, _ := recorded(t, url, mastra.WithRetries(1))
	for name, call := range map[string]func() error{
		"health":   func() error { return c.Health(within(t)) },
		"generate": func() error { _, err := c.Agent("plain").Generate(within(t), ask("hi")); return err },
		"stream":   func() error { _, err := c.Agent("plain").Stream(within(t), ask("hi")); return err },
		"start": func() error {
			_, err := c.Workflow("doubler").Start(within(t), mastra.StartRequest{Input: number{1}})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrUnavailable)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown, "nothing was sent")
			assert.Contains(t, err.Error(), url)
			assert.Contains(t, err.Error(), "is the Mastra server running?")
			assert.Equal(t, 2, failure(t, err).Attempts, "to connect may be tried again")
			assert.Equal(t, 503, mastra.HTTPStatus(err))
		})
	}
}

func TestRoute_AnyOneCanBeCalled(t *testing.T) {
	t.Parallel()
	c := client(t)
	var tools map[string]json.RawMessage
	require.NoError(t, c.Do(within(t), "GET", "/agents/assistant/tools/weather", nil, &tools))
	assert.JSONEq(t, `"weather"`, string(tools["id"]))
	s, err := c.OpenStream(within(t), "POST", "/agents/plain/stream", ask("hi"))
	require.NoError(t, err)
	list, err := types(t, s)
	require.NoError(t, err)
	assert.Equal(t, "finish", list[len(list)-1])
	s, err = c.OpenStream(within(t), "POST", "/workflows/doubler/stream?runId="+unique("run"), map[string]any{"inputData": number{4}})
	require.NoError(t, err)
	list, err = types(t, s)
	require.NoError(t, err)
	assert.Equal(t, "workflow-finish", list[len(list)-1])
}

func TestRoute_ThatIsNoneIsNotFoundAndTheErrorSaysWhatToCheck(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, call := range map[string]func() error{
		"no such route":    func() error { _, err := do(t, c, "GET", "/no/such/route", ""); return err },
		"another method":   func() error { _, err := do(t, c, "PUT", "/agents/plain/generate", `{}`); return err },
		"a trailing slash": func() error { _, err := do(t, c, "GET", "/agents/", ""); return err },
		"another prefix": func() error {
			_, err := c.Agent("plain").Generate(within(t), ask("hi"), mastra.WithAPIPrefix("/v1"))
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrNotFound)
			assert.Equal(t, "no Mastra route here; check base URL and API prefix", failure(t, err).Message)
		})
	}
}

func TestResponse_PageIsNoAnswerThoughTheStatusIs200(t *testing.T) {
	t.Parallel()
	_, err := client(t).Agent("plain").Get(within(t), mastra.WithAPIPrefix("/v1"))
	e := failure(t, err)
	assert.Equal(t, 200, e.Status)
	assert.Contains(t, e.Message, "an HTML page, not a Mastra answer")
	assert.Equal(t, 1, e.Attempts)
	assert.Equal(t, 502, mastra.HTTPStatus(err))
}

func TestBadInput_InTheBodyIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	c := client(t)
	for name, x := range map[string]struct {
		path, body string
		fields     string
	}{
		"messages of a wrong type":    {"/agents/plain/generate", `{"messages":5}`, "messages"},
		"no messages":                 {"/agents/plain/generate", `{}`, "messages"},
		"several fields":              {"/agents/plain/stream", `{"messages":"hi","maxSteps":"x","toolChoice":7}`, "maxSteps toolChoice"},
		"a list for an object":        {"/agents/plain/generate", `[1]`, "root"},
		"null for an object":          {"/agents/plain/generate", `null`, "root"},
		"a schema that is missing":    {"/agents/plain/generate", `{"messages":"hi","structuredOutput":{}}`, "structuredOutput.schema"},
		"an approval without a run":   {"/agents/plain/approve-tool-call", `{"toolCallId":"c"}`, "runId"},
		"a refusal without a run":     {"/agents/plain/decline-tool-call-generate", `{"toolCallId":"c"}`, "runId"},
		"a resume without data":       {"/agents/plain/resume-stream", `{"runId":"r"}`, "resumeData"},
		"a thread without a resource": {"/memory/threads?agentId=assistant", `{}`, "resourceId"},
		"messages to save":            {"/memory/save-messages?agentId=assistant", `{"messages":5}`, "messages"},
		"a tool without data":         {"/tools/weather/execute", `{}`, "data"},
		"a dimension that is text":    {"/vector/vec/create-index", `{"indexName":"a","dimension":"x"}`, "dimension"},
		"vectors that are none":       {"/vector/vec/upsert", `{"indexName":"a","vectors":"x"}`, "vectors"},
		"a query without a vector":    {"/vector/vec/query", `{"indexName":"a"}`, "queryVector"},
		"a start's step flag":         {"/workflows/doubler/start?runId=r", `{"perStep":"x"}`, "perStep"},
		"a stream's step flag":        {"/workflows/doubler/stream?runId=r", `{"perStep":"x"}`, "perStep"},
		"a resume's index":            {"/workflows/doubler/resume?runId=r", `{"forEachIndex":"x"}`, "forEachIndex"},
		"a streamed resume's index":   {"/workflows/doubler/resume-stream?runId=r", `{"forEachIndex":"x"}`, "forEachIndex"},
		"a new run's owner":           {"/workflows/doubler/create-run?runId=r", `{"resourceId":5}`, "resourceId"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := do(t, c, "POST", x.path, x.body)
			require.ErrorIs(t, err, mastra.ErrBadRequest)
			require.ErrorIs(t, err, mastra.ErrInvalidInput)
			e := failure(t, err)
			assert.Equal(t, "Invalid request body", e.Message)
			var fields []string
			for _, issue := range e.Issues {
				fields = append(fields, issue.Field)
				assert.NotEmpty(t, issue.Message)
			}
			assert.Equal(t, x.fields, strings.Join(fields, " "))
		})
	}
}

func TestBadInput_MissingRunIDIsAWrongQuery(t *testing.T) {
	t.Parallel()
	c := client(t)
	for _, call := range []string{"stream", "start", "observe", "resume", "resume-stream"} {
		_, err := do(t, c, "POST", "/workflows/doubler/"+call, `{}`)
		require.ErrorIs(t, err, mastra.ErrInvalidInput, call)
		e := failure(t, err)
		assert.Equal(t, "Invalid query parameters", e.Message, call)
		require.Len(t, e.Issues, 1, call)
		assert.Equal(t, "runId", e.Issues[0].Field, call)
	}
}

func TestBodyLimit_IsExceededByFiveMegabytes(t *testing.T) {
	t.Parallel()
	c := client(t)
	large := strings.Repeat("x", 5<<20)
	message := mastra.NewStoredMessage("user", large)
	message.ThreadID, message.ResourceID = unique("thread"), unique("user")
	for name, call := range map[string]func() error{
		"generate": func() error { _, err := c.Agent("plain").Generate(within(t), ask(large)); return err },
		"stream":   func() error { _, err := c.Agent("plain").Stream(within(t), ask(large)); return err },
		"start": func() error {
			_, err := c.Workflow("doubler").Start(within(t), mastra.StartRequest{Input: large})
			return err
		},
		"execute": func() error {
			_, err := c.Tool("weather").Execute(within(t), map[string]string{"city": large})
			return err
		},
		"save": func() error {
			_, err := c.Memory("assistant").SaveMessages(within(t), []mastra.StoredMessage{message})
			return err
		},
		"create": func() error {
			_, err := c.Memory("assistant").CreateThread(within(t), mastra.CreateThreadRequest{ResourceID: "user", Title: large})
			return err
		},
		"query": func() error {
			return query(t, c.Vector("vec"), mastra.QueryRequest{Index: "a", Vector: []float32{1}, Filter: map[string]any{"k": large}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			err := call()
			require.ErrorIs(t, err, mastra.ErrTooLarge)
			e := failure(t, err)
			assert.Equal(t, "Request body too large", e.Message)
			assert.Equal(t, 1, e.Attempts)
			assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
			assert.Less(t, len(err.Error()), 1000)
		})
	}
	res, err := c.Agent("plain").Generate(within(t), ask(large[:1<<20]))
	require.NoError(t, err, "one of a megabyte is not")
	assert.Len(t, res.Text, len("You said: ")+1<<20)
}

func TestRequestContext_ReachesTheServerInBodyAndQuery(t *testing.T) {
	t.Parallel()
	c := client(t, mastra.WithAPIPrefix(""), mastra.WithRequestContext(map[string]any{"tenant": "a", "from": "client"}))
	call := mastra.WithRequestContext(map[string]any{"from": "call", "nested": map[string]any{"é": []int{1}}})
	var got json.RawMessage
	require.NoError(t, c.Do(within(t), "GET", "/echo-context", nil, &got, call))
	assert.JSONEq(t, `{"tenant":"a","from":"call","nested":{"é":[1]}}`, string(got), "in the query")
	require.NoError(t, c.Do(within(t), "POST", "/echo-context", map[string]any{}, &got, call))
	assert.JSONEq(t, `{"tenant":"a","from":"call","nested":{"é":[1]}}`, string(got), "in the body")

	for _, key := range []string{"mastra__resourceId", "mastra__threadId", "mastra__user", "organizationId"} {
		_, err := c.Agent("plain").Get(within(t), mastra.WithRequestContext(map[string]any{key: "x"}))
		var e *mastra.Error
		require.ErrorIs(t, err, mastra.ErrInvalidInput, key)
		require.NotErrorAs(t, err, &e, "%s would be dropped, so it is refused before it is sent", key)
	}
}

func TestResponse_TellsStatusHeadersAndBody(t *testing.T) {
	t.Parallel()
	c := client(t)
	var meta mastra.Response
	_, err := c.Tool("weather").Execute(within(t), map[string]string{"city": "Rome"}, mastra.WithResponse(&meta))
	require.NoError(t, err)
	assert.Equal(t, 200, meta.Status)
	assert.Equal(t, 1, meta.Attempts)
	assert.JSONEq(t, `{"city":"Rome","tempC":4}`, string(meta.Body))
	assert.Contains(t, meta.Header.Get("Content-Type"), "application/json")
	_, err = c.Agent("nobody").Get(within(t), mastra.WithResponse(&meta))
	require.Error(t, err)
	assert.Equal(t, 404, meta.Status)
}
