package llm

import (
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strings"

	openai "github.com/sashabaranov/go-openai"
)

// upload is a file as the body of a form, read from disk while it is sent: the library would hold it in memory twice.
type upload struct {
	name, path string
	size       int64
	kind       string // content type
	head, tail string
}

// send makes the file the body of a request.
func (u *upload) send(req *http.Request) error {
	err := u.prepare()
	if err == nil {
		req.Body, err = u.open()
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errNotBuilt, err)
	}
	req.ContentLength, req.GetBody = u.size, u.open
	req.Header.Set("Content-Type", u.kind)
	return nil
}

// prepare works out the parts around the file.
func (u *upload) prepare() error {
	info, err := os.Stat(u.path)
	if err != nil {
		return err
	}
	var form strings.Builder
	w := multipart.NewWriter(&form)
	if err := w.WriteField("purpose", string(openai.PurposeBatch)); err != nil {
		return err
	}
	if _, err := w.CreateFormFile("file", u.name); err != nil {
		return err
	}
	u.head = form.String()
	if err := w.Close(); err != nil {
		return err
	}
	u.tail, u.kind = form.String()[len(u.head):], w.FormDataContentType()
	u.size = int64(len(u.head)) + info.Size() + int64(len(u.tail))
	return nil
}

// open begins the body anew.
func (u *upload) open() (io.ReadCloser, error) {
	f, err := os.Open(u.path)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(strings.NewReader(u.head), f, strings.NewReader(u.tail)), f}, nil
}
