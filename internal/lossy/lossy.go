// Package lossy is a TCP proxy that breaks connections, for tests.
package lossy

import (
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
)

// TB is what [Start] needs of a testing.TB.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
}

// Options say how lossy a proxy is.
type Options struct {
	// Seed decides which connections break, and where.
	Seed uint64
	// Drop is the share of the connections that break, 0 to 1.
	Drop float64
	// Up and Down are within how many bytes a connection breaks, on the way to the
	// server or back. One that carries less is left alone.
	Up, Down int
}

// Proxy passes bytes on between clients and one server. What it decides for its n-th
// connection depends on the seed and n alone.
type Proxy struct {
	target   string
	options  Options
	listener net.Listener

	mu      sync.Mutex
	random  *rand.Rand
	conns   map[net.Conn]bool
	all     int
	dropped int
	closed  bool
	wg      sync.WaitGroup
}

// Start serves until the test ends. The server is given by its URL.
func Start(t TB, url string, o Options) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("lossy: %v", err)
	}
	p := &Proxy{
		target: strings.TrimPrefix(url, "http://"), options: o, listener: l,
		random: rand.New(rand.NewPCG(o.Seed, o.Seed)), conns: map[net.Conn]bool{},
	}
	p.wg.Go(p.serve)
	t.Cleanup(p.close)
	return p
}

// URL is where the proxy listens.
func (p *Proxy) URL() string { return "http://" + p.listener.Addr().String() }

// Connections is how many there were, and how many of them were broken.
func (p *Proxy) Connections() (all, dropped int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.all, p.dropped
}

func (p *Proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for conn := range p.conns {
		conn.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *Proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		up, down := p.fate()
		p.wg.Go(func() { p.pass(client, up, down) })
	}
}

// fate tells how many bytes a new connection may carry each way; -1 for any number.
func (p *Proxy) fate() (up, down int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all++
	drop, back, at := p.random.Float64() < p.options.Drop, p.random.IntN(3) > 0, p.random.Float64()
	switch {
	case !drop:
		return -1, -1
	case back:
		return -1, int(at * float64(p.options.Down))
	}
	return int(at * float64(p.options.Up)), -1
}

func (p *Proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.conns[conn] = true
	}
	return !p.closed
}

// end closes a connection: as it is done in good order, or by a reset.
func (p *Proxy) end(conn net.Conn, reset bool) {
	p.mu.Lock()
	delete(p.conns, conn)
	p.mu.Unlock()
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0) // one that is closed already needs no reset
	}
	conn.Close()
}

// pass copies both ways until one side is done or the connection's time has come.
func (p *Proxy) pass(client net.Conn, up, down int) {
	reset := up >= 0 || down%2 == 1
	defer func() { p.end(client, reset) }()
	server, err := net.Dial("tcp", p.target)
	if err != nil || !p.keep(client) || !p.keep(server) {
		if err == nil {
			server.Close()
		}
		return
	}
	done := make(chan struct{}, 2)
	copyTo := func(to, from net.Conn, limit int) {
		if p.copy(to, from, limit) { // the connection's time has come
			p.end(client, reset)
		}
		p.end(server, false) // in good order: what was sent has to arrive
		done <- struct{}{}
	}
	p.wg.Go(func() { copyTo(server, client, up) })
	copyTo(client, server, down)
	p.end(client, reset && down >= 0)
	<-done
	<-done
}

// copy tells whether it stopped because of the limit.
func (p *Proxy) copy(to, from net.Conn, limit int) bool {
	if limit < 0 {
		_, _ = io.Copy(to, from) // however it ends, the connection does
		return false
	}
	n, _ := io.CopyN(to, from, int64(limit))
	if n < int64(limit) {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropped++
	return true
}
