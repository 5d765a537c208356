package call

import (
	"errors"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestProxy_AddressThatDoesNotParseIsNotShown(t *testing.T) {
	parse := errors.New(`invalid proxy address "http://user:p/7f3a9c@proxy.test": invalid port ":p" after host`) // as net/http words it
	_, err := environmentProxy(func() (*url.URL, error) { return nil, parse })
	assert.EqualError(t, err, "the proxy's address in HTTP_PROXY or HTTPS_PROXY does not parse")
	u, err := environmentProxy(func() (*url.URL, error) { return nil, nil })
	assert.NoError(t, err)
	assert.Nil(t, u)
}
