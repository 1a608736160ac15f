// Package corpus reads passages, own queries with their judgements, and rows of training sets, from files.
//
// It owns what a file may look like: formats, compression, encodings, limits, and the words in which a bad line is
// reported. It does not own what is done about it: tolerance, conflicting ids and storage are the caller's.
//
// Three kinds of trouble are kept apart:
//
//   - A bad line is a [Problem]: counted by rule, the first 20 kept, the line skipped.
//   - A file that cannot be trusted as a whole (truncated, bit-flipped, changed while read, wrong encoding, no
//     passages) is an [*Error]. It ends the sequence, possibly after good records: use nothing of the file then.
//   - Anything else is data, however odd: an id may hold slashes or newlines, a text may hold U+2028.
//
// Reading streams: memory is one record, at most [Options].MaxLine, whatever the file holds. Compression (gzip, zstd) is
// told by content, never by name. A format is one file of this package that calls register; no other file names it.
//
// Only regular files are read, so that a source can be read again and stamped; a caller that takes standard input
// stores it first.
package corpus
