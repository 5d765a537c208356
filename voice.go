package mastra

import (
	"context"
	"io"

	"github.com/mastra-go/mastra/gen"
	"github.com/mastra-go/mastra/internal/call"
	"github.com/mastra-go/mastra/internal/route"
)

// SpeakerInfo is a voice that an agent can speak with: see [gen.SpeakerInfo].
type SpeakerInfo = gen.SpeakerInfo

// Voice is a handle to an agent's voice.
type Voice struct{ a *Agent }

// Voice gives a handle to the agent's voice.
func (a *Agent) Voice() *Voice { return &Voice{a} }

// Speakers lists the voices; none for an agent without voice.
//
// GET /agents/{agentId}/voice/speakers. Safe to repeat, and repeated.
func (v *Voice) Speakers(ctx context.Context, opts ...Option) ([]SpeakerInfo, error) {
	var out []SpeakerInfo
	err := v.a.c.call(ctx, opts, call.Request{Op: route.AgentVoiceSpeakers, IDs: []string{v.a.id}, Refused: v.a.version.unversioned("a voice")}, &out)
	return out, err
}

// CanListen tells whether the agent transcribes speech.
//
// GET /agents/{agentId}/voice/listener. Safe to repeat, and repeated.
func (v *Voice) CanListen(ctx context.Context, opts ...Option) (bool, error) {
	var out gen.ListenerInfo
	err := v.a.c.call(ctx, opts, call.Request{Op: route.AgentVoiceListener, IDs: []string{v.a.id}, Refused: v.a.version.unversioned("a voice")}, &out)
	return out.Enabled, err
}

// SpeakRequest asks for speech.
type SpeakRequest struct {
	Text string `json:"text"`
	// Speaker is a voice of [Voice.Speakers]; the agent's own where it is empty.
	Speaker string `json:"speakerId,omitzero"`
}

// Audio is speech as it arrives. The caller closes it.
type Audio struct {
	io.ReadCloser
	// ContentType is such as "audio/mpeg".
	ContentType string
}

// Speak turns text into speech, and returns as soon as the first of it is there.
// An agent without voice matches [ErrBadRequest].
//
// POST /agents/{agentId}/voice/speak. Repeated only where the server refused it unprocessed.
func (v *Voice) Speak(ctx context.Context, req SpeakRequest, opts ...Option) (*Audio, error) {
	if req.Text == "" {
		return nil, refuse("SpeakRequest.Text is empty")
	}
	resp, err := v.a.c.openBody(ctx, opts, call.Request{Op: route.AgentVoiceSpeak, IDs: []string{v.a.id}, Refused: v.a.version.unversioned("a voice"), Body: req})
	if err != nil {
		return nil, err
	}
	return &Audio{ReadCloser: resp.Body, ContentType: resp.Header.Get("Content-Type")}, nil
}

// ListenRequest is speech to transcribe.
type ListenRequest struct {
	// Audio is read to its end before anything is sent.
	Audio io.Reader
	// Filename tells the format to providers that look at it: "speech.mp3".
	Filename string
	// MediaType is that of the audio, such as "audio/mpeg"; empty says nothing of it.
	MediaType string
	// Options go to the voice's provider.
	Options map[string]any
}

// Listen turns speech into text. An agent without voice matches [ErrServer].
//
// POST /agents/{agentId}/voice/listen. Repeated only where the server refused it unprocessed.
func (v *Voice) Listen(ctx context.Context, req ListenRequest, opts ...Option) (string, error) {
	if req.Audio == nil {
		return "", refuse("ListenRequest.Audio is nil")
	}
	f := new(call.Form)
	name := req.Filename
	if name == "" {
		name = "audio"
	}
	f.File("audio", name, req.MediaType, req.Audio)
	if len(req.Options) > 0 {
		f.JSON("options", req.Options)
	}
	var out gen.Transcript
	err := v.a.c.call(ctx, opts, call.Request{Op: route.AgentVoiceListen, IDs: []string{v.a.id}, Refused: v.a.version.unversioned("a voice"), Form: f}, &out)
	return out.Text, err
}
