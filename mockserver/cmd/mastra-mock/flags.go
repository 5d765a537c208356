package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/mastra-go/mastra/mockserver"
)

// settings are what the flags say.
type settings struct {
	addr, state string
	token       string
	bodyLimit   int64
	timeout     time.Duration
	origins     []string
	log, faults bool
}

const about = `mastra-mock serves the demo world of a Mastra server, for development and tests:
no model, no network, no Node. GET /health answers 200 once it is ready. It ends
in good order on an interrupt or SIGTERM.

`

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// parse reads the flags; where they ask for help it writes that to out, and the
// error is flag.ErrHelp.
func parse(args []string, out io.Writer) (*settings, error) {
	s := &settings{}
	flags := flag.NewFlagSet("mastra-mock", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&s.addr, "addr", "127.0.0.1:4111", "listen on this `host:port`; port 0 takes a free one")
	flags.StringVar(&s.state, "state", "", "keep threads, messages, vectors, scores and runs in this `file` over restarts")
	flags.StringVar(&s.token, "token", "", "ask for this bearer `token`")
	flags.Int64Var(&s.bodyLimit, "body-limit", mockserver.DefaultBodyLimit, "answer 413 to requests of more `bytes`")
	flags.DurationVar(&s.timeout, "timeout", 0, "answer 504 where an answer has not begun after this `time`, such as 180s; 0 never does")
	origins := flags.String("cors", "", "let browsers in from these `origins` only, separated by commas; by default from every one")
	flags.BoolVar(&s.log, "log", false, "write a line per request to standard error: when, method, path, operation, status, duration")
	flags.BoolVar(&s.faults, "faults", false, "take faults as JSON at POST /__mock/faults; DELETE forgets them")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, about)
		flags.SetOutput(out)
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, usageError{err}
	}
	if err := s.check(flags.Args(), *origins); err != nil {
		return nil, usageError{err}
	}
	return s, nil
}

// check refuses values that could not be meant.
func (s *settings) check(rest []string, origins string) error {
	switch {
	case len(rest) > 0:
		return fmt.Errorf("what is %q? Only flags are taken", rest[0])
	case s.bodyLimit < 1:
		return fmt.Errorf("-body-limit is %d; it is at least 1", s.bodyLimit)
	case s.timeout < 0:
		return fmt.Errorf("-timeout is %s; it is at least 0", s.timeout)
	case origins == "":
		return nil
	}
	for _, origin := range strings.Split(origins, ",") {
		origin = strings.TrimSpace(origin)
		u, err := url.Parse(origin)
		if err != nil || u.Scheme == "" || u.Host == "" || origin != u.Scheme+"://"+u.Host {
			return fmt.Errorf("-cors: %q is no origin such as https://app.example", origin)
		}
		s.origins = append(s.origins, origin)
	}
	return nil
}
