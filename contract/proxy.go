package contract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"strings"
	"sync"
)

// Fault is what becomes of one exchange on its way through a [Proxy].
type Fault int

// The faults. In each but Pass the client's connection breaks.
const (
	Pass       Fault = iota
	DropUnsent       // the request was not forwarded
	DropSent         // it was forwarded; the answer is not waited for
	DropAnswer       // the server has answered to the end; nothing of it is passed on
	CutAnswer        // the answer breaks in its midst, at a byte chosen at random
	CutTail          // the answer breaks after its last byte, before HTTP says that it was the last
)

func (f Fault) String() string {
	return [...]string{
		"pass", "drop before the request", "drop after the request", "drop before the answer", "cut within the answer", "cut at the end of the answer",
	}[f]
}

// Proxy forwards HTTP over TCP to one server, or to several in turn, and loses, on
// demand, what goes through it.
type Proxy struct {
	servers []string // host:port
	addr    string

	mu        sync.Mutex
	random    *rand.Rand
	listener  net.Listener // nil while connections are refused
	conns     map[net.Conn]struct{}
	turn      int // of the servers
	plan      []Fault
	choose    func(*http.Request) Fault
	match     string
	forwarded map[string]int
	onFault   func(Fault)
	closed    bool
	wg        sync.WaitGroup
}

// NewProxy starts a proxy for the server at url. The seed decides where answers
// are cut, and in which manner connections break. With more servers each request
// goes to the next one.
func NewProxy(url string, seed uint64, more ...string) (*Proxy, error) {
	p := &Proxy{
		addr:   "127.0.0.1:0",
		random: rand.New(rand.NewPCG(seed, seed)),
		conns:  map[net.Conn]struct{}{}, forwarded: map[string]int{},
	}
	for _, url := range append([]string{url}, more...) {
		p.servers = append(p.servers, strings.TrimPrefix(url, "http://"))
	}
	return p, p.Accept()
}

// URL is where the proxy listens.
func (p *Proxy) URL() string { return "http://" + p.addr }

// Plan sets what becomes of the next requests whose path contains match, one fault
// for each; the requests after them pass, and so do all others.
func (p *Proxy) Plan(match string, faults ...Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.match, p.plan = match, faults
}

// Choose sets what becomes of each request that no plan is made for. It is called
// for one request at a time.
func (p *Proxy) Choose(f func(*http.Request) Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.choose = f
}

// OnFault is called after each fault, before the client can send anything more on
// the strength of it.
func (p *Proxy) OnFault(f func(Fault)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.onFault = f
}

// Forwarded counts the requests whose path contains match that the server was sent.
func (p *Proxy) Forwarded(match string) (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for path, count := range p.forwarded {
		if strings.Contains(path, match) {
			n += count
		}
	}
	return n
}

// Left is how many of the planned faults have not happened yet.
func (p *Proxy) Left() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.plan)
}

// Accept listens, at the same address as before.
func (p *Proxy) Accept() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.listener != nil || p.closed {
		return nil
	}
	l, err := net.Listen("tcp", p.addr)
	if err != nil {
		return fmt.Errorf("proxy: %w", err)
	}
	p.listener, p.addr = l, l.Addr().String()
	p.wg.Go(func() { p.serve(l) })
	return nil
}

// Refuse lets nobody connect any more, and breaks the connections that there are.
func (p *Proxy) Refuse() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse()
}

func (p *Proxy) refuse() {
	if p.listener != nil {
		p.listener.Close()
		p.listener = nil
	}
	for conn := range p.conns {
		reset(conn)
	}
}

// Close ends the proxy and waits for its goroutines.
func (p *Proxy) Close() {
	p.mu.Lock()
	p.closed = true
	p.refuse()
	p.mu.Unlock()
	p.wg.Wait()
}

// reset closes a connection so that the other side sees it break.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a connection that is closed already needs no reset
	}
	conn.Close()
}

