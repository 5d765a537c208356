package aisdk

import (
	"context"
	"errors"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/internal/status"
)

const defaultMaxBody = 4 << 20

// Serving says how requests are read and answered, whatever answers them:
//
//	aisdk.Config{
//		Display: aisdk.Display{SendReasoning: true},
//		Serving: aisdk.Serving{OnError: logged},
//		Request: request,
//	}
type Serving struct {
	Pace

	// Reattach finds the stream of the answer that a chat is being given, for a page
	// that was loaded anew: `GET {path}/{chatId}/stream`. It gives nil where there is
	// none, and must make sure that the chat is the user's. With a durable agent,
	// Request sets a RunID and keeps it with the chat, and Reattach gives what
	// [mastra.Agent.Observe] gives for it; with a workflow, what [mastra.Run.Observe]
	// gives. Nil answers 204 always.
	Reattach func(r *http.Request, chatID string) (ChunkStream, error)
	// MaxBody is how large a request may be, in bytes. Default: 4 MiB.
	MaxBody int64
	// OnError is told why a request failed, for the log; the browser is told less.
	// A browser that leaves is no error.
	OnError func(r *http.Request, err error)
}

// endpoint is what the handlers have in common: it reads the request and answers
// failures.
type endpoint struct {
	Serving
	// options of every conversion. That of a chat has the id of its message too.
	options Options
	// serve answers a chat. An error that it returns before it has written is
	// answered with a status.
	serve func(*Writer, *http.Request, Chat, Options) error
}

func (e *endpoint) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := NewWriter(rw, e.Pace)
	var err error
	switch r.Method {
	case http.MethodPost:
		err = e.post(w, r)
	case http.MethodGet:
		err = e.get(w, r)
	default:
		rw.Header().Set("Allow", "GET, POST")
		err = Refuse(http.StatusMethodNotAllowed, "Method not allowed.")
	}
	if err == nil {
		return
	}
	if !w.begun {
		w.refuse(err)
	}
	if e.OnError != nil && !errors.Is(r.Context().Err(), context.Canceled) {
		e.OnError(r, err)
	}
}

func (e *endpoint) post(w *Writer, r *http.Request) error {
	body, err := e.read(w, r)
	if err != nil {
		return err
	}
	chat, err := parseChat(body)
	if err != nil {
		return err
	}
	o := e.options
	o.MessageID = chat.continues()
	return e.serve(w, r, chat, o)
}

func (e *endpoint) read(w *Writer, r *http.Request) ([]byte, error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return nil, Refuse(http.StatusUnsupportedMediaType, "The request body must be application/json.")
	}
	limit := e.MaxBody
	if limit <= 0 {
		limit = defaultMaxBody
	}
	body, err := io.ReadAll(http.MaxBytesReader(w.w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, Refuse(http.StatusRequestEntityTooLarge, "The conversation is too large.")
	case err != nil:
		return nil, badRequest("The request body could not be read.")
	}
	return body, nil
}

// get gives the answer that is under way to a page that was loaded anew.
func (e *endpoint) get(w *Writer, r *http.Request) error {
	chatID, ok := chatOfPath(r.URL)
	if !ok {
		return Refuse(http.StatusNotFound, "Not found.")
	}
	var s ChunkStream
	if e.Reattach != nil {
		var err error
		if s, err = e.Reattach(r, chatID); err != nil {
			return err
		}
	}
	if isNil(s) {
		w.w.WriteHeader(http.StatusNoContent)
		w.out.Flush()
		return nil
	}
	return w.all(NewConverter(e.options), s)
}

// isNil also tells the nil pointers that an interface hides.
func isNil(s ChunkStream) bool {
	switch s := s.(type) {
	case nil:
		return true
	case *mastra.AgentStream:
		return s == nil
	case *mastra.RunStream:
		return s == nil
	case *mastra.NetworkStream:
		return s == nil
	}
	return false
}

// chatOfPath reads the chat's id out of {path}/{chatId}/stream.
func chatOfPath(u *url.URL) (string, bool) {
	rest, ok := strings.CutSuffix(u.EscapedPath(), "/stream")
	if !ok {
		return "", false
	}
	id, err := url.PathUnescape(rest[strings.LastIndexByte(rest, '/')+1:])
	return id, err == nil && id != ""
}

// refusal is an error with what the browser is told about it.
type refusal struct {
	status int
	text   string
}

func (e *refusal) Error() string {
	return "aisdk: refused: " + strconv.Itoa(e.status) + " " + e.text
}

// HTTPStatus is for [mastra.HTTPStatus], to which nothing else can tell a status.
func (e *refusal) HTTPStatus() status.Code { return status.Code(e.status) }

// Refuse makes an error that a request is answered with: an HTTP status from 400
// on, and a text, which useChat gives to the page as the error's message.
// [mastra.HTTPStatus] gives that status too.
func Refuse(status int, text string) error {
	if status < 400 || status > 599 {
		status = http.StatusInternalServerError
	}
	return &refusal{status, text}
}

// texts for the statuses that failures of the Mastra server lead to.
func statusText(status int) string {
	switch status {
	case http.StatusBadRequest, http.StatusUnprocessableEntity:
		return "The agent did not accept the request."
	case http.StatusForbidden:
		return "This conversation is not yours."
	case http.StatusNotFound:
		return "Not found."
	case http.StatusConflict:
		return answeredText
	case http.StatusRequestEntityTooLarge:
		return "The conversation is too large."
	case http.StatusTooManyRequests:
		return "Too many requests. Please try again later."
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return "The agent is not available."
	case http.StatusGatewayTimeout:
		return "The agent took too long."
	}
	return ErrorMessage
}

// refuse answers a request that failed before anything was sent. What the server
// said stays here.
func (w *Writer) refuse(err error) {
	h := w.w.Header()
	var status int
	var text string
	var refused *refusal
	var bad badRequest
	var upstream *mastra.Error
	switch {
	case errors.As(err, &refused):
		status, text = refused.status, refused.text
	case errors.As(err, &bad):
		status, text = http.StatusBadRequest, string(bad)
	default:
		status = mastra.HTTPStatus(err)
		if errors.Is(err, context.DeadlineExceeded) {
			status = http.StatusGatewayTimeout
		}
		text = statusText(status)
		if errors.As(err, &upstream) && upstream.RetryAfter > 0 {
			h.Set("Retry-After", strconv.Itoa(int(math.Ceil(upstream.RetryAfter.Seconds()))))
		}
	}
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.w.WriteHeader(status)
	w.out.Write([]byte(text))
}
