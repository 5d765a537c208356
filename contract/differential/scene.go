package differential

import (
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// Scene is a sequence of exchanges with one server that was freshly started.
type Scene struct {
	Name string
	// Token is the bearer token that the server asks for; none where it is empty.
	Token string
	// Extra tells that the server serves the extra world besides the demo world.
	Extra     bool
	Exchanges []Exchange
}

// Exchange is one request, and how its answer is read.
type Exchange struct {
	// Title says in a sentence what is asked; it is unique in the scene.
	Title  string
	Method string
	// Path, Header and Body may hold ${name}, bound by Save of an earlier exchange,
	// and ${pad:N}, which is N letters.
	Path   string
	Header [][2]string
	Body   string

	// Save binds names to values of the answer.
	Save []Binding
	// Until repeats the request until the answer's body holds this text.
	Until string
	// Open answers do not end by themselves: they are read until Events events have
	// come and nothing follows. Cut answers are closed after Events events.
	Open, Cut bool
	Events    int
	// Background, if not empty, names the exchange: the next one begins as soon as
	// After events have come, at once where that is 0.
	Background string
	After      int
	// Await names a background exchange that must have ended before this one begins.
	Await string
}

// Binding is a name for the Nth distinct value that stands under a key, anywhere in an answer.
type Binding struct {
	Name, Key string
	N         int
}

// Parse reads a scene. A line "## title" begins an exchange; its next line is the
// method and the path; lines that begin with "> " say more (header, save, until,
// open, cut, background, await); the rest is the body. Before the first exchange
// "> token T" makes the server ask for a token, and "> world extra" makes it serve the
// extra world too. Lines that begin with "# " are comments.
func Parse(file string, data []byte) (Scene, error) {
	s := Scene{Name: strings.TrimSuffix(path.Base(file), path.Ext(file))}
	titles := map[string]bool{}
	var body []string
	end := func() {
		if n := len(s.Exchanges); n > 0 {
			s.Exchanges[n-1].Body = strings.TrimSpace(strings.Join(body, "\n"))
		}
		body = nil
	}
	for i, line := range strings.Split(string(data), "\n") {
		fail := func(format string, args ...any) error {
			return fmt.Errorf("%s:%d: %s", file, i+1, fmt.Sprintf(format, args...))
		}
		title, isTitle := strings.CutPrefix(line, "## ")
		directive, isDirective := strings.CutPrefix(line, "> ")
		switch {
		case isTitle:
			end()
			if titles[title] {
				return s, fail("%q stands here twice", title)
			}
			titles[title] = true
			s.Exchanges = append(s.Exchanges, Exchange{Title: title})
		case strings.HasPrefix(line, "# ") || line == "#":
		case isDirective:
			if err := s.direct(directive); err != nil {
				return s, fail("%v", err)
			}
		case len(s.Exchanges) == 0:
			if strings.TrimSpace(line) != "" {
				return s, fail("%q stands before the first exchange", line)
			}
		case s.Exchanges[len(s.Exchanges)-1].Method == "":
			x := &s.Exchanges[len(s.Exchanges)-1]
			var ok bool
			if x.Method, x.Path, ok = strings.Cut(line, " "); !ok || !strings.HasPrefix(x.Path, "/") {
				return s, fail("%q is no method and path", line)
			}
		default:
			body = append(body, line)
		}
	}
	end()
	return s, nil
}

var binding = regexp.MustCompile(`^(\w+)=(\w+)(?:#(\d+))?$`)

func (s *Scene) direct(directive string) error {
	word, rest, _ := strings.Cut(directive, " ")
	if len(s.Exchanges) == 0 {
		switch {
		case word == "token":
			s.Token = rest
		case directive == "world extra":
			s.Extra = true
		default:
			return fmt.Errorf("%q says nothing about a scene", word)
		}
		return nil
	}
	x := &s.Exchanges[len(s.Exchanges)-1]
	var err error
	switch word {
	case "header":
		name, value, ok := strings.Cut(rest, ":")
		if !ok {
			return fmt.Errorf("%q is no header", rest)
		}
		x.Header = append(x.Header, [2]string{name, strings.TrimSpace(value)})
	case "save":
		for _, one := range strings.Fields(rest) {
			m := binding.FindStringSubmatch(one)
			if m == nil {
				return fmt.Errorf("%q is no binding", one)
			}
			b := Binding{Name: m[1], Key: m[2], N: 1}
			if m[3] != "" {
				if b.N, err = strconv.Atoi(m[3]); err != nil {
					return err
				}
			}
			x.Save = append(x.Save, b)
		}
	case "until":
		x.Until = rest
	case "open":
		x.Open = true
		x.Events, err = strconv.Atoi(rest)
	case "cut":
		x.Cut = true
		x.Events, err = strconv.Atoi(rest)
	case "background":
		name, count, _ := strings.Cut(rest, " ")
		x.Background = name
		x.After, err = strconv.Atoi(count)
	case "await":
		x.Await = rest
	default:
		err = fmt.Errorf("%q says nothing about an exchange", word)
	}
	return err
}
