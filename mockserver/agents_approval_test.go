package mockserver_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAQuestionCanBeAnsweredAsSoonAsItIsSeen(t *testing.T) {
	_, c := start(t)
	for _, agent := range []string{"assistant", "durable"} {
		for i := range 100 {
			run := fmt.Sprintf("%s-%d", agent, i)
			res := c.open(t.Context(), "POST", "/api/agents/"+agent+"/stream", `{"runId":"`+run+`","messages":"tool:delicate {\"what\":\"x\"}"}`)
			lines := bufio.NewScanner(res.Body)
			id := ""
			for id == "" && lines.Scan() {
				if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && strings.Contains(data, `"tool-call-approval"`) {
					id, _ = at(decode(t, data), "payload", "toolCallId").(string)
				}
			}
			require.NotEmpty(t, id)
			status, answer := c.post("/api/agents/"+agent+"/approve-tool-call", `{"runId":"`+run+`","toolCallId":"`+id+`"}`)
			assert.Equal(t, http.StatusOK, status, answer)
			require.Contains(t, answer, `"tool-result"`, agent)
			require.NoError(t, res.Body.Close())
		}
	}
}
