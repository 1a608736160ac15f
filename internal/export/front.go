package export

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
)

// front is the YAML front matter of the card, which the Hub and the datasets library read. Features are stated, as a
// column that is null throughout has no type of its own in JSON Lines. decoded is about the bytes of each file in memory.
func front(f *format, configs []config, m Manifest, info Info, decoded map[string]int64) string {
	configs = slices.DeleteFunc(slices.Clone(configs), func(c config) bool { return c.foreign })
	var y yaml
	y.line(0, "---")
	y.list("language", quoteAll(info.Languages))
	y.license(info.License)
	y.line(0, "pretty_name: Hard-negative training data")
	y.list("size_categories", []string{sizeCategory(m.total())})
	y.list("task_categories", f.tasks)
	y.list("annotations_creators", []string{"machine-generated"})
	y.list("tags", append(slices.Clone(f.tags), "sentence-transformers", "hard-negatives", "synthetic"))
	y.line(0, "dataset_info:")
	for _, c := range configs {
		y.line(0, "- config_name: "+c.name)
		y.line(1, "features:")
		y.features(1, c.columns)
		y.sizes(c, m, decoded)
	}
	y.line(0, "configs:")
	for i, c := range configs {
		y.line(0, "- config_name: "+c.name)
		if i == len(configs)-1 { // the one that refers to the others, where there are several
			y.line(1, "default: true")
		}
		y.line(1, "data_files:")
		for _, split := range c.splits(m) {
			y.line(1, "- split: "+split)
			y.line(2, "path: "+forSplit(c.files, split))
		}
	}
	y.line(0, "---")
	return y.String()
}

// splits is the names of the table's splits. One that is not divided is a split of its own name, as for BEIR's sets on the Hub.
func (c config) splits(m Manifest) []string {
	if strings.Contains(c.files, "SPLIT") {
		return m.splits()
	}
	return []string{c.name}
}

// sizes writes what the library compares with what it loads: the number of rows must be right.
func (y *yaml) sizes(c config, m Manifest, decoded map[string]int64) {
	var download, memory int64
	y.line(1, "splits:")
	for _, split := range c.splits(m) {
		var rows, bytes int64
		for _, f := range m.Files {
			if ok, _ := path.Match(forSplit(c.files, split), f.Path); ok {
				rows, bytes, download = rows+f.Rows, bytes+decoded[f.Path], download+f.Bytes
			}
		}
		memory += bytes
		y.line(1, "- name: "+split)
		y.line(2, fmt.Sprint("num_bytes: ", bytes))
		y.line(2, fmt.Sprint("num_examples: ", rows))
	}
	y.line(1, fmt.Sprint("download_size: ", download))
	y.line(1, fmt.Sprint("dataset_size: ", memory))
}

// yaml writes block YAML; depth counts two spaces.
type yaml struct{ strings.Builder }

func (y *yaml) line(depth int, text string) {
	y.WriteString(strings.Repeat("  ", depth) + text + "\n")
}

// list writes nothing for no items.
func (y *yaml) list(key string, items []string) {
	if len(items) == 0 {
		return
	}
	y.line(0, key+":")
	for _, item := range items {
		y.line(0, "- "+item)
	}
}

// features writes "list:" and never "sequence:", which means a struct of lists.
func (y *yaml) features(depth int, columns []Column) {
	for _, c := range columns {
		y.line(depth, "- name: "+c.Name)
		element, isList := strings.CutPrefix(c.Type, "list<")
		switch {
		case c.Type == "list":
			y.line(depth+1, "list:")
			y.features(depth+1, c.Fields)
		case isList:
			y.line(depth+1, "list: "+strings.TrimSuffix(element, ">"))
		default:
			y.line(depth+1, "dtype: "+c.Type)
		}
	}
}

// quote is a double-quoted YAML scalar. YAML knows all escapes of a Go string in ASCII.
func quote(s string) string { return strconv.QuoteToASCII(strings.ToValidUTF8(s, "\uFFFD")) }

func quoteAll(items []string) []string {
	quoted := make([]string, len(items))
	for i, s := range items {
		quoted[i] = quote(s)
	}
	return quoted
}

// sizeCategory is the Hub's name for a number of rows: powers of ten from n<1K to n>1T.
func sizeCategory(rows int64) string {
	names := []string{"1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"}
	if rows < 1000 {
		return "n<1K"
	}
	bound := int64(10_000)
	for i := 1; i < len(names); i++ {
		if rows < bound {
			return fmt.Sprintf("%s<n<%s", names[i-1], names[i])
		}
		bound *= 10
	}
	return "n>1T"
}

// forSplit fills the SPLIT in a pattern.
func forSplit(pattern, split string) string { return strings.ReplaceAll(pattern, "SPLIT", split) }

func (m Manifest) total() (n int64) {
	for _, rows := range m.Rows {
		n += rows
	}
	return n
}

// splits is the splits that have a row, in the order of the card.
func (m Manifest) splits() (present []string) {
	for _, split := range splits {
		if m.Rows[split] > 0 {
			present = append(present, split)
		}
	}
	return present
}
