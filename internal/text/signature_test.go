package text

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// wordsOf is a text of so many words.
func wordsOf(seed uint64, n int) string {
	random := rand.New(rand.NewPCG(seed, 1))
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "w%d ", random.IntN(1e6))
	}
	return b.String()
}

func TestASignatureIsThatOfItsText(t *testing.T) {
	for n := range 200 {
		s := wordsOf(uint64(n), n)
		made := NewSignature(s)
		if want := (Signature{NewBands(s), NormalSum(s)}); made != want {
			t.Fatalf("%d words: %v, not %v", n, made, want)
		}
		kept := made.Append(nil)
		if read, ok := ParseSignature(kept); !ok || read != made {
			t.Fatalf("%d words: %v, not %v", n, read, made)
		}
		if len(kept) > 120 {
			t.Errorf("%d words: %d bytes", n, len(kept))
		}
		for _, bad := range [][]byte{nil, kept[:len(kept)-1], append(kept[:len(kept):len(kept)], 0), append([]byte{signatureVersion + 1}, kept[1:]...)} {
			if _, ok := ParseSignature(bad); ok {
				t.Errorf("%d words: %x is read", n, bad)
			}
		}
	}
}

// What is kept in a run must be what a new program would make: when this fails, signatureVersion has to change.
func TestSignaturesDoNotChange(t *testing.T) {
	for s, want := range map[string]string{
		"":                    "01000099e9d85137db46ef",
		"Too short, for runs": "01010088bb1898e40a2c67e40a2c67",
		"The cat sat on the mat, and the dog lay beside it in the sun until the evening came.":             "010c0068e84b959fed3690c27c226e4c274b33a3070701dc4a8caff7521d620594029b53fc2c3d34bdacf5a11942ed71e132b0914d9377a550c443",
		strings.Repeat("Ein Größenvergleich zwischen Äpfeln und Birnen ist möglich. ", 3) + wordsOf(1, 30): "010c0cb14b8e036738ed2daf1d0fa785e0c6794faba6d122c99d8d55e59f5759798d496280b7f3da8794195a36263c2860c1cb7861e71f35878f1bc366b612e222d1f94e0fa5c8b5e0112693eda39f73c5408028797accd0d900d1b941a9ffaebaf93d9175512c34b49b00000b020f020d060f0f090705",
		wordsOf(2, 100): "01000cc5349a1f069ae5b6f1a97462d5f1b55f1a56409fe96d111a5e91aa4c3b5d35b6897d1c20af387d5b276eba3b959021fe64e2b6601fc914e7060d0f0e0d0f0e000d020004",
	} {
		g := NewSignature(s)
		if got := hex.EncodeToString(g.Append(nil)); got != want {
			t.Errorf("%.30q: %s", s, got)
		}
	}
}
