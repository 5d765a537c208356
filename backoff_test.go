package mastra_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/mastra-go/mastra"
)

func TestBackoff_OfZeroPausesNeverHoweverOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(503, `{"error":"busy"}`))
		start := time.Now()
		err := list(t.Context(), inMemory(t, rt, mastra.WithBackoff(0), mastra.WithRetries(200)))
		assert.Equal(t, 201, asError(t, err).Attempts)
		assert.Zero(t, time.Since(start))
	})
}

func TestBackoff_OfMoreThanZeroStaysAtItsMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(answer(503, `{"error":"busy"}`))
		err := list(t.Context(), inMemory(t, rt, mastra.WithBackoff(1), mastra.WithMaxBackoff(time.Second), mastra.WithRetries(100)))
		assert.Equal(t, 101, asError(t, err).Attempts)
		for i, pause := range rt.waits() {
			assert.LessOrEqual(t, pause, time.Second)
			if i >= 30 { // 1 ns, doubled thirty times
				assert.GreaterOrEqual(t, pause, time.Second/2)
			}
		}
	})
}
