package mockserver

import (
	"net/url"
	"strings"

	"github.com/mastra-go/mastra/mockserver/internal/js"
)

// The kinds of text that stand for a file.
const (
	rawFile = iota
	dataFile
	linkedFile
	providerFile
)

// fileKind tells what the data of a file is, and of which media type; that of a
// data URL comes before what else is said.
func fileKind(data, mime string) (kind int, mediaType string) {
	if uri, ok := parseDataURI(data); ok {
		if uri.mime != "" {
			mime = uri.mime
		}
		return dataFile, mime
	}
	if strings.HasPrefix(data, "file-") {
		return providerFile, mime
	}
	if u, err := url.Parse(strings.TrimSpace(data)); strings.HasPrefix(data, "//") || err == nil && u.Scheme != "" {
		return linkedFile, mime
	}
	return rawFile, mime
}

// dataURI is a data URL in its parts.
type dataURI struct{ mime, data string }

func parseDataURI(text string) (dataURI, bool) {
	rest, ok := strings.CutPrefix(text, "data:")
	if !ok {
		return dataURI{}, false
	}
	header, data, ok := strings.Cut(rest, ",")
	if !ok {
		return dataURI{data: text}, true
	}
	mime, _, _ := strings.Cut(header, ";")
	return dataURI{mime: mime, data: data}, true
}

func newDataURI(data, mime string) string {
	if strings.HasPrefix(data, "data:") {
		return data
	}
	return "data:" + mime + ";base64," + data
}

// dataOf is the data of a file or an image of a model message of version 5, as a
// URL, and its media type.
func dataOf(part *js.Object) (data, mime string, err error) {
	key, mime := "data", "application/octet-stream"
	if part.Str("type") == "image" {
		mime = "image/jpeg"
	}
	if given := part.Str("mediaType"); given != "" {
		mime = given
	}
	as := mime
	switch {
	case part.Has("data"):
		if as = part.Str("mediaType"); as == "" {
			as = "application/octet-stream"
		}
	case part.Has("image"):
		key = "image"
		if as = part.Str("mediaType"); as == "" {
			as = "image/jpeg"
		}
	default:
		if link, ok := part.Get("url").(string); ok {
			return link, mime, nil
		}
		return "", "", said("Invalid AIV5 data part in getDataStringFromAIV5DataPart")
	}
	text, ok := part.Get(key).(string)
	switch {
	case !ok:
		return "", mime, nil
	case strings.HasPrefix(text, "data:"), strings.HasPrefix(text, "http"), strings.HasPrefix(text, "file-"):
		return text, mime, nil
	}
	return "data:" + as + ";base64," + text, mime, nil
}

// shownFile is a stored file as user interfaces show it.
func shownFile(part *js.Object) *js.Object {
	mime, data := part.Str("mimeType"), firstOf(part, "data", "url")
	if mime == "" {
		mime = part.Str("mediaType")
	}
	text, isText := data.(string)
	if !isText {
		text = "undefined"
		if data != js.Undefined {
			text = js.String(data)
		}
	}
	kind, of := fileKind(text, mime)
	link := text
	if isText && (kind == linkedFile || kind == providerFile) {
		mime = of
	} else {
		if uri, ok := parseDataURI(text); ok {
			link = uri.data
			if mime == "" {
				mime = uri.mime
			}
		}
		if mime == "" {
			mime = "image/png"
		}
		link = newDataURI(link, mime)
	}
	if mime == "" {
		mime = "image/png"
	}
	shown := js.Obj("type", "file", "url", link, "mediaType", mime)
	if name := part.Get("filename"); truthy(name) {
		shown.Set("filename", name)
	}
	return shown.Set("providerMetadata", createdMeta(part))
}

// stringOf is a member as a text.
func stringOf(o *js.Object, key string) string {
	v, ok := o.Lookup(key)
	if !ok {
		return "undefined"
	}
	switch v := v.(type) {
	case string:
		return v
	case *js.Object:
		return "[object Object]"
	}
	return js.String(v)
}

func firstOf(o *js.Object, keys ...string) any {
	for _, key := range keys {
		if v, ok := o.Lookup(key); ok && v != nil {
			return v
		}
	}
	return js.Undefined
}
