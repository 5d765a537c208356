package mockserver

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// apiPrefix is the path under which the API is served.
const apiPrefix = "/api"

// call is one request on its way through the server.
type call struct {
	srv            *Server
	w              *responseWriter
	r              *http.Request
	cancel         context.CancelFunc
	route          *route
	params         map[string]string
	health         bool
	query          *js.Object
	body           *js.Object
	requestContext *js.Object
}

func (c *call) ctx() context.Context { return c.r.Context() }

func (c *call) param(name string) string { return c.params[name] }

// handle answers a request that has a route.
func (c *call) handle() {
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			panic(p)
		default:
			c.fail(fmt.Errorf("%v", p))
		}
	}()
	err := c.prepare()
	if err == nil {
		err = c.route.handler(c.srv, c)
	}
	if err != nil {
		c.fail(err)
	}
}

// withoutDots resolves the segments . and .. of a path as a URL parser does.
func withoutDots(path string) string {
	if !strings.Contains(path, "/.") && !strings.Contains(strings.ToLower(path), "/%2e") {
		return path
	}
	var out []string
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		last := i == len(segments)-1
		switch strings.ReplaceAll(strings.ToLower(segment), "%2e", ".") {
		case ".":
			if last {
				out = append(out, "")
			}
		case "..":
			if len(out) > 1 {
				out = out[:len(out)-1]
			}
			if last {
				out = append(out, "")
			}
		default:
			out = append(out, segment)
		}
	}
	return strings.Join(out, "/")
}

// serveRoot serves what lies outside the API prefix.
func (s *Server) serveRoot(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/health" && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		writeJSON(w, http.StatusOK, js.Obj("success", true))
		return
	}
	if s.world.custom != nil {
		if _, pattern := s.world.custom.Handler(r); pattern != "" {
			if !s.config.letsIn(r) {
				writeJSON(w, http.StatusUnauthorized, js.Obj("error", unauthorized))
				return
			}
			s.world.custom.ServeHTTP(w, r)
			return
		}
	}
	if isPage(r) {
		writePage(w)
		return
	}
	plainNotFound(w)
}

// isPage tells whether the page is what a path outside the API shows.
func isPage(r *http.Request) bool {
	path := r.URL.Path
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead, path == apiPrefix:
		return false
	case strings.HasPrefix(path, "/swagger-ui"), strings.HasPrefix(path, "/openapi.json"):
		return false
	}
	return !strings.Contains(path, ".") || strings.HasSuffix(path, ".html")
}

func hasBody(method string) bool {
	switch method {
	case http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return true
	}
	return false
}

// prepare runs the checks that come before every handler.
func (c *call) prepare() error {
	var data []byte
	if hasBody(c.r.Method) {
		var tooLarge bool
		var err error
		if data, tooLarge, err = readLimited(c.r, c.srv.config.bodyLimit); err != nil {
			c.w.Header().Set("Connection", "close")
			c.w.WriteHeader(http.StatusBadRequest)
			return err
		}
		if tooLarge {
			return fail(http.StatusRequestEntityTooLarge, "Request body too large")
		}
	}
	if !c.route.public && !c.srv.config.letsIn(c.r) {
		return fail(http.StatusUnauthorized, "%s", unauthorized)
	}
	body, err := c.parseBody(data)
	if err != nil {
		return err
	}
	c.takeContext(body)
	values := parseQuery(c.r.URL.RawQuery)
	c.query = queryObject(values)
	if c.route.query != nil {
		parsed, issues := c.route.query.Parse(c.query)
		if len(issues) > 0 {
			return invalid(invalidQuery, issues)
		}
		c.query, _ = parsed.(*js.Object)
	}
	if c.route.body != nil && (body != js.Undefined || !c.route.bodyOptional) {
		parsed, issues := c.route.body.Parse(body)
		if len(issues) > 0 {
			return invalid(invalidBody, issues)
		}
		body = parsed
	}
	c.body, _ = body.(*js.Object)
	if c.body == nil {
		c.body = js.Obj()
	}
	c.override()
	return nil
}

func readLimited(r *http.Request, limit int64) (data []byte, tooLarge bool, err error) {
	if r.ContentLength > limit {
		// A client that is still writing would not read the answer.
		_, _ = io.CopyN(io.Discard, r.Body, r.ContentLength)
		return nil, true, nil
	}
	data, err = io.ReadAll(io.LimitReader(r.Body, limit+1))
	if tooLarge = int64(len(data)) > limit; tooLarge {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	return data, tooLarge, err
}

// override lets the query and the body replace what the path says, as far as their
// schemas let it through, and the body of a route that wants none replace the query.
func (c *call) override() {
	if c.route.body == nil {
		c.query = c.query.Clone()
		for _, m := range c.body.Members() {
			c.query.Set(m.Key, asParameter(m.Value))
		}
	}
	for name := range c.params {
		for _, from := range []*js.Object{c.query, c.body} {
			if v, ok := from.Lookup(name); ok {
				c.params[name], _ = asParameter(v).(string)
			}
		}
	}
}

// asParameter is a value where a text is wanted, as JavaScript writes it; what is
// not true stays as it is.
func asParameter(v any) any {
	list, isList := v.([]any)
	_, isText := v.(string)
	switch {
	case isText || !truthy(v):
		return v
	case isList:
		texts := make([]string, len(list))
		for i, e := range list {
			texts[i], _ = asParameter(e).(string)
		}
		return strings.Join(texts, ",")
	}
	return js.String(v)
}

var byteOrderMark = []byte("\ufeff")

// parseBody reads a JSON or multipart body; any other type counts as no body.
func (c *call) parseBody(data []byte) (any, error) {
	contentType := contentType(c.r)
	switch {
	case strings.Contains(contentType, "multipart/form-data"):
		return parseMultipart(contentType, data)
	case saysJSON(c.r):
		if strings.TrimSpace(string(data)) == "" {
			return js.Undefined, nil
		}
		if !utf8.Valid(data) {
			data = []byte(string([]rune(string(data))))
		}
		v, err := js.Parse(bytes.TrimPrefix(data, byteOrderMark))
		if err != nil {
			return nil, invalid(invalidBody, []zod.Issue{{Path: []string{"body"}, Message: err.Error()}})
		}
		return v, nil
	}
	return js.Undefined, nil
}

func contentType(r *http.Request) string { return strings.Join(r.Header.Values("Content-Type"), ", ") }

// saysJSON tells whether a body is said to be JSON.
func saysJSON(r *http.Request) bool { return strings.Contains(contentType(r), "application/json") }
