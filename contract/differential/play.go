package differential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Transcript is what one server answered in a scene: one answer for each exchange.
type Transcript struct {
	Scene   Scene
	URL     string
	Answers []Answer
	// Began and Ended enclose every time that the server has made up.
	Began, Ended time.Time
}

const (
	// answerTime is how long an answer may take, a stream to its end.
	answerTime = 20 * time.Second
	// quiet is how long nothing may come before an open stream counts as silent.
	quiet = 300 * time.Millisecond
	// untilPause lies between two repetitions of a request.
	untilPause = 20 * time.Millisecond
)

// Play sends the scene's requests, in order, to the server at url. A request that
// is not answered is part of the transcript, so Play itself does not fail.
func Play(ctx context.Context, scene Scene, url string) Transcript {
	transport := &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 4, IdleConnTimeout: 2 * time.Second}
	defer transport.CloseIdleConnections()
	p := &player{
		url:     url,
		client:  &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		bound:   map[string]string{},
		running: map[string]chan struct{}{},
		answers: make([]Answer, len(scene.Exchanges)),
	}
	began := time.Now()
	for i, x := range scene.Exchanges {
		p.play(ctx, i, x)
	}
	for _, ended := range p.running {
		<-ended
	}
	return Transcript{Scene: scene, URL: url, Answers: p.answers, Began: began, Ended: time.Now()}
}

type player struct {
	url     string
	client  *http.Client
	bound   map[string]string
	running map[string]chan struct{}
	answers []Answer
}

func (p *player) play(ctx context.Context, i int, x Exchange) {
	if x.Await != "" {
		if ended, ok := p.running[x.Await]; ok {
			<-ended
		}
	}
	a := &p.answers[i]
	req, err := p.request(ctx, x)
	if err != nil {
		a.Err = err
		return
	}
	switch {
	case x.Background != "":
		p.begin(ctx, a, x, req)
		return
	case x.Until != "":
		*a = p.repeat(ctx, x, req)
	default:
		*a = p.once(ctx, x, req)
	}
	p.save(x, *a)
}

// request is a function, because a body is sent but once.
type request func(context.Context) (*http.Request, error)

func (p *player) request(ctx context.Context, x Exchange) (request, error) {
	path, err := p.fill(x.Path)
	if err != nil {
		return nil, err
	}
	body, err := p.fill(x.Body)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	for _, h := range x.Header {
		value, err := p.fill(h[1])
		if err != nil {
			return nil, err
		}
		header.Del(h[0])
		if value != "" {
			header.Set(h[0], value)
		}
	}
	return func(ctx context.Context) (*http.Request, error) {
		var content io.Reader
		if body != "" {
			content = strings.NewReader(body)
		}
		req, err := http.NewRequestWithContext(ctx, x.Method, p.url+path, content)
		if err == nil {
			req.Header = header.Clone()
		}
		return req, err
	}, nil
}

var placeholder = regexp.MustCompile(`\$\{([\w:]+)\}`)

