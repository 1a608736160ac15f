package export

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"hardneg"
)

const (
	manifestName  = "manifest.json"
	cardName      = "README.md"
	schemaVersion = 2 // 2: origins, what is left out, tables of files
)

// Info is what the card and the manifest say of the run. None of it may depend on time, paths or the number of calls, as
// the same inputs are to give the same bytes.
type Info struct {
	ToolVersion string
	Fingerprint string // of the effective config
	Complete    bool   // every item of the run has an outcome and none failed
	License     string // identifier of the Hub; "" is not stated
	Languages   []string

	Policy           string
	Relabel          map[string]string // thresholds, in words
	Choices          map[string]string // of the export, in words
	MaxNegativeGrade hardneg.Grade     // highest grade of a negative; the zero value is Related, 1

	Models    []ModelUse
	Stages    []StageCount
	Counts    []Count
	Agreement []Agreement
	Notes     []string // sentences of the card's Limits
	Warnings  []string // at the top of the card
}

func (i Info) maxNegative() hardneg.Grade {
	if i.MaxNegativeGrade == hardneg.Ungraded {
		return hardneg.Related
	}
	return i.MaxNegativeGrade
}

// ModelUse is one use of a model in the run.
type ModelUse struct {
	Role     string // name in the config
	Stage    string
	Provider string
	Model    string
	Prompt   string // name@hash
	How      string // what else decides its part: how many texts, when the next judge is asked
}

// StageCount is what became of the items of a stage; Reasons are those of the rejected and failed.
type StageCount struct {
	Stage                                    string
	Planned, Done, Rejected, Failed, Pending int64
	Reasons                                  []Count
}

// Agreement is how two judges that follow one another graded the same texts.
type Agreement struct {
	First, Second string
	Texts, Same   int64
	Kappa         float64 // Cohen's, on the four grades; NaN where both gave one grade only
}

// Count is a number that the card gives, such as the queries without a negative.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// Manifest is manifest.json: what a data set consists of. Files lists every file but the manifest, by path.
type Manifest struct {
	SchemaVersion    int              `json:"schema_version"`
	Format           string           `json:"format"`
	ToolVersion      string           `json:"tool_version"`
	Fingerprint      string           `json:"fingerprint"`
	Complete         bool             `json:"complete"`
	Policy           string           `json:"policy"`
	MaxNegativeGrade int              `json:"max_negative_grade"`
	Scores           string           `json:"scores,omitempty"`       // what the scores of the texts are; see Scores
	HardQueries      bool             `json:"hard_queries,omitempty"` // may be rows; elsewhere they have a column
	Rows             map[string]int64 `json:"rows"`                   // by split; a split without a row is absent
	LeftOut          []Count          `json:"left_out,omitempty"`     // what had no place in this format
	Balanced         bool             `json:"balanced"`               // by origin; see Origins
	Origins          []Share          `json:"origins"`                // by split
	Columns          []Column         `json:"columns"`
	Files            []File           `json:"files"`
	SHA256           string           `json:"sha256"` // of this manifest with nothing in this place
}

// File is one file of a data set. Path is slash-separated, relative to the data set.
type File struct {
	Path   string `json:"path"`
	Config string `json:"config,omitempty"` // the table it belongs to, where there are several
	Split  string `json:"split,omitempty"`  // whose rows it holds; "" is that of no split alone
	Bytes  int64  `json:"bytes"`
	Rows   int64  `json:"rows"`
	SHA256 string `json:"sha256"`
}

// holdsExamples reports whether the rows of the file are what the data set counts: not a corpus, say, but what refers to it.
func (f File) holdsExamples() bool { return f.Split != "" && (f.Config == "" || f.Config == relations) }

func newManifest(f *format, o Options, info Info) Manifest {
	m := Manifest{
		SchemaVersion:    schemaVersion,
		Format:           f.name,
		ToolVersion:      info.ToolVersion,
		Fingerprint:      info.Fingerprint,
		Complete:         info.Complete,
		Policy:           info.Policy,
		MaxNegativeGrade: info.maxNegative().Value(),
		HardQueries:      f.asks && f.parts && o.HardQueries && o.Origins == nil,
		Columns:          columnsOf(f.configs(o)),
	}
	if f.scores {
		m.Scores = cmp.Or(o.Scores, ScoresJudge)
	}
	return m
}

// columnsOf is the columns of all tables, with the names of the tables where there are several.
func columnsOf(configs []config) (all []Column) {
	for _, table := range configs {
		for _, c := range table.columns {
			if len(configs) > 1 {
				c.Config = table.name
			}
			all = append(all, c)
		}
	}
	return all
}

// encode seals the manifest and returns its only encoding: whoever reads one can tell any changed byte by encoding it again.
func (m *Manifest) encode() ([]byte, error) {
	m.SHA256 = ""
	raw, err := m.json()
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	m.SHA256 = hex.EncodeToString(sum[:])
	return m.json()
}

func (m *Manifest) json() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(m)
	return b.Bytes(), err
}
