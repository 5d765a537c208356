package call

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A real server of each kind cannot be had; the errors are those of crypto/tls.
func TestLasting_SaysWhatToDoAboutEachAlert(t *testing.T) {
	const certificate = "a certificate of the client: Certificates of the transport in WithHTTPClient"
	alert := func(text string) error {
		return fmt.Errorf("wrapped: %w", &net.OpError{Op: "remote error", Err: errors.New("tls: " + text)})
	}
	for text, want := range map[string]string{
		"protocol version not supported": "client and server have no version of TLS in common",
		"bad certificate":                "the server wants " + certificate,
		"certificate required":           "the server wants " + certificate,
		"unknown certificate authority":  "the server wants " + certificate,
		"access denied":                  "the server wants " + certificate,
		"handshake failure":              "client and server have nothing of TLS in common, or the server wants " + certificate,
		"insufficient security level":    "client and server have nothing of TLS in common, or the server wants " + certificate,
		"internal error":                 "",
		"user canceled":                  "",
		"error decrypting message":       "",
		"unexpected message":             "",
	} {
		assert.Equal(t, want, lasting(alert(text)), text)
	}
	assert.Equal(t, "client and server have no version of TLS in common", lasting(errors.New("tls: server selected unsupported protocol version 301")))
	assert.Empty(t, lasting(errors.New("tls: handshake failure")), "the client's own words")
	assert.Empty(t, lasting(&net.OpError{Op: "read", Err: errors.New("tls: bad certificate")}))
	assert.Equal(t, "check the server's certificate", lasting(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.NotAuthorizedToSign}}))
	assert.Equal(t, "check the server's certificate", lasting(&tls.CertificateVerificationError{Err: errors.New("pinned to another")}))
	assert.Equal(t, "renew the server's certificate, or set the clock", lasting(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}))
	assert.Equal(t, "check the proxy", lasting(&net.OpError{Op: "proxyconnect", Err: &net.DNSError{IsNotFound: true}}))
	assert.Empty(t, lasting(&net.OpError{Op: "proxyconnect", Err: errors.New("reset")}))
	assert.Equal(t, "check the base URL", lasting(&net.DNSError{IsNotFound: true}))
	for _, passing := range []net.DNSError{{}, {IsNotFound: true, IsTemporary: true}, {IsNotFound: true, IsTimeout: true}} {
		assert.Empty(t, lasting(&passing))
	}
}

func TestPlainToTLS_KnowsThePagesOfServers(t *testing.T) {
	for _, page := range []string{
		"Client sent an HTTP request to an HTTPS server.\n",
		"<html><head><title>400 The plain HTTP request was sent to HTTPS port</title></head>",
		"Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
		"Bad Request\r\nThis combination of host and port requires TLS.\r\n",
	} {
		assert.True(t, plainToTLS(400, []byte(page)), page)
		assert.False(t, plainToTLS(403, []byte(page)), page)
	}
	assert.False(t, plainToTLS(400, []byte(`{"error":"bad"}`)))
}
