package hub

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
)

const filesACall = 256

// revision is the path of a revision's part of the API.
func (p Push) api(what string) string {
	return "/api/datasets/" + p.Repo + "/" + what + "/" + url.PathEscape(p.Revision)
}

// preupload asks how each file is to be sent and whether it is there already. It returns the commit that the answer is about.
func (c *Client) preupload(ctx context.Context, p Push, files []*file) (parent string, err error) {
	for chunk := range slices.Chunk(files, filesACall) {
		if parent, err = c.preuploadChunk(ctx, p, chunk); err != nil {
			return "", err
		}
	}
	return parent, nil
}

type preuploaded struct {
	CommitOID string `json:"commitOid"`
	Files     []struct {
		Path         string `json:"path"`
		UploadMode   string `json:"uploadMode"`
		ShouldIgnore bool   `json:"shouldIgnore"`
		OID          string `json:"oid"`
	} `json:"files"`
}

func (c *Client) preuploadChunk(ctx context.Context, p Push, files []*file) (string, error) {
	var question []map[string]any
	for _, f := range files {
		head, err := f.head()
		if err != nil {
			return "", err
		}
		question = append(question, map[string]any{"path": f.path, "size": f.size, "sample": base64.StdEncoding.EncodeToString(head)})
	}
	var answer preuploaded
	path := p.api("preupload")
	if p.CreatePR {
		path += "?create_pr=1" // who may only propose is asked for less
	}
	if err := c.post(ctx, path, map[string]any{"files": question}, &answer); err != nil {
		return "", err
	}
	told := map[string]int{}
	for i, a := range answer.Files {
		told[a.Path] = i
	}
	for _, f := range files {
		i, ok := told[f.path]
		if !ok {
			return "", fmt.Errorf("the Hub did not say how to send %s", f.path)
		}
		a := answer.Files[i]
		inStorage := a.UploadMode == "lfs"
		f.large = inStorage && f.size > 0 // storage takes no empty files
		f.ignored = a.ShouldIgnore
		f.unchanged = f.ignored
		if err := f.compare(a.OID, inStorage); err != nil {
			return "", err
		}
	}
	return answer.CommitOID, nil
}

// action is a request that the storage wants, of the batch protocol of git's large files.
type action struct {
	Href   string         `json:"href"`
	Header map[string]any `json:"header"`
}

// part is a value of the header, a text or a number.
func (a action) part(key string) string {
	if v, ok := a.Header[key]; ok {
		return fmt.Sprint(v)
	}
	return ""
}

