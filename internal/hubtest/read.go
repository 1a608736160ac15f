package hubtest

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// tree lists the files of a branch, in pages that are linked as the Hub links them.
func (h *Hub) tree(w http.ResponseWriter, r *http.Request, branch string) {
	files := h.branches[branch]
	paths := slices.Sorted(maps.Keys(files))
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor")) // absent on the first page
	to := len(paths)
	if h.Page > 0 && from+h.Page < to {
		to = from + h.Page
		host := "http://" + r.Host
		if h.Alien {
			host = "https://hub.invalid"
		}
		w.Header().Set("Link", fmt.Sprintf(`<%s%s?recursive=true&cursor=%d>; rel="next"`, host, r.URL.EscapedPath(), to))
	}
	list := []map[string]any{}
	for _, path := range paths[from:to] {
		entry := map[string]any{"type": "file", "path": path, "size": len(files[path]), "oid": oid(path, files[path])}
		if large(path) {
			entry["lfs"] = map[string]any{"oid": sha(files[path]), "size": len(files[path]), "pointerSize": 134}
		}
		list = append(list, entry)
	}
	h.answer(w, list)
}

// read gives a file, or the part of it that is asked for.
func (h *Hub) read(w http.ResponseWriter, r *http.Request, branch, path string) {
	content, ok := h.branches[branch][unescape(path)]
	if !ok {
		fail(w, http.StatusNotFound, "EntryNotFound")
		return
	}
	w.Header().Set("ETag", strconv.Quote(oid(path, content)))
	w.Header().Set("Content-Type", "application/octet-stream")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader([]byte(content)))
}
