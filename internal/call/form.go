package call

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
)

// Form is a multipart body. Its parts are written in the order of the calls; the
// first error is told by the request that it is given to.
type Form struct {
	b   bytes.Buffer
	w   *multipart.Writer
	err error
}

// File adds a file, which is read to its end.
func (f *Form) File(field, name, mediaType string, content io.Reader) {
	f.write(func(w *multipart.Writer) error {
		header := textproto.MIMEHeader{}
		header.Set("Content-Disposition", multipart.FileContentDisposition(field, name))
		header.Set("Content-Type", cmp.Or(mediaType, "application/octet-stream"))
		part, err := w.CreatePart(header)
		if err != nil {
			return err
		}
		if _, err = io.Copy(part, content); err != nil {
			err = fmt.Errorf("mastra: the part %s cannot be read: %w", field, err)
		}
		return err
	})
}

// JSON adds a field whose value is JSON text.
func (f *Form) JSON(field string, value any) {
	f.write(func(w *multipart.Writer) error {
		text, err := Marshal(value)
		if err != nil {
			return Refuse("mastra: %s does not encode: %w", field, err)
		}
		return w.WriteField(field, string(text))
	})
}

func (f *Form) write(part func(*multipart.Writer) error) {
	if f.w == nil {
		f.w = multipart.NewWriter(&f.b)
	}
	if f.err == nil {
		f.err = part(f.w)
	}
}

// encode closes the form and returns its body and content type.
func (f *Form) encode() (body []byte, contentType string, err error) {
	f.write(func(w *multipart.Writer) error { return w.Close() })
	if f.err != nil {
		return nil, "", f.err
	}
	return f.b.Bytes(), f.w.FormDataContentType(), nil
}
