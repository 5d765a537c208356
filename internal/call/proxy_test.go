package call

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProxy_AddressThatDoesNotParseIsNotShown(t *testing.T) {
	_, parse := url.Parse("http://user:p/7f3a9c@proxy.test")
	require.ErrorContains(t, parse, "7f3a9c")
	_, err := proxy(func() (*url.URL, error) { return nil, parse })
	assert.EqualError(t, err, "the proxy's address in HTTP_PROXY or HTTPS_PROXY does not parse")
	u, err := proxy(func() (*url.URL, error) { return nil, nil })
	assert.NoError(t, err)
	assert.Nil(t, u)
}
