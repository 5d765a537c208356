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
