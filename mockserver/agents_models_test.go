package mockserver_test

import (
	"bytes"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/mockserver"
)

func TestModel_IsSetAndReset(t *testing.T) {
	_, c := start(t)
	agent := func() map[string]any {
		_, text := c.get("/api/agents/plain")
		return decode(t, text)
	}
	assert.Equal(t, "Agent model updated", c.object("/api/agents/plain/model", `{"modelId":"gpt-4o","provider":"openai"}`)["message"])
	assert.Equal(t, "openai", agent()["provider"])
	assert.Equal(t, "gpt-4o", agent()["modelId"])
	status, text := c.post("/api/agents/plain/generate", `{"messages":"hi"}`)
	assert.Equal(t, 500, status)
	assert.Equal(t, "Could not find API key process.env.OPENAI_API_KEY for model id openai/gpt-4o", decode(t, text)["error"])
	c.object("/api/agents/plain/model/reset", nil)
	assert.Equal(t, "fake-2", agent()["modelId"])
	assert.Equal(t, "You said: hi", c.object("/api/agents/plain/generate", `{"messages":"hi"}`)["text"])
}

func TestModel_ListIsOrderedAndChanged(t *testing.T) {
	_, c := start(t)
	const multi = "/api/agents/multi/"
	models := func() []any {
		_, text := c.get("/api/agents/multi")
		var ids []any
		for _, m := range decode(t, text)["modelList"].([]any) {
			ids = append(ids, at(m, "id"), at(m, "enabled"))
		}
		return ids
	}
	answered := func() any {
		return at(c.object(multi+"generate", `{"messages":"hi"}`), "response", "modelId")
	}
	c.object(multi+"models/reorder", `{"reorderedModelIds":["fake-7"]}`)
	assert.Equal(t, []any{"fake-7", true, "fake-6", true}, models())
	assert.Equal(t, "fake-7", answered())
	c.object(multi+"models/fake-7", `{"enabled":false,"maxRetries":3}`)
	assert.Equal(t, []any{"fake-7", false, "fake-6", true}, models())
	assert.Equal(t, "fake-6", answered())
	c.object(multi+"models/fake-6", `{"enabled":false}`)
	for _, path := range []string{"generate", "stream"} {
		status, text := c.post(multi+path, `{"messages":"hi"}`)
		assert.Equal(t, 500, status)
		assert.Contains(t, text, "[Agent:multi] - No enabled models found in model list")
	}
	_, text := c.get("/api/agents/multi")
	assert.NotContains(t, decode(t, text), "modelId")
	status, _ := c.post(multi+"models/nope", `{}`)
	assert.Equal(t, 404, status)
	status, _ = c.post("/api/agents/plain/models/fake-2", `{}`)
	assert.Equal(t, 400, status)
	c.object(multi+"model/reset", nil)
	assert.Equal(t, []any{"fake-6", true, "fake-7", true}, models())
}

func TestVoice_SpeaksAndListens(t *testing.T) {
	_, c := start(t)
	res := c.open(t.Context(), "POST", "/api/agents/voiced/voice/speak", `{"text":"hé"}`)
	assert.Equal(t, "audio/mpeg", res.Header.Get("Content-Type"))
	var spoken bytes.Buffer
	_, err := spoken.ReadFrom(res.Body)
	require.NoError(t, err)
	assert.Equal(t, "hé", spoken.String())

	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	part, err := w.CreateFormFile("audio", "a.mp3")
	require.NoError(t, err)
	_, err = part.Write([]byte("aloud"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	status, text := c.do("POST", "/api/agents/voiced/voice/listen", form.String(), "Content-Type", w.FormDataContentType())
	assert.Equal(t, 200, status)
	assert.Equal(t, `{"text":"aloud"}`, text)
	status, text = c.do("POST", "/api/agents/voiced/voice/listen", strings.ReplaceAll(form.String(), "\r\n", "\n"), "Content-Type", w.FormDataContentType())
	assert.Equal(t, 400, status)
	assert.Contains(t, text, "Failed to parse body as FormData.")

	_, text = c.get("/api/agents/voiced/voice/speakers")
	assert.Equal(t, `[{"voiceId":"demo"}]`, text)
	_, text = c.get("/api/agents/plain/voice/listener")
	assert.Equal(t, `{"enabled":false}`, text)
	for body, want := range map[string]int{`{"text":""}`: 400, `{"text":"x"}`: 400} {
		status, _ = c.post("/api/agents/plain/voice/speak", body)
		assert.Equal(t, want, status, body)
	}
	for body, want := range map[string]int{`{"audio":"x"}`: 500, `{"audio":""}`: 400, `{"audio":[1]}`: 500, `{}`: 400} {
		status, _ = c.post("/api/agents/plain/voice/listen", body)
		assert.Equal(t, want, status, body)
	}
}

func TestVoice_OfOnesOwnHasItsContentType(t *testing.T) {
	c := mine(t, mockserver.Agent{Model: says("x"), Voice: &mockserver.Voice{ContentType: "audio/ogg", Speak: func(text string) ([]byte, error) {
		return []byte(strings.ToUpper(text)), nil
	}}})
	res := c.open(t.Context(), "POST", "/api/agents/mine/voice/speak", `{"text":"hi"}`)
	assert.Equal(t, "audio/ogg", res.Header.Get("Content-Type"))
	status, _ := c.post("/api/agents/mine/voice/listen", `{"audio":"x"}`)
	assert.Equal(t, 500, status, "it cannot listen")
}

func TestAgent_RefusesWhatThereIsNotAsAServerDoes(t *testing.T) {
	_, c := start(t)
	for _, x := range []struct {
		method, path, body string
		status             int
		answer             string
	}{
		{"POST", "plain/clone", `{}`, 500, `{"error":"Editor is not configured on the Mastra instance"}`},
		{"POST", "plain/instructions/enhance", `{"instructions":"a","comment":"b"}`, 400,
			`{"error":"No model with a configured API key found. Please set the required environment variable for your model provider."}`},
		{"GET", "plain/plans/file?path=p", "", 404, `{"error":"Plan capability not found"}`},
		{"GET", "plain/skills/s", "", 404, `{"error":"Skill \"s\" not found"}`},
		{"GET", "nope/skills/s", "", 404, `{"error":"Agent with id nope not found"}`},
		{"POST", "plain/streamVNext", `{"messages":"x"}`, 410, `{"error":"This endpoint is deprecated. Please use /stream instead."}`},
		{"POST", "plain/generate-legacy", `{"messages":"x"}`, 500,
			`{"error":"Models with specificationVersion \"v2\" are not supported for generateLegacy(). Please use generate() instead."}`},
	} {
		status, text := c.do(x.method, "/api/agents/"+x.path, x.body)
		assert.Equal(t, x.status, status, x.path)
		assert.Equal(t, x.answer, text, x.path)
	}
	_, text := c.get("/api/agents/providers")
	assert.Contains(t, text, `"envVar":"OPENAI_API_KEY"`)
	list := c.stream("/api/agents/plain/stream/vnext", `{"messages":"x"}`)
	assert.Equal(t, "finish", list[len(list)-1]["type"], "the older framing")
}
