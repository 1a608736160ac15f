package corpus

import "bytes"

// foreign are the first bytes of files that are not text, and what to do about them.
var foreign = []struct{ magic, rule, what, hint string }{
	{"\xfd7zXZ\x00", "compression", "is xz-compressed", "unpack it with xz -d, or use gzip or zstd"},
	{"BZh", "compression", "is bzip2-compressed", "unpack it with bunzip2, or use gzip or zstd"},
	{"PK\x03\x04", "compression", "is a zip archive", "unpack it with unzip and name the file that was inside"},
	{"7z\xbc\xaf\x27\x1c", "compression", "is a 7z archive", "unpack it and name the file that was inside"},
	{"\x04\x22\x4d\x18", "compression", "is lz4-compressed", "unpack it with lz4 -d, or use gzip or zstd"},
	{"\x1f\x8b", "compression", "is compressed twice", "unpack it once"},
	{"\x28\xb5\x2f\xfd", "compression", "is compressed twice", "unpack it once"},
	{"PAR1", "format", "is Parquet inside of another compression, or cut off", "unpack it: Parquet is compressed by itself"},
	{"version https://git-lfs.github.com/", "compression", "is a pointer to the data, not the data", "fetch the file with git lfs pull, or download it anew"},
	{"SQLite format 3\x00", "format", "is an SQLite database", "write the table as csv or jsonl"},
}

// refuse reports a file that cannot be read as UTF-8 text at all, as *Error.
func refuse(path string, head []byte) error {
	if isUTF16(head) {
		return &Error{File: path, Rule: "encoding", Message: "is UTF-16 (or UTF-32), not UTF-8",
			Hint: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"}
	}
	for _, f := range foreign {
		if bytes.HasPrefix(head, []byte(f.magic)) && (f.magic != "BZh" || isBzip2(head)) {
			return &Error{File: path, Rule: f.rule, Message: f.what, Hint: f.hint}
		}
	}
	return nil
}

// isBzip2 looks past the three letters, with which a text may begin, to the mark of a block or of the end.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17rE8P\x90")
}

// isUTF16 recognises the byte order mark and, without one, two ASCII characters with the zero bytes of either order.
func isUTF16(head []byte) bool {
	if len(head) >= 2 && (string(head[:2]) == "\xff\xfe" || string(head[:2]) == "\xfe\xff") {
		return true
	}
	if len(head) < 4 {
		return false
	}
	a, b, c, d := head[0], head[1], head[2], head[3]
	return a != 0 && b == 0 && c != 0 && d == 0 || a == 0 && b != 0 && c == 0 && d != 0
}
