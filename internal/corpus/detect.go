package corpus

import (
	"bytes"
	"encoding/json"
	"os"
	"slices"
	"strings"
)

// shape is what detection looks at: the head of a file, and the names of the fields of its first record.
type shape struct {
	parquet bool
	head    []byte   // up to 64 KiB of content; nil for Parquet
	names   []string // of an object, the columns of Parquet, or the cells of a first line with commas
}

// shapeOf looks at a file. opened is an error of opening it, empty that of a file without content.
func shapeOf(path string, info os.FileInfo) (sh shape, opened, empty error) {
	p, f, err := openParquet(path, info)
	if err != nil {
		return sh, err, nil
	}
	if p != nil {
		defer f.Close()
		return shape{parquet: true, names: parquetNames(p)}, nil, nil
	}
	st, err := openStream(path, info)
	if err != nil {
		return sh, err, nil
	}
	defer st.close()
	head, err := st.head()
	if err != nil {
		return sh, nil, err
	}
	sh.head = slices.Clone(head)
	if firstByte(head) == '{' {
		sh.names = leadingKeys(head)
	} else if line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), newline); bytes.IndexByte(line, '\t') < 0 {
		for cell := range strings.SplitSeq(strings.TrimSpace(string(line)), ",") {
			sh.names = append(sh.names, strings.Trim(cell, ` "`))
		}
	}
	return sh, nil, nil
}

// firstByte is the first byte that is not white space, 0 if there is none.
func firstByte(head []byte) byte {
	if head = bytes.TrimSpace(head); len(head) > 0 {
		return head[0]
	}
	return 0
}

// leadingKeys are the keys of the object at the start, as far as the head goes.
func leadingKeys(head []byte) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(head))
	depth, key := 0, true
	for {
		tok, err := d.Token()
		if err != nil {
			return keys
		}
		switch t := tok.(type) {
		case json.Delim:
			if t == '{' || t == '[' {
				depth++
				key = depth == 1
				continue
			}
			if depth--; depth == 0 {
				return keys
			}
		case string:
			if depth == 1 && key {
				keys, key = append(keys, t), false
				continue
			}
		}
		if depth == 1 {
			key = true // a value has ended
		}
	}
}

// chooseFormat settles the format of a single file.
func chooseFormat(path string, sh shape, o Options) (*format, error) {
	f, err := asked(path, o.Format)
	switch {
	case err != nil:
		return nil, err
	case f != nil && f.layout != nil:
		return nil, &Error{File: path, Rule: "format", Message: "format " + f.name + " is a folder, this is a file",
			Hint: "name the folder that holds it, or leave the format to auto"}
	case f != nil:
		return f, nil
	}
	if f, err := byColumns(path, sh, o); f != nil || err != nil {
		return f, err
	}
	if sh.parquet {
		return formats["parquet"], nil
	}
	for f := range each {
		if f.claims != nil && f.claims(sh.head, o) {
			return f, nil
		}
	}
	ext := extOf(path)
	for f := range each {
		if f.layout == nil && slices.Contains(f.exts, ext) {
			return f, nil
		}
	}
	return nil, &Error{File: path, Rule: "format", Message: "neither content nor name tells the format",
		Hint: "set corpus.format (or --format) to one of " + strings.Join(Formats(), ", ")}
}

// byColumns finds the training set that has these fields; nil if there is none. What could be several things is an error: a guess would
// make queries of passages.
func byColumns(path string, sh shape, o Options) (found *format, err error) {
	var could []string
	for f := range each {
		if f.columns != nil && f.columns(sh.names) {
			found, could = f, append(could, f.name)
		}
	}
	if len(could) > 0 && slices.ContainsFunc(orKnown(o.Fields.Text, knownText), func(n string) bool { return slices.Contains(sh.names, n) }) {
		could = append(could, sh.passages())
	}
	if len(could) < 2 {
		return found, nil
	}
	return nil, &Error{File: path, Rule: "ambiguous", Message: "could be " + strings.Join(could, " or ") + ", by its fields " + listed(sh.names),
		Hint: "name the format: --format " + could[0] + ", or corpus.format"}
}

// passages is the format of passages in such a file.
func (sh shape) passages() string {
	switch {
	case sh.parquet:
		return "parquet"
	case firstByte(sh.head) == '{':
		return "jsonl"
	}
	return "csv"
}

// reads reports a file whose kind a format does not read, so that this is said once and not for every line.
func (f *format) reads(path string, sh shape) error {
	switch {
	case sh.parquet && f.columns == nil && f.name != "parquet" && !f.anyKind:
		return &Error{File: path, Rule: "format", Message: "is Parquet, not " + f.name, Hint: "leave the format to auto, or name parquet for passages"}
	case !sh.parquet && f.name == "parquet":
		return &Error{File: path, Rule: "format", Message: "is no Parquet file", Hint: "leave the format to auto"}
	case f.columns != nil && !sh.parquet && f.name != "st" && firstByte(sh.head) != '{' && firstByte(sh.head) != '[':
		return &Error{File: path, Rule: "format", Message: "is neither JSON lines nor Parquet, as " + f.name + " is", Hint: "check the format"}
	}
	return nil
}
