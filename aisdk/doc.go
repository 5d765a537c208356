// Package aisdk serves browsers that use the AI SDK's useChat, with a Mastra server
// behind: the /api/chat of a Go backend.
//
//	http.Handle("/api/chat", aisdk.Handler(client.Agent("assistant"), aisdk.Config{
//		Request: func(r *http.Request, chat aisdk.Chat) (mastra.AgentRequest, error) {
//			user, ok := userOf(r)
//			if !ok {
//				return mastra.AgentRequest{}, aisdk.Refuse(http.StatusUnauthorized, "Please sign in.")
//			}
//			return mastra.AgentRequest{
//				Memory: &mastra.MemoryRef{ThreadID: user + "/" + chat.ID, ResourceID: user},
//			}, nil
//		},
//	}))
//
// # Handlers
//
// [Handler] answers with an agent, [NetworkHandler] with an agent that routes to
// others, [WorkflowHandler] with a workflow. They read what useChat sends, call the
// Mastra server, and stream what useChat reads: text as it is written, tool calls
// and their results, approvals, errors. [History] gives the messages of a thread to
// begin with.
//
// # What a browser may decide
//
// The messages, whether to try again, and the answers to what waits: nothing else of
// a request reaches the agent. Memory, request context, tools and limits come from
// [Config.Request], which sees the request and the chat, and must not believe the
// latter. With memory the agent gets the last message only; message ids are made
// those of the thread, and runs to be resumed must be the thread's. Files must be
// data URLs. Failures are told in words that hold nothing of the server; the words
// of a failed run are the exception, see [Display.ErrorText].
//
// # Versions
//
// Versions 5, 6 and 7 of the AI SDK are served, see [Display.Version]. Version 6,
// the default, suits 7 too. Version 5 has no approvals: its pages read the
// `data-tool-call-approval` part, which comes in every version, and answer with
// resumeData.
//
// # Conversion
//
// A [Converter] turns Mastra's chunks into the AI SDK's parts, and a [Writer] writes
// them, for those who have a handler already:
//
//	s, err := client.Agent("assistant").Stream(r.Context(), req)
//	if err != nil {
//		http.Error(w, "The agent is not available.", mastra.HTTPStatus(err))
//		return
//	}
//	err = aisdk.NewWriter(w, aisdk.Pace{}).Pipe(s, aisdk.Options{})
//
// The parts are those that Mastra's own package for JavaScript, @mastra/ai-sdk,
// makes, except where they would show a server's stack trace, lose something, or end
// the stream in the browser.
//
// A page that speaks Mastra's own chunks needs none of this: see [stream.Forward].
package aisdk