func (p *Proxy) serve(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if p.keep(conn, l) {
			p.wg.Go(func() {
				p.converse(conn)
				p.drop(conn)
			})
		}
	}
}

// keep notes a connection, unless connections are refused by now.
func (p *Proxy) keep(conn net.Conn, l net.Listener) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || l != nil && p.listener != l {
		reset(conn)
		return false
	}
	p.conns[conn] = struct{}{}
	return true
}

// drop ends a connection: by a reset, or in good order but too early.
func (p *Proxy) drop(conn net.Conn) {
	p.mu.Lock()
	delete(p.conns, conn)
	rude := p.random.IntN(2) == 0
	p.mu.Unlock()
	if rude {
		reset(conn)
	} else {
		conn.Close()
	}
}

// converse forwards the requests of one connection, one after the other.
func (p *Proxy) converse(client net.Conn) {
	from := bufio.NewReader(client)
	for {
		req, err := http.ReadRequest(from)
		if err != nil {
			return
		}
		server, fault, cut := p.next(req)
		err = p.exchange(client, server, req, fault, cut)
		if fault != Pass {
			p.reached(fault)
		}
		if fault != Pass || err != nil {
			return
		}
	}
}

// next tells where a request goes, and takes its fault from the plan.
func (p *Proxy) next(req *http.Request) (server string, f Fault, cut int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.plan) > 0 && strings.Contains(req.URL.Path, p.match) {
		f, p.plan = p.plan[0], p.plan[1:]
	} else if p.choose != nil {
		f = p.choose(req)
	}
	if f != DropUnsent {
		p.forwarded[req.URL.Path]++
	}
	p.turn++
	return p.servers[p.turn%len(p.servers)], f, 1 + p.random.IntN(1200)
}

func (p *Proxy) reached(f Fault) {
	p.mu.Lock()
	call := p.onFault
	p.mu.Unlock()
	if call != nil {
		call(f)
	}
}

// exchange forwards one request and as much of its answer as the fault allows.
func (p *Proxy) exchange(client net.Conn, to string, req *http.Request, fault Fault, cut int) error {
	body, err := io.ReadAll(req.Body)
	if err != nil || fault == DropUnsent {
		return err
	}
	req.Body = io.NopCloser(bytes.NewReader(body))
	server, err := net.Dial("tcp", to)
	if err != nil {
		return err
	}
	if !p.keep(server, nil) {
		return net.ErrClosed
	}
	defer func() {
		p.mu.Lock()
		delete(p.conns, server)
		p.mu.Unlock()
		server.Close() // in good order: what was sent must arrive
	}()
	if err := req.Write(server); err != nil || fault == DropSent {
		return err
	}
	resp, err := http.ReadResponse(bufio.NewReader(server), req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch fault {
	case DropAnswer:
		_, err = io.Copy(io.Discard, resp.Body)
		return err
	case CutAnswer:
		return answer(&limited{client, cut}, resp, false)
	}
	return answer(client, resp, fault == Pass)
}

// answer passes a response on as it comes. Where it is not whole, the bytes that
// tell HTTP of its end are left out.
func answer(w io.Writer, resp *http.Response, whole bool) error {
	head, err := httputil.DumpResponse(resp, false)
	if err != nil {
		return err
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	if resp.ContentLength >= 0 {
		left := resp.ContentLength
		if !whole {
			left = max(0, left-1)
		}
		_, err := io.CopyN(w, resp.Body, left)
		return err
	}
	chunks := httputil.NewChunkedWriter(w)
	if _, err := io.Copy(chunks, resp.Body); err != nil || !whole {
		return err
	}
	if err := chunks.Close(); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\r\n")
	return err
}

var errCut = errors.New("cut here")

// limited takes so many bytes and no more.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	n := min(len(b), l.left)
	l.left -= n
	written, err := l.w.Write(b[:n])
	if err == nil && n < len(b) {
		err = errCut
	}
	return written, err
}
