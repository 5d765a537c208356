package mockserver

import (
	"net/http"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

const noVoice = "No voice provider configured"

func (s *Server) listSpeakers(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	speakers := []any{}
	if a.Voice != nil {
		for _, id := range a.Voice.Speakers {
			speakers = append(speakers, js.Obj("voiceId", id))
		}
	}
	return c.json(speakers)
}

func (s *Server) getListener(c *call) error {
	a, err := c.agent()
	if err != nil {
		return err
	}
	return c.json(js.Obj("enabled", a.Voice != nil && a.Voice.Listen != nil))
}

func (s *Server) speak(c *call) error {
	text := c.body.Str("text")
	if text == "" {
		return badRequest("text is required")
	}
	a, err := c.agent()
	if err != nil {
		return err
	}
	if a.Voice == nil || a.Voice.Speak == nil {
		return badRequest(noVoice)
	}
	audio, err := a.Voice.Speak(text)
	if err != nil {
		return err
	}
	contentType := a.Voice.ContentType
	if contentType == "" {
		contentType = "audio/mpeg"
	}
	c.w.Header().Set("Content-Type", contentType)
	c.w.WriteHeader(http.StatusOK)
	c.w.Flush() // its length is not known before it is spoken
	_, _ = c.w.Write(audio)
	return nil
}

func (s *Server) listen(c *call) error {
	var audio []byte
	switch v := c.body.Get("audio").(type) {
	case upload:
		audio = v
	case string:
		audio = []byte(v)
	case nil:
	default:
		if v != false && v != 0.0 {
			return said(`The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received %s`, received(v))
		}
	}
	if text, isText := c.body.Get("audio").(string); len(audio) == 0 && (!isText || text == "") {
		if _, isFile := c.body.Get("audio").(upload); !isFile {
			return badRequest("Audio data is required")
		}
	}
	a, err := c.agent()
	if err != nil {
		return err
	}
	if a.Voice == nil || a.Voice.Listen == nil {
		return said(noVoice)
	}
	text, err := a.Voice.Listen(audio)
	if err != nil {
		return err
	}
	return c.json(js.Obj("text", text))
}

// received is how Node names what it was given.
func received(v any) string {
	switch v.(type) {
	case []any:
		return "an instance of Array"
	case *js.Object:
		return "an instance of Object"
	}
	return "type " + zod.TypeOf(v) + " (" + js.String(v) + ")"
}