func (p *player) fill(s string) (string, error) {
	var missing []string
	out := placeholder.ReplaceAllStringFunc(s, func(m string) string {
		name := m[2 : len(m)-1]
		if count, ok := strings.CutPrefix(name, "pad:"); ok {
			if n, err := strconv.Atoi(count); err == nil {
				return strings.Repeat("x", n)
			}
		}
		value, ok := p.bound[name]
		if !ok {
			missing = append(missing, name)
		}
		return value
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("no answer has given %s", strings.Join(missing, ", "))
	}
	return out, nil
}

// once sends the request and reads the answer.
func (p *player) once(ctx context.Context, x Exchange, req request) Answer {
	r := newReading(x)
	p.read(ctx, r, req)
	return r.answer
}

// repeat sends the request until the answer holds the text.
func (p *player) repeat(ctx context.Context, x Exchange, req request) Answer {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	for {
		a := p.once(ctx, x, req)
		if strings.Contains(string(a.Body), x.Until) || a.Err != nil {
			return a
		}
		select {
		case <-ctx.Done():
			a.Err = fmt.Errorf("it never held %s", x.Until)
			return a
		case <-time.After(untilPause):
		}
	}
}

// begin sends the request and goes on when its first events have come.
func (p *player) begin(ctx context.Context, a *Answer, x Exchange, req request) {
	r := newReading(x)
	ended := make(chan struct{})
	p.running[x.Background] = ended
	go func() {
		defer close(ended)
		p.read(ctx, r, req)
		*a = r.answer
	}()
	if x.After == 0 {
		return
	}
	select {
	case <-r.arrived:
	case <-ended:
	}
	r.mu.Lock()
	soFar := r.answer
	r.mu.Unlock()
	p.save(x, soFar)
}

// reading is an answer while it comes in.
type reading struct {
	exchange Exchange
	arrived  chan struct{} // closed when the first events have come
	begun    bool          // arrived is closed

	mu     sync.Mutex
	answer Answer
}

func newReading(x Exchange) *reading { return &reading{exchange: x, arrived: make(chan struct{})} }

func (p *player) read(ctx context.Context, r *reading, send request) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	if err := p.receive(ctx, cancel, r, send); err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		if !r.answer.Closed {
			r.answer.Err = err
		}
	}
}

func (p *player) receive(ctx context.Context, cancel func(), r *reading, send request) error {
	req, err := send(ctx)
	if err != nil {
		return err
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	r.mu.Lock()
	r.answer.Status, r.answer.Type, r.answer.Header = resp.StatusCode, resp.Header.Get("Content-Type"), resp.Header
	r.mu.Unlock()
	// An open answer that goes silent, having sent what it must, is closed.
	silence := time.AfterFunc(2*answerTime, func() {
		r.mu.Lock()
		r.answer.Closed = true
		r.mu.Unlock()
		cancel()
	})
	defer silence.Stop()
	part := make([]byte, 32<<10)
	for frames := 0; ; {
		if r.enough(frames, silence) {
			return nil
		}
		n, err := resp.Body.Read(part)
		r.mu.Lock()
		r.answer.Body = append(r.answer.Body, part[:n]...)
		complete, _ := r.answer.pieces()
		r.mu.Unlock()
		frames = len(complete)
		if err != nil {
			r.enough(frames, silence)
			return ignoreEnd(err)
		}
	}
}

func ignoreEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// enough looks at how many events have come; it tells whether no more are wanted.
func (r *reading) enough(frames int, silence *time.Timer) bool {
	x := r.exchange
	if frames >= x.After && !r.begun {
		r.begun = true
		close(r.arrived)
	}
	if frames < x.Events {
		return false
	}
	if x.Open {
		silence.Reset(quiet)
	}
	if x.Cut {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.answer.Closed = true
		r.answer.Body = firstFrames(r.answer, x.Events)
	}
	return x.Cut
}

// firstFrames is the body up to the end of its nth event.
func firstFrames(a Answer, n int) []byte {
	end := eventEnd
	if a.framing() == records {
		end = recordEnd
	}
	at := 0
	for range n {
		i := strings.Index(string(a.Body[at:]), end)
		if i < 0 {
			return a.Body
		}
		at += i + len(end)
	}
	return a.Body[:at]
}

// save binds the names that later exchanges use.
func (p *player) save(x Exchange, a Answer) {
	for _, b := range x.Save {
		var found []string
		for _, v := range a.content() {
			found = collect(v, b.Key, found)
		}
		if len(found) >= b.N {
			p.bound[b.Name] = found[b.N-1]
		}
	}
}

// collect lists the distinct texts under a key, in document order.
func collect(v *value, key string, found []string) []string {
	for i, item := range v.items {
		if v.kind == object && v.keys[i] == key && item.kind == text && !contains(found, item.word) {
			found = append(found, item.word)
		}
		found = collect(item, key, found)
	}
	return found
}

func contains(list []string, s string) bool {
	for _, one := range list {
		if one == s {
			return true
		}
	}
	return false
}
