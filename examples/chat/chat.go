package main

import (
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

//go:embed static
var static embed.FS

// chat is the application.
type chat struct {
	agent  *mastra.Agent
	memory *mastra.Memory
	log    *slog.Logger
}

func newChat(client *mastra.Client, agent string, log *slog.Logger) *chat {
	return &chat{agent: client.Agent(agent), memory: client.Memory(agent), log: log}
}

// display is the same for what is written and for what is read back.
var display = aisdk.Display{SendReasoning: true, SendSources: true}

func (c *chat) routes() http.Handler {
	answer := aisdk.Handler(c.agent, aisdk.Config{
		Display: display,
		Serving: aisdk.Serving{OnError: c.failed},
		Request: c.request,
	})
	files, err := fs.Sub(static, "static")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	mux := http.NewServeMux()
	mux.Handle("POST /api/chat", answer)
	mux.Handle("GET /api/chat/{id}/stream", answer)
	mux.HandleFunc("GET /api/chat/{id}/messages", c.history)
	mux.Handle("GET /", http.FileServerFS(files))
	return visitors(mux)
}

// failed notes why a chat failed.
func (c *chat) failed(r *http.Request, err error) {
	c.log.Error("chat", "path", r.URL.Path, "error", err)
}

// request says on whose behalf the agent is called. What the browser sends decides
// nothing here but the name of the conversation, within the user's own.
func (c *chat) request(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
	ref, err := memoryOf(r, chat.ID)
	if err != nil {
		return mastra.AgentRequest{}, err
	}
	if chat.Trigger == aisdk.Regenerate && chat.MessageID != "" {
		// Otherwise the model would see the answer that is to be replaced. A message of
		// another user is refused by the server.
		if err := c.memory.ForResource(ref.ResourceID).DeleteMessages(r.Context(), []string{chat.MessageID}); err != nil {
			return mastra.AgentRequest{}, err
		}
	}
	return mastra.AgentRequest{Memory: ref}, nil
}

// history gives a chat's messages to a page that was loaded anew.
func (c *chat) history(w http.ResponseWriter, r *http.Request) {
	ref, err := memoryOf(r, r.PathValue("id"))
	var messages []aisdk.Message
	if err == nil {
		thread := c.memory.ForResource(ref.ResourceID).Thread(ref.ThreadID)
		messages, err = aisdk.History(thread.Messages(r.Context(), mastra.ListMessagesRequest{}), display)
	}
	if errors.Is(err, mastra.ErrNotFound) { // nothing has been said yet
		messages, err = []aisdk.Message{}, nil
	}
	if err != nil {
		if r.Context().Err() == nil { // the page is still there
			c.log.Error("history", "error", err)
		}
		http.Error(w, "The history could not be read.", mastra.HTTPStatus(err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(messages)
}

// memoryOf names the thread of a chat. All of a user's threads begin with the user,
// so that no id of a chat leads into those of another.
func memoryOf(r *http.Request, chatID string) (*mastra.MemoryRef, error) {
	cookie, err := r.Cookie(cookieName)
	if err != nil || cookie.Value == "" {
		return nil, aisdk.Refuse(http.StatusUnauthorized, "Please load the page anew.")
	}
	if chatID == "" || len(chatID) > 64 {
		return nil, aisdk.Refuse(http.StatusBadRequest, "The chat needs an id of at most 64 bytes.")
	}
	return &mastra.MemoryRef{ThreadID: cookie.Value + "/" + chatID, ResourceID: cookie.Value}, nil
}

const cookieName = "chat_user"

// visitors gives everybody an identity that only their browser knows. It stands for
// the sign-in of a real application.
func visitors(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie(cookieName); err != nil {
			http.SetCookie(w, &http.Cookie{
				Name: cookieName, Value: rand.Text(), Path: "/", MaxAge: 30 * 24 * 3600,
				HttpOnly: true, SameSite: http.SameSiteStrictMode,
			})
		}
		w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}
