package mastra

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"

	"github.com/mastra-go/mastra/gen"
)

var (
	opVoiceSpeakers = get("AgentVoiceSpeakers", "/agents/{agentId}/voice/speakers")
	opVoiceListener = get("AgentVoiceListener", "/agents/{agentId}/voice/listener")
	opVoiceSpeak    = post("AgentVoiceSpeak", "/agents/{agentId}/voice/speak").contextInQuery()
	opVoiceListen   = post("AgentVoiceListen", "/agents/{agentId}/voice/listen").contextInQuery()
)

// SpeakerInfo is a voice that an agent can speak with.
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
	err := v.a.c.call(ctx, request{op: opVoiceSpeakers, ids: []string{v.a.id}, opts: opts}, &out)
	return out, err
}

// CanListen tells whether the agent transcribes speech.
//
// GET /agents/{agentId}/voice/listener. Safe to repeat, and repeated.
func (v *Voice) CanListen(ctx context.Context, opts ...Option) (bool, error) {
	var out gen.ListenerInfo
	err := v.a.c.call(ctx, request{op: opVoiceListener, ids: []string{v.a.id}, opts: opts}, &out)
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
		return nil, errors.New("mastra: SpeakRequest.Text is empty")
	}
	resp, err := v.a.c.openBody(ctx, request{op: opVoiceSpeak, ids: []string{v.a.id}, body: req, opts: opts})
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
	// Options go to the voice's provider.
	Options map[string]any
}

// Listen turns speech into text. An agent without voice matches [ErrServer].
//
// POST /agents/{agentId}/voice/listen. Repeated only where the server refused it unprocessed.
func (v *Voice) Listen(ctx context.Context, req ListenRequest, opts ...Option) (string, error) {
	if req.Audio == nil {
		return "", errors.New("mastra: ListenRequest.Audio is nil")
	}
	f, err := req.form()
	if err != nil {
		return "", err
	}
	var out gen.Transcript
	err = v.a.c.call(ctx, request{op: opVoiceListen, ids: []string{v.a.id}, form: f, opts: opts}, &out)
	return out.Text, err
}

// form is a body of another type than JSON.
type form struct {
	body        []byte
	contentType string
}

func (req ListenRequest) form() (*form, error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	name := req.Filename
	if name == "" {
		name = "audio"
	}
	part, err := w.CreateFormFile("audio", name)
	if err == nil {
		_, err = io.Copy(part, req.Audio)
	}
	if err != nil {
		return nil, fmt.Errorf("mastra: ListenRequest.Audio: %w", err)
	}
	if len(req.Options) > 0 {
		text, err := marshal(req.Options)
		if err != nil {
			return nil, fmt.Errorf("mastra: ListenRequest.Options: %w", err)
		}
		if err := w.WriteField("options", string(text)); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return &form{b.Bytes(), w.FormDataContentType()}, nil
}
