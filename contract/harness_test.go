package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/mastra-go/mastra"
	"github.com/mastra-go/mastra/contract"
	"github.com/mastra-go/mastra/internal/leakcheck"
)

// suite is what the tests share: they only read it.
var suite struct {
	target   contract.Target
	spec     *contract.Spec
	coverage contract.Coverage
	server   contract.Server // never killed, without a token
}

// callTime bounds every test's calls; nothing on a healthy server takes as long.
const callTime = 30 * time.Second

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(leakcheck.Main(judged{m}))
}

// judged runs the tests on the target and then looks at what they have covered.
type judged struct{ m *testing.M }

func (j judged) Run() int {
	code, err := j.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func (j judged) run() (code int, err error) {
	ctx := context.Background()
	if suite.spec, err = contract.LoadSpec(ctx, "../openapi.yaml"); err != nil {
		return 1, err
	}
	if suite.target, err = contract.TargetFromEnv(); err != nil {
		return 1, err
	}
	if suite.server, err = suite.target.Start(ctx, contract.Config{}); err != nil {
		return 1, err
	}
	defer func() { err = errors.Join(err, suite.server.Close(), suite.target.Close()) }()
	started := time.Now()
	code = j.m.Run()
	if partial() {
		return code, nil
	}
	fmt.Printf("\ntarget %s, %s\n", suite.target.Name, time.Since(started).Round(100*time.Millisecond))
	if err := report(os.Stdout); err != nil {
		return 1, err
	}
	well, failing, err := covered()
	if err != nil {
		return 1, err
	}
	if missing := suite.coverage.Missing(well, failing); len(missing) > 0 && code == 0 && !suite.target.Found {
		return 1, fmt.Errorf("not covered:\n%s", strings.Join(missing, "\n"))
	}
	return code, nil
}

// partial: only some of the tests were asked for, or none.
func partial() bool {
	for _, name := range []string{"run", "skip", "list"} {
		if f := flag.Lookup("test." + name); f != nil && f.Value.String() != "" {
			return true
		}
	}
	return false
}

func report(w io.Writer) (err error) {
	except, err := unreachables()
	if err != nil {
		return err
	}
	var unreachable []string
	for _, u := range except {
		unreachable = append(unreachable, u.operation)
	}
	all := slices.Collect(maps.Keys(suite.spec.Operations()))
	path := os.Getenv("CONTRACT_REPORT")
	if path == "" {
		return suite.coverage.Write(w, all, unreachable)
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return suite.coverage.Write(io.MultiWriter(w, file), all, unreachable)
}

// client gives a client of the shared server whose every exchange is recorded,
// and judged when the test ends.
func client(t testing.TB, opts ...mastra.ClientOption) *mastra.Client {
	t.Helper()
	c, _ := recorded(t, suite.server.URL(), opts...)
	return c
}

// recorded gives a client of the server at url, and what it records.
func recorded(t testing.TB, url string, opts ...mastra.ClientOption) (*mastra.Client, *contract.Recorder) {
	t.Helper()
	r := new(contract.Recorder)
	transport := &http.Transport{MaxIdleConnsPerHost: 100, IdleConnTimeout: 4 * time.Second}
	opts = append([]mastra.ClientOption{
		mastra.WithHTTPClient(&http.Client{Transport: transport}),
		mastra.WithMiddleware(r.Middleware),
		mastra.WithBackoff(20 * time.Millisecond),
	}, opts...)
	c, err := mastra.New(url, opts...)
	require.NoError(t, err)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		judge(t, r)
	})
	return c, r
}

// judge holds what was recorded against the description.
func judge(t testing.TB, r *contract.Recorder) {
	for _, x := range r.Exchanges() {
		v := suite.spec.Check(context.Background(), x)
		suite.coverage.Add(x, v)
		for _, problem := range v.Problems {
			t.Errorf("%s %s (%s) is not as described: %v", x.Method, x.Path, v.OperationID, problem)
		}
	}
	for _, x := range r.Unanswered() {
		if id := suite.spec.Operation(x); id != "" {
			suite.coverage.AddLost(id)
		}
	}
	assert.Empty(t, r.Open(), "answers that were neither read nor closed")
}

// mortal starts a server of the test's own, which may be killed.
func mortal(t testing.TB) contract.Mortal {
	t.Helper()
	s, ok := own(t, contract.Config{Mortal: true}).(contract.Mortal)
	require.True(t, ok)
	return s
}

// own starts a server of the test's own.
func own(t testing.TB, c contract.Config) contract.Server {
	t.Helper()
	s, err := suite.target.Start(within(t), c)
	if errors.Is(err, contract.ErrCannot) {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	return s
}

// within bounds the calls of a test.
func within(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), callTime)
	t.Cleanup(cancel)
	return ctx
}

// unique makes an id that no other test uses, in this or another run of the suite.
func unique(prefix string) string { return prefix + "-" + uuid.NewString() }

// do sends a body that the typed calls would not send.
func do(t testing.TB, c *mastra.Client, method, path, body string) (json.RawMessage, error) {
	t.Helper()
	var out json.RawMessage
	var in any
	if body != "" {
		in = json.RawMessage(body)
	}
	err := c.Do(within(t), method, path, in, &out)
	return out, err
}

// failure takes the error of a call apart.
func failure(t testing.TB, err error) *mastra.Error {
	t.Helper()
	var e *mastra.Error
	require.ErrorAs(t, err, &e)
	return e
}
