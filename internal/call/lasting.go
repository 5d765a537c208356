package call

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

const (
	speaksTLS   = "the server speaks TLS; begin the base URL with https://"
	speaksPlain = "the server speaks plain HTTP; begin the base URL with http://"
)

// lasting tells what to do about a failure that every attempt would meet again, ""
// for any other. Nothing was processed where one is met: no connection came about on
// which a server would have listened.
func lasting(err error) string {
	advice := lastingProxy(err)
	for _, other := range []func(error) string{lastingName, lastingZone, lastingScheme, lastingCertificate, lastingAlert} {
		if advice == "" {
			advice = other(err)
		}
	}
	if advice != "" && noProxy(err) {
		return checkProxy
	}
	return advice
}

// lastingName: a name server says that there is no such host, and does not merely
// fail to answer.
func lastingName(err error) string {
	var dns *net.DNSError
	if errors.As(err, &dns) && dns.IsNotFound && !dns.Temporary() && !dns.Timeout() {
		return "check the base URL"
	}
	return ""
}

// lastingZone: a link-local address can be dialled only through an interface, its zone.
func lastingZone(err error) string {
	var op *net.OpError
	var late net.Error
	if !errors.As(err, &op) || errors.Is(err, syscall.ECONNREFUSED) || errors.As(err, &late) && late.Timeout() {
		return ""
	}
	for op.Op != "dial" { // through a proxy
		if !errors.As(op.Err, &op) {
			return ""
		}
	}
	switch addr, ok := op.Addr.(*net.TCPAddr); {
	case !ok:
	case addr.Zone == "" && addr.IP.IsLinkLocalUnicast() && addr.IP.To4() == nil:
		return "a link-local address needs a zone in the base URL: http://[" + addr.IP.String() + "%25eth0]"
	case addr.Zone != "" && !isInterface(addr.Zone):
		return "this machine has no network interface " + addr.Zone + "; check the zone in the base URL"
	}
	return ""
}

// isInterface also where nobody can tell.
func isInterface(zone string) bool {
	all, err := net.Interfaces()
	return err != nil || len(all) == 0 || slices.ContainsFunc(all, func(i net.Interface) bool {
		return i.Name == zone || strconv.Itoa(i.Index) == zone
	})
}

// lastingScheme: client and server speak different protocols.
func lastingScheme(err error) string {
	var record tls.RecordHeaderError
	isRecord := errors.As(err, &record)
	text := err.Error()
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), isRecord && string(record.RecordHeader[:]) == "HTTP/":
		return speaksPlain
	case isRecord && record.Conn != nil: // the very first record
		return "no TLS is spoken there; check the base URL"
	case strings.Contains(text, `malformed HTTP response "\x15\x03`): // an alert of TLS
		return speaksTLS
	case strings.Contains(text, "unsupported protocol scheme"):
		return "check the transport and the middleware"
	}
	return ""
}

// lastingCertificate: the server's certificate was refused.
func lastingCertificate(err error) string {
	var (
		refused   *tls.CertificateVerificationError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		invalid   x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &authority):
		return "trust its authority: RootCAs of the transport in WithHTTPClient"
	case errors.As(err, &host):
		return "the certificate is another host's; check the base URL"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "renew the server's certificate, or set the clock"
	case errors.As(err, &invalid), errors.As(err, &refused):
		return "check the server's certificate"
	}
	return ""
}

// lastingAlert: the server ended the handshake, or client and server found nothing
// in common. An alert that tells of an accident is none of these. TLS 1.3 sends
// them after the client has begun to write.
func lastingAlert(err error) string {
	text := err.Error()
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		text = op.Err.Error()
	} else if !strings.Contains(text, "tls: server selected unsupported protocol version") {
		return ""
	}
	const certificate = "a certificate of the client: Certificates of the transport in WithHTTPClient"
	switch {
	case strings.Contains(text, "protocol version"):
		return "client and server have no version of TLS in common"
	case strings.Contains(text, "certificate"), strings.Contains(text, "access denied"):
		return "the server wants " + certificate
	case strings.Contains(text, "handshake failure"), strings.Contains(text, "insufficient security"):
		return "client and server have nothing of TLS in common, or the server wants " + certificate
	}
	return ""
}

// plainToTLS knows the pages with which servers answer plain HTTP on a port of TLS.
func plainToTLS(status int, body []byte) bool {
	if status != http.StatusBadRequest {
		return false
	}
	for _, text := range []string{
		"Client sent an HTTP request to an HTTPS server",    // Go
		"The plain HTTP request was sent to HTTPS port",     // nginx
		"speaking plain HTTP to an SSL-enabled server port", // Apache
		"This combination of host and port requires TLS",    // Java
	} {
		if bytes.Contains(body, []byte(text)) {
			return true
		}
	}
	return false
}
