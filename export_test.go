package mastra

import "time"

// WithLooksFor sets how long a run is looked for whose start got no answer: tests
// over real connections cannot wait for as long as it takes with a loaded server.
func WithLooksFor(d time.Duration) ClientOption {
	return clientOption(func(c *config) error { c.looksFor = d; return nil })
}