type stored struct {
	OID     string `json:"oid"`
	Actions struct {
		Upload *action `json:"upload"`
		Verify *action `json:"verify"`
	} `json:"actions"`
	Error *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

// upload sends the large files that the storage does not have, and returns their number.
func (c *Client) upload(ctx context.Context, p Push, files []*file) (sent int, err error) {
	large := slices.DeleteFunc(slices.Clone(files), func(f *file) bool { return !f.large })
	for chunk := range slices.Chunk(large, filesACall) {
		wanted, err := c.batch(ctx, p, chunk)
		if err != nil {
			return sent, err
		}
		for _, f := range chunk {
			s := wanted[f.oid]
			if s.Error != nil {
				return sent, fmt.Errorf("%s: the storage refused it: %d %s", f.path, s.Error.Code, s.Error.Message)
			}
			if s.Actions.Upload == nil { // is there
				continue
			}
			c.Say("uploading %s, %d bytes", f.path, f.size)
			if err := c.storeSigned(ctx, p, f, s); err != nil {
				return sent, fmt.Errorf("upload %s: %w", f.path, err)
			}
			sent++
		}
	}
	return sent, nil
}

func (c *Client) batch(ctx context.Context, p Push, files []*file) (map[string]stored, error) {
	var objects []map[string]any
	for _, f := range files {
		objects = append(objects, map[string]any{"oid": f.oid, "size": f.size})
	}
	body, err := json.Marshal(map[string]any{"operation": "upload", "transfers": []string{"basic", "multipart"}, "hash_algo": "sha256",
		"ref": map[string]string{"name": p.Revision}, "objects": objects})
	if err != nil {
		return nil, err
	}
	var answer struct{ Objects []stored }
	if err := c.ask(ctx, http.MethodPost, "/datasets/"+p.Repo+".git/info/lfs/objects/batch", [2]string{lfsType, lfsType}, body, false, &answer); err != nil {
		return nil, err
	}
	by := map[string]stored{}
	for _, s := range answer.Objects {
		by[s.OID] = s
	}
	for _, f := range files {
		if _, ok := by[f.oid]; !ok {
			return nil, fmt.Errorf("the storage did not answer for %s", f.path)
		}
	}
	return by, nil
}

// storeSigned sends one file. The addresses that the storage gave for a whole batch may have run out in the meantime; then it is asked for
// new ones, once.
func (c *Client) storeSigned(ctx context.Context, p Push, f *file, s stored) error {
	err := c.store(ctx, f, s)
	if !refused(err, http.StatusForbidden) || errors.Is(err, ErrToken) {
		return err
	}
	c.Say("%v; asking for a new address", err)
	wanted, again := c.batch(ctx, p, []*file{f})
	switch s = wanted[f.oid]; {
	case again != nil:
		return again
	case s.Error != nil || s.Actions.Upload == nil:
		return err
	}
	return c.store(ctx, f, s)
}

// store sends one file, in parts where the storage wants that, and confirms it.
func (c *Client) store(ctx context.Context, f *file, s stored) error {
	var err error
	if chunk := s.Actions.Upload.part("chunk_size"); chunk != "" {
		err = c.parts(ctx, f, *s.Actions.Upload, chunk)
	} else {
		_, err = c.put(ctx, f, s.Actions.Upload.Href, 0, f.size)
	}
	if err != nil || s.Actions.Verify == nil {
		return err
	}
	return c.tell(ctx, s.Actions.Verify.Href, map[string]any{"oid": f.oid, "size": f.size})
}

// parts sends a file in pieces of a size, to addresses under the keys 1, 2, …, and then the list of what was taken.
func (c *Client) parts(ctx context.Context, f *file, a action, chunk string) error {
	size, err := strconv.ParseInt(chunk, 10, 64)
	if err != nil || size < 1 {
		return fmt.Errorf("the storage wants parts of %q bytes", chunk)
	}
	hrefs := map[int]string{}
	for key := range a.Header {
		if n, err := strconv.Atoi(key); err == nil { // some say 00001
			hrefs[n] = a.part(key)
		}
	}
	var taken []map[string]any
	for n, at := 1, int64(0); at < f.size; n, at = n+1, at+size {
		if hrefs[n] == "" {
			return fmt.Errorf("the storage gave no address for part %d", n)
		}
		header, err := c.put(ctx, f, hrefs[n], at, min(size, f.size-at))
		if err != nil {
			return err
		}
		if header.Get("ETag") == "" {
			return fmt.Errorf("the storage gave no ETag for part %d", n)
		}
		taken = append(taken, map[string]any{"partNumber": n, "etag": header.Get("ETag")})
	}
	return c.tell(ctx, a.Href, map[string]any{"oid": f.oid, "parts": taken})
}

// put sends a piece of a file to the storage, which must not see the token.
func (c *Client) put(ctx context.Context, f *file, href string, at, size int64) (http.Header, error) {
	header, _, err := c.do(ctx, request{method: http.MethodPut, url: href, size: size, body: func() (io.ReadCloser, error) {
		r, err := os.Open(f.name)
		if err != nil {
			return nil, err
		}
		return section{io.NewSectionReader(r, at, size), r}, nil
	}})
	return header, err
}

// section is a piece of an open file.
type section struct {
	io.Reader
	io.Closer
}

// tell posts JSON to an address of the Hub, which gets the token, or of another host, which does not.
func (c *Client) tell(ctx context.Context, href string, what any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	r := request{method: http.MethodPost, url: href, types: [2]string{lfsType, lfsType}, size: int64(len(body)), body: again(body)}
	if own, err := url.Parse(c.Endpoint); err == nil {
		if there, err := url.Parse(href); err == nil && sameServer(there, own) {
			r.token = c.Token
		}
	}
	_, _, err = c.do(ctx, r)
	return err
}
