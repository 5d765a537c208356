package mockserver

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"

	"github.com/mastra-go/mastra/mockserver/internal/js"
	"github.com/mastra-go/mastra/mockserver/internal/zod"
)

// upload is a file of a multipart body.
type upload []byte

// json is what a file looks like where a value is wanted.
func (u upload) json() *js.Object {
	list := make([]any, len(u))
	for i, b := range u {
		list[i] = float64(b)
	}
	return js.Obj("type", "Buffer", "data", list)
}

// parseMultipart reads a form: files become uploads, fields that hold JSON
// become its value, other fields strings.
func parseMultipart(contentType string, data []byte) (any, error) {
	broken := invalid(invalidBody, []zod.Issue{{Path: []string{"body"}, Message: "Failed to parse body as FormData."}})
	_, params, err := mime.ParseMediaType(contentType)
	if err == nil && bytes.HasPrefix(data, []byte("--"+params["boundary"]+"--")) {
		return js.Obj(), nil
	}
	// The lines of a form end with a carriage return too.
	if err != nil || !bytes.Contains(data, []byte("--"+params["boundary"]+"\r\n")) {
		return nil, broken
	}
	form := js.Obj()
	reader := multipart.NewReader(bytes.NewReader(data), params["boundary"])
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return form, nil
		}
		if err != nil {
			return nil, broken
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, broken
		}
		if part.FileName() != "" {
			form.Set(part.FormName(), upload(content))
		} else if v, err := js.Parse(content); err == nil {
			form.Set(part.FormName(), v)
		} else {
			form.Set(part.FormName(), string(content))
		}
	}
}
