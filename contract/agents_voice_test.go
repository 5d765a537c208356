package contract_test

import (
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

func TestVoice_SpeaksAndListens(t *testing.T) {
	t.Parallel()
	voice := client(t).Agent("voiced").Voice()
	const text = "hear me, é😀"
	audio, err := voice.Speak(within(t), mastra.SpeakRequest{Text: text, Speaker: "demo"})
	require.NoError(t, err)
	assert.Equal(t, "audio/mpeg", audio.ContentType)
	assert.Equal(t, text, spoken(t, audio, err), "the demo's audio is the text itself")

	for name, req := range map[string]mastra.ListenRequest{
		"in one piece":              {Audio: strings.NewReader(text)},
		"byte by byte":              {Audio: iotest.OneByteReader(strings.NewReader(text)), Filename: "speech é.mp3"},
		"with a provider's options": {Audio: strings.NewReader(text), Options: map[string]any{"filetype": "mp3"}},
	} {
		heard, err := voice.Listen(within(t), req)
		require.NoError(t, err, name)
		assert.Equal(t, text, heard, name)
	}
	speakers, err := voice.Speakers(within(t))
	require.NoError(t, err)
	assert.Equal(t, []mastra.SpeakerInfo{{VoiceID: "demo"}}, speakers)
	can, err := voice.CanListen(within(t))
	require.NoError(t, err)
	assert.True(t, can)
}

func TestVoice_AgentWithoutOneSaysSo(t *testing.T) {
	t.Parallel()
	voice := client(t).Agent("plain").Voice()
	_, err := voice.Speak(within(t), mastra.SpeakRequest{Text: "hi"})
	require.ErrorIs(t, err, mastra.ErrBadRequest)
	assert.Equal(t, "No voice provider configured", failure(t, err).Message)
	_, err = voice.Listen(within(t), mastra.ListenRequest{Audio: strings.NewReader("hi")})
	require.ErrorIs(t, err, mastra.ErrServer)
	assert.Equal(t, 1, failure(t, err).Attempts)
	assert.NotErrorIs(t, err, mastra.ErrOutcomeUnknown)
	speakers, err := voice.Speakers(within(t))
	require.NoError(t, err)
	assert.Empty(t, speakers)
	can, err := voice.CanListen(within(t))
	require.NoError(t, err)
	assert.False(t, can)
}

func TestVoice_SpeechThatIsNoneIsRefusedBeforeItIsSent(t *testing.T) {
	t.Parallel()
	c, recorder := recorded(t, suite.server.URL())
	voice := c.Agent("voiced").Voice()
	_, err := voice.Speak(within(t), mastra.SpeakRequest{})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	_, err = voice.Listen(within(t), mastra.ListenRequest{})
	require.ErrorIs(t, err, mastra.ErrInvalidInput)
	broken := errors.New("the microphone is off")
	_, err = voice.Listen(within(t), mastra.ListenRequest{Audio: iotest.ErrReader(broken)})
	require.ErrorIs(t, err, broken)
	assert.Empty(t, recorder.Exchanges())
	heard, err := voice.Listen(within(t), mastra.ListenRequest{Audio: strings.NewReader("")})
	require.NoError(t, err)
	assert.Empty(t, heard, "silence is heard as such")
}
