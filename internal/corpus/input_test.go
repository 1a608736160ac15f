package corpus

import (
	"fmt"
	"strings"
	"testing"
)

func TestAFileOfBadLinesNamesTheFirst(t *testing.T) {
	t.Chdir(t.TempDir())
	writeIn(t, ".", "corpus.jsonl", strings.Repeat(`{"id":1}`+"\n", 4)+"x\n{}\n7\n")
	_, _, err := readAll("corpus.jsonl", Options{})
	if ruleOf(t, err) != "empty" || !strings.Contains(err.Error(), "all 7 lines are bad") {
		t.Fatal(err)
	}
	for i := 1; i <= 5; i++ {
		if !strings.Contains(err.Error(), fmt.Sprintf("\n  corpus.jsonl:%d:", i)) {
			t.Errorf("line %d is not named: %v", i, err)
		}
	}
	if strings.Contains(err.Error(), "corpus.jsonl:6") || !strings.Contains(err.Error(), "missing (known: text") || !strings.HasSuffix(err.Error(), "…") {
		t.Errorf("want five lines with their problems: %v", err)
	}
}
