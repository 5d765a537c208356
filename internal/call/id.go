package call

import (
	"net/url"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"github.com/mastra-go/mastra/internal/route"
)

// NewID makes an id for what the client names itself.
func NewID() string { return uuid.NewString() }

// expand puts ids, escaped, where the path has its placeholders.
func expand(op route.Operation, ids []string) (string, error) {
	if len(ids) == 0 {
		return op.Path, nil
	}
	var b strings.Builder
	rest := op.Path
	for _, id := range ids {
		before, after, _ := strings.Cut(rest, "{")
		name, after, _ := strings.Cut(after, "}")
		if err := CheckID(name, id); err != nil {
			return "", err
		}
		b.WriteString(before)
		b.WriteString(url.PathEscape(id))
		rest = after
	}
	b.WriteString(rest)
	return b.String(), nil
}

// CheckID refuses what cannot stand as a segment of a path: nothing, and the
// dot segments, which every server and proxy resolves, escaped or not.
func CheckID(name, id string) error {
	switch id {
	case "":
		return Refuse("mastra: the %s is empty", name)
	case ".", "..":
		return Refuse("mastra: the %s %q cannot stand in a path", name, id)
	}
	return nil
}

// PlainPath tells whether a path is absolute and escaped, and without anything
// that a server or a proxy would resolve or cut off. It may end with a slash.
func PlainPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?# ") || strings.ContainsFunc(path, unicode.IsControl) {
		return false
	}
	segments := strings.Split(path[1:], "/")
	for i, segment := range segments {
		plain, err := url.PathUnescape(segment)
		if err != nil || plain == "." || plain == ".." || plain == "" && i < len(segments)-1 {
			return false
		}
	}
	return true
}
