package aisdk_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/aisdk"
)

// listed writes numbered elements, with commas between them, until they are size
// bytes.
func listed(element string, size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strings.ReplaceAll(element, "#", fmt.Sprint(i)))
	}
	return b.String()
}

func TestBody_CostGrowsWithItsSizeAlone(t *testing.T) {
	const small, growth = 256 << 10, 8
	const question = `{"id":"u1","role":"user","parts":[{"type":"text","text":"hi"}]}`
	parts := func(element string) func(int) string {
		return func(size int) string {
			return `{"id":"c","messages":[{"id":"a1","role":"assistant","parts":[` + listed(element, size) + `]},` + question + `]}`
		}
	}
	deep := strings.Repeat(`[`, 5000) + strings.Repeat(`]`, 5000)
	for name, c := range map[string]struct {
		body   func(size int) string
		status int
	}{
		"approvals of many calls": {parts(`{"type":"tool-t","toolCallId":"#","state":"approval-responded","approval":{"id":"r::#","approved":true}}`), 400},
		"approvals of one call":   {parts(`{"type":"tool-t","toolCallId":"c","state":"approval-responded","approval":{"id":"r::c","approved":true}}`), 200},
		"results of tools":        {parts(`{"type":"tool-t","toolCallId":"#","state":"output-available","input":{},"output":{}}`), 200},
		"texts":                   {parts(`{"type":"text","text":"#"}`), 200},
		"files":                   {parts(`{"type":"file","mediaType":"text/plain","url":"data:,#"}`), 200},
		"parts that are none":     {parts(`0`), 200},
		"deep parts":              {parts(`{"type":"text","text":"","x":` + deep + `}`), 200},
		"a part of many members":  {func(size int) string { return parts(`{"type":"text","text":"",` + listed(`"x#":0`, size) + `}`)(1) }, 200},
		"messages": {func(size int) string {
			return `{"id":"c","messages":[` + listed(`{"id":"#","role":"user","parts":[{"type":"text","text":"hi"}]}`, size) + `]}`
		}, 200},
		"messages again and again": {func(size int) string { return `{"id":"c",` + listed(`"messages":[`+question+`]`, size) + `}` }, 200},
		"members":                  {func(size int) string { return `{"id":"c","messages":[` + question + `],` + listed(`"#":0`, size) + `}` }, 200},
	} {
		t.Run(name, func(t *testing.T) {
			up := newUpstream(t, replay(inputs(t, "real-plain")...))
			h := aisdk.Handler(up.agent(t), aisdk.Config{Request: remembered, AllMessages: true})
			took := func(size int) time.Duration {
				r := httptest.NewRequest(http.MethodPost, "/api/chat", strings.NewReader(c.body(size)))
				r.Header.Set("Content-Type", "application/json")
				w := httptest.NewRecorder()
				begun := time.Now()
				h.ServeHTTP(w, r)
				elapsed := time.Since(begun)
				require.Equal(t, c.status, w.Code)
				return elapsed
			}
			// Other programs make it slower at times, and a large body fits no cache; a cost
			// that grows with the square would be 64 times as large.
			one, many := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
			for range 5 {
				one, many = min(one, took(small)), min(many, took(growth*small))
				if many < 4*growth*one {
					return
				}
			}
			assert.Less(t, many, 4*growth*one, "%d times the body", growth)
		})
	}
}

func TestApproval_IsOfSixtyFourCallsAtMost(t *testing.T) {
	decisions := func(n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(`run-1::call_%d|"approved":true`, i))
		}
		return decided(all...)
	}
	up := newUpstream(t, replay(inputs(t, "real-approval-approved")...))
	asked := 0
	h := aisdk.Handler(up.agent(t), aisdk.Config{Request: func(*http.Request, aisdk.Chat) (mastra.AgentRequest, error) {
		asked++
		return mastra.AgentRequest{}, nil
	}})
	got := post(t, h, decisions(65))
	require.Equal(t, http.StatusBadRequest, got.Status)
	assert.Equal(t, "At most 64 tool calls can be decided on at once.", got.Body)
	assert.Zero(t, asked, "nobody is asked for whom it would be")
	assert.Empty(t, up.seen())

	post(t, h, decisions(64)).parts(t)
	assert.Equal(t, 1, asked)
	assert.Equal(t, 64, len(resumes(up.seen())))

	again := strings.Repeat(`run-1::call_0|"approved":true `, 100)
	post(t, h, decided(strings.Split(strings.TrimSpace(again), " ")...)).parts(t)
	assert.Equal(t, 65, len(resumes(up.seen())), "a call that is decided on again counts once")
}
