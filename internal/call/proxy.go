package call

import (
	"encoding/base64"
	"errors"
	"net"
	"net/http"
	"net/url"

	"github.com/mastra-go/mastra/internal/veil"
)

// proxies tell which proxy requests go through.
type proxies struct {
	of      func(*http.Request) (*url.URL, error) // nil: none
	connect http.Header                           // what a proxy is sent besides
	known   bool                                  // the transport says so itself
}

// proxiesOf asks a transport. What stands in one of another kind nobody can see: most
// often that is a transport that goes by the environment.
func proxiesOf(rt http.RoundTripper) proxies {
	if t, ok := rt.(*http.Transport); ok {
		return proxies{t.Proxy, t.ProxyConnectHeader, true}
	}
	return proxies{of: http.ProxyFromEnvironment}
}

// through is the proxy of a request, nil for none.
func (p proxies) through(req *http.Request) *url.URL {
	if p.of == nil {
		return nil
	}
	u, err := p.of(req)
	if err != nil {
		return nil
	}
	return u
}

// hide adds what a proxy is sent for itself: it may be repeated in whatever the proxy
// answers before it lets anything through.
func (p proxies) hide(all *veil.Secrets, req *http.Request) {
	all.Headers(p.connect)
	u := p.through(req)
	if u == nil || u.User == nil {
		return
	}
	password, _ := u.User.Password()
	basic := base64.StdEncoding.EncodeToString([]byte(u.User.Username() + ":" + password)) // as net/http sends it
	all.Headers(http.Header{"Proxy-Authorization": {"Basic " + basic}})
}

// advice says what to do about a request that has reached no server.
func (p proxies) advice(req *http.Request, err error) string {
	what, name := lasting(err), ""
	u := p.through(req)
	if u != nil {
		name = " " + u.Scheme + "://" + u.Host
	}
	switch {
	case what == checkProxy, what == checkProxyPassword:
		return what + name
	case what != "":
		return what
	case noProxy(err):
		return "is the proxy" + name + " running?"
	case p.known && u != nil:
		return checkProxy + name + ", and whether the Mastra server behind it is running"
	}
	return "is the Mastra server running?"
}

const (
	checkProxy         = "check the proxy"
	checkProxyPassword = "check the user name and the password of the proxy"
)

// noProxy: there was no connection even to the proxy.
func noProxy(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "proxyconnect"
}

// lastingProxy: the proxy wants other credentials, or its address is none.
func lastingProxy(err error) string {
	var address *proxyAddressError
	if errors.As(err, &address) {
		return address.advice
	}
	inner := err
	for next := err; next != nil; next = errors.Unwrap(next) {
		inner = next
	}
	if inner.Error() == http.StatusText(http.StatusProxyAuthRequired) { // all that net/http tells of it
		return checkProxyPassword
	}
	return ""
}

// proxyAddressError stands for an error whose text repeats an address with its password.
type proxyAddressError struct{ text, advice string }

func (e *proxyAddressError) Error() string { return e.text }

// environmentProxy does without the text of an error of find.
func environmentProxy(find func() (*url.URL, error)) (*url.URL, error) {
	u, err := find()
	if err != nil {
		return nil, &proxyAddressError{"the proxy's address in HTTP_PROXY or HTTPS_PROXY does not parse", "correct it"}
	}
	return u, nil
}

// proxyGuard stands before the transport. It notes the request as it goes out, and
// does without the text of an error of the transport's Proxy.
type proxyGuard struct {
	next http.RoundTripper
	proxies
}

func (g proxyGuard) RoundTrip(req *http.Request) (*http.Response, error) {
	if a := attemptOf(req.Context()); a != nil {
		a.request.Store(req)
	}
	resp, err := g.next.RoundTrip(req)
	if err != nil && g.of != nil {
		_, found := g.of(req)
		if address := (*proxyAddressError)(nil); found != nil && !errors.As(found, &address) && found.Error() == err.Error() {
			err = &proxyAddressError{"the transport's Proxy gives no address", "check it, and HTTP_PROXY and HTTPS_PROXY"}
		}
	}
	return resp, err
}
