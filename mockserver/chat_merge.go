package mockserver

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// goesOn tells whether a message goes on with this one: both are the
// assistant's, and nothing says that this one has ended.
func (m *chatMessage) goesOn(next *chatMessage, from origin) bool {
	metadata, other := m.content().Obj("metadata"), next.content().Obj("metadata")
	if from == fromMemory || m.Str("role") != "assistant" || next.Str("role") != "assistant" || m.Str("threadId") != next.Str("threadId") {
		return false
	}
	if truthy(metadata.Obj("mastra").Get("responseBoundary")) || metadata.Obj("mastra").Get("sealed") == true {
		return false
	}
	for _, key := range []string{"completionResult", "isTaskCompleteResult"} {
		if truthy(metadata.Get(key)) || truthy(other.Get(key)) {
			return false
		}
	}
	parts := m.parts()
	onlyData := len(parts) > 0 && !slices.ContainsFunc(parts, func(p *js.Object) bool { return !strings.HasPrefix(p.Str("type"), "data-") })
	return !onlyData || m.Str("id") == next.Str("id")
}

// merge adds what a message says to this one. Results go to their calls; the
// other parts go behind the call that they followed, or to the end.
func (m *chatMessage) merge(next *chatMessage) {
	if metadata := next.content().Obj("metadata"); metadata != nil {
		m.content().Set("metadata", js.Obj().Merge(m.content().Obj("metadata"), metadata))
	}
	incoming := next.parts()
	anchors := map[int]int{} // where the calls that both have stand here
	for i, part := range incoming {
		if j := m.findCall(part); j >= 0 {
			m.takeResult(j, part)
			anchors[i] = j
		}
	}
	m.insert(incoming, anchors)
	if text := next.content().Get("content"); truthy(text) {
		m.content().Set("content", text)
	}
	if m.placed {
		m.place()
	}
}

// place brings the members of the content to their places.
func (m *chatMessage) place() {
	content := js.Obj()
	for _, key := range []string{"format", "parts", "toolInvocations", "reasoning", "experimental_attachments", "content", "metadata"} {
		content.Set(key, valueOf(m.content(), key))
	}
	m.Set("content", content.Merge(m.content()))
}

// findCall finds the newest call of a part's id, -1 if there is none.
func (m *chatMessage) findCall(part *js.Object) int {
	call := part.Obj("toolInvocation")
	if part.Str("type") != "tool-invocation" || call == nil {
		return -1
	}
	parts := m.parts()
	for j := len(parts) - 1; j >= 0; j-- {
		if parts[j].Str("type") == "tool-invocation" && parts[j].Obj("toolInvocation").Str("toolCallId") == call.Str("toolCallId") {
			return j
		}
	}
	return -1
}

// takeResult updates a call by what a part says became of it.
func (m *chatMessage) takeResult(at int, part *js.Object) {
	call := part.Obj("toolInvocation")
	parts := m.parts()
	own := parts[at].Clone()
	invocation := own.Obj("toolInvocation").Clone()
	switch state := call.Str("state"); state {
	case "result":
		invocation.Set("step", valueOf(call, "step")).Set("state", state).Set("result", valueOf(call, "result"))
	case "approval-requested", "approval-responded", "output-denied", "output-error":
		invocation.Set("state", state)
		for _, key := range []string{"approval", "errorText", "rawInput"} {
			invocation.Set(key, valueOf(call, key))
		}
		for _, key := range []string{"providerExecuted", "title", "preliminary"} {
			if v, ok := part.Lookup(key); ok {
				own.Set(key, v)
			}
		}
	default:
		return
	}
	invocation.Set("args", js.Obj().Merge(invocation.Obj("args"), call.Obj("args")))
	if metadata := part.Obj("providerMetadata"); metadata != nil {
		own.Set("providerMetadata", js.Obj().Merge(own.Obj("providerMetadata"), metadata))
	}
	parts[at] = own.Set("toolInvocation", invocation)
	m.setParts(parts)
	if call.Str("state") == "result" {
		m.listResult(invocation)
	}
}

