package mastra_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
)

// The server's clock need not be the client's: only its own Date says what a
// Retry-After that is a date means.
func TestRetryAfter_AsADateIsMeasuredFromTheAnswersOwn(t *testing.T) {
	on := func(clock time.Duration) func() string {
		return func() string { return time.Now().Add(clock).UTC().Format(http.TimeFormat) }
	}
	is := func(text string) func() string { return func() string { return text } }
	for _, tt := range []struct {
		name        string
		date, until func() string
		wait        time.Duration
	}{
		{"clocks alike", on(0), on(3 * time.Second), 3 * time.Second},
		{"the server is an hour ahead", on(time.Hour), on(time.Hour + 3*time.Second), 3 * time.Second},
		{"the server is an hour behind", on(-time.Hour), on(-time.Hour + 3*time.Second), 3 * time.Second},
		{"the server is fourteen hours behind", on(-14 * time.Hour), on(-14*time.Hour + 3*time.Second), 3 * time.Second},
		{"its date is past", on(time.Hour), on(time.Hour - time.Second), 0},
		{"another form of date", func() string { return time.Now().Add(time.Hour).UTC().Format(time.ANSIC) }, on(time.Hour + 3*time.Second), 3 * time.Second},
		{"blanks around", func() string { return " " + on(time.Hour)() + " " }, on(time.Hour + 3*time.Second), 3 * time.Second},
		{"no date of its own", is(""), on(3 * time.Second), 3 * time.Second},
		{"one that is none", is("soon"), on(3 * time.Second), 3 * time.Second},
		{"one of a clock that was never set", is("Thu, 01 Jan 1970 00:00:00 GMT"), on(3 * time.Second), 3 * time.Second},
		{"one in a thousand years", is("Fri, 31 Dec 2999 23:59:59 GMT"), on(3 * time.Second), 3 * time.Second},
		{"seconds need none", on(time.Hour), is("2"), 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rt := play(func(req *http.Request) (*http.Response, error) {
					return answer(429, `{"error":"slow down"}`, "Date", tt.date(), "Retry-After", tt.until())(req)
				})
				err := generate(t.Context(), inMemory(t, rt))
				assert.Equal(t, tt.wait, asError(t, err).RetryAfter)
				require.Equal(t, 4, rt.attempts())
				assert.Equal(t, []time.Duration{tt.wait, tt.wait, tt.wait}, rt.waits())
			})
		})
	}
}

func TestRetryAfter_AsADateThatIsTooFarOffEndsTheCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rt := play(func(req *http.Request) (*http.Response, error) { // an hour behind: the date is past on our clock
			date := time.Now().Add(-time.Hour)
			return answer(503, "", "Date", date.UTC().Format(http.TimeFormat), "Retry-After", date.Add(time.Minute).UTC().Format(http.TimeFormat))(req)
		})
		err := list(t.Context(), inMemory(t, rt))
		assert.Equal(t, time.Minute, asError(t, err).RetryAfter)
		assert.ErrorIs(t, err, mastra.ErrUnavailable)
		assert.Equal(t, 1, rt.attempts())
	})
}
