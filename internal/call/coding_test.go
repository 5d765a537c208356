package call

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A byte order mark is skipped with any buffer that it fits into, however the bytes
// come; one that is not whole is text.
func TestTextBody_SkipsAMarkWhateverTheBuffer(t *testing.T) {
	const mark = "\xEF\xBB\xBF"
	for _, text := range []string{"", "{}", "a longer text", mark, mark + "{}", mark + mark, mark[:1], mark[:2], mark[:2] + "x", "x" + mark} {
		for size := 3; size < 8; size++ {
			for name, source := range map[string]io.Reader{
				"at once": strings.NewReader(text), "by bytes": iotest.OneByteReader(strings.NewReader(text)), "with its end": iotest.DataErrReader(strings.NewReader(text)),
			} {
				var got []byte
				body := &textBody{ReadCloser: io.NopCloser(source)}
				for buffer := make([]byte, size); ; {
					n, err := body.Read(buffer)
					got = append(got, buffer[:n]...)
					if err == io.EOF {
						break
					}
					require.NoError(t, err)
				}
				assert.Equal(t, strings.TrimPrefix(text, mark), string(got), "%q %s, %d", text, name, size)
			}
		}
	}
}

// A mark counts at the very beginning only: not behind a first read that is too small
// for one.
func TestTextBody_LooksForAMarkOnce(t *testing.T) {
	for _, size := range []int{1, 2} {
		for _, text := range []string{"a\xEF\xBB\xBFb", "ab\xEF\xBB\xBFc", "\xEF\xBB\xBF"} {
			body := &textBody{ReadCloser: io.NopCloser(strings.NewReader(text))}
			first := make([]byte, size)
			n, err := body.Read(first)
			require.NoError(t, err)
			rest, err := io.ReadAll(body)
			require.NoError(t, err)
			assert.Equal(t, text, string(first[:n])+string(rest), "%q, %d", text, size)
		}
	}
}

// Whoever reads sees to a body that gives nothing: nobody else can end it.
func TestTextBody_PassesOnThatNothingCame(t *testing.T) {
	reads := 0
	body := &textBody{ReadCloser: io.NopCloser(readerFunc(func(p []byte) (int, error) {
		if reads++; reads > 10 {
			return 0, io.ErrNoProgress
		}
		return 0, nil
	}))}
	n, err := body.Read(make([]byte, 100))
	require.NoError(t, err)
	assert.Zero(t, n)
	assert.Equal(t, 1, reads)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }
