package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/mockserver"
)

// server is the one at MASTRA_BASE_URL, else a mock.
func server(t *testing.T) *mastra.Client {
	t.Helper()
	url := os.Getenv("MASTRA_BASE_URL")
	if url == "" {
		url = mockserver.Start(t).URL
	}
	client, err := mastra.New(url)
	require.NoError(t, err)
	return client
}

func TestApproval_EveryCallIsAsked(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), server(t), strings.NewReader("y\nnot today\nRome\nshe said yes\n"), &out))
	text := out.String()
	assert.Contains(t, text, `May delicate run with {"what":"launch"}?`)
	assert.Contains(t, text, `May delicate run with {"what":"land"}?`)
	assert.Contains(t, text, `ask-user asks {"question":"Where to?"}:`)
	assert.Contains(t, text, `{"done":"launch"}`, "the one that was approved has run")
	assert.NotContains(t, text, `{"done":"land"}`)
	assert.Contains(t, text, "not today", "the model was told why")
	assert.Contains(t, text, `{"answer":"Rome"}`)
	assert.Contains(t, text, `What does phone return for {"who":"Ann"}?`)
	assert.Contains(t, text, `"she said yes"`)
}

func TestApproval_NoAnswerIsAnError(t *testing.T) {
	var out bytes.Buffer
	err := run(t.Context(), server(t), strings.NewReader("y\n"), &out)
	require.ErrorContains(t, err, "delicate: no answer")
}

func TestApproval_ToolsByHand(t *testing.T) {
	agent := server(t).Agent("assistant")
	res, err := agent.Generate(t.Context(), mastra.AgentRequest{
		Messages:    mastra.Prompt("tool:phone {\"who\":\"Ann\"}\ntool:phone {\"who\":\"Bob\"}"),
		ClientTools: byHand,
	})
	require.NoError(t, err)
	said := []string{"yes", "no"}
	res, err = finish(t.Context(), agent, res, func(question string) (string, error) {
		assert.Contains(t, question, "What does phone return")
		next := said[0]
		said = said[1:]
		return next, nil
	})
	require.NoError(t, err)
	assert.Contains(t, res.Text, `"yes"`)
	assert.Contains(t, res.Text, `"no"`)
}