// listResult keeps a result in the older list of calls too.
func (m *chatMessage) listResult(invocation *js.Object) {
	list := objectsOf(m.content().Get("toolInvocations"))
	i := slices.IndexFunc(list, func(o *js.Object) bool { return o.Str("toolCallId") == invocation.Str("toolCallId") })
	if i < 0 {
		list = append(list, invocation)
	} else {
		list[i] = invocation
	}
	m.content().Set("toolInvocations", js.Array(list))
}

// insert puts the parts in that are not anchors.
func (m *chatMessage) insert(incoming []*js.Object, anchors map[int]int) {
	before, drift := -1, 0
	for i, part := range incoming {
		if _, ok := anchors[i]; ok || part.Str("type") == "tool-invocation" && part.Obj("toolInvocation") == nil {
			continue
		}
		if len(anchors) == 0 {
			m.push(incoming, i, -1)
			continue
		}
		left, right := -1, -1
		for at := range anchors {
			if at < i && at > left {
				left = at
			}
			if at > i && (right < 0 || at < right) {
				right = at
			}
		}
		if left != before {
			before, drift = left, 0
		}
		to, end := i+drift, len(m.parts())
		if left >= 0 {
			to = anchors[left] + i - left + drift
		}
		if right >= 0 {
			end = anchors[right]
		}
		if to > end || slices.ContainsFunc(m.parts()[to:end], func(p *js.Object) bool { return partKey(p) == partKey(part) }) {
			continue
		}
		count := m.push(incoming, i, to)
		if count == 0 {
			continue
		}
		drift += count - 1
		for at, own := range anchors {
			if own >= to {
				anchors[at] = own + count
			}
		}
	}
}

// push adds a part unless it is here as often as it is there. It goes to a place,
// or to the end where that is -1. A text behind a tool's call begins a step. The
// result is how many parts were added.
func (m *chatMessage) push(incoming []*js.Object, i, to int) int {
	part, own := incoming[i], m.parts()
	key := partKey(part)
	count := func(list []*js.Object) (n int) {
		for _, p := range list {
			if partKey(p) == key {
				n++
			}
		}
		return n
	}
	if count(own) >= count(incoming) {
		return 0
	}
	added := []*js.Object{part}
	stepped := i > 0 && incoming[i-1].Str("type") == "step-start"
	if n := len(own); part.Str("type") == "text" && !stepped && n > 0 && own[n-1].Str("type") == "tool-invocation" {
		step := js.Obj("type", "step-start")
		for j := n - 1; j >= 0; j-- {
			if own[j].Str("type") == "step-start" {
				if model := own[j].Get("model"); truthy(model) {
					step.Set("model", model).Set("createdAt", nowMillis())
				}
				break
			}
		}
		added = []*js.Object{step, part}
	}
	if to < 0 {
		to = len(own)
	}
	m.setParts(slices.Insert(own, to, added...))
	return len(added)
}

// key tells messages of one id apart by their parts.
func (m *chatMessage) key() string {
	var b strings.Builder
	for _, p := range m.parts() {
		b.WriteString(partKey(p))
	}
	return b.String()
}

// partKey is what makes a part another one.
func partKey(part *js.Object) string {
	kind := part.Str("type")
	switch {
	case kind == "text":
		return kind + part.Str("text")
	case kind == "tool-invocation":
		call := part.Obj("toolInvocation")
		return kind + call.Str("toolCallId") + call.Str("state")
	case kind == "reasoning":
		length := 0
		for _, d := range objectsOf(part.Get("details")) {
			if d.Str("type") == "text" {
				length += js.Length(d.Str("text")) + js.Length(d.Str("signature"))
			}
		}
		return kind + part.Str("reasoning") + strconv.Itoa(length)
	case kind == "file":
		return kind + js.String(firstOf(part, "data", "url")) + js.String(firstOf(part, "mimeType", "mediaType"))
	case strings.HasPrefix(kind, "data-"):
		return kind + js.String(part.Get("data"))
	}
	return kind
}
