package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra/internal/leakcheck"
)

func TestMain(m *testing.M) { os.Exit(leakcheck.Main(m)) }

func TestItServesUntilItIsInterrupted(t *testing.T) {
	out, lines := io.Pipe()
	ctx, interrupt := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- run(ctx, []string{"-addr", "127.0.0.1:0", "-token", "secret"}, lines, io.Discard) }()
	line := make([]byte, 200)
	n, err := out.Read(line)
	require.NoError(t, err)
	_, url, found := strings.Cut(strings.TrimSpace(string(line[:n])), " at ")
	require.True(t, found, string(line[:n]))

	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for path, want := range map[string]int{"/health": 200, "/api/agents": 401, "/api/agents?apiKey=secret": 200} {
		res, err := client.Get(url + path)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		assert.Equal(t, want, res.StatusCode, path)
	}
	interrupt()
	require.NoError(t, <-ended)
	_, err = client.Get(url + "/health")
	require.Error(t, err)
}

func TestBadFlagsAndAddressesAreErrors(t *testing.T) {
	var usage strings.Builder
	require.Error(t, run(t.Context(), []string{"-nope"}, io.Discard, &usage))
	assert.Contains(t, usage.String(), "-addr")
	require.ErrorContains(t, run(t.Context(), []string{"-addr", "127.0.0.1:x"}, io.Discard, io.Discard), "listen tcp")
}
