package text

// The classes of ASCII characters in the segmentation of words (UAX 29).
const (
	inWord    = 1 << iota // a letter or digit: a word
	isLetter              // of these, a letter
	joinsAny              // "_": joins letters and digits, is no word by itself
	midLetter             // joins two letters
	midNumber             // joins two digits
)

// asciiClass has the full stop and the apostrophe join letters and digits alike.
var asciiClass = func() (t [256]uint8) {
	for c := '0'; c <= '9'; c++ {
		t[c] = inWord
	}
	for c := 'a'; c <= 'z'; c++ {
		t[c], t[c-'a'+'A'] = inWord|isLetter, inWord|isLetter
	}
	t['_'] = joinsAny
	t[':'] = midLetter
	t['.'], t['\''] = midLetter|midNumber, midLetter|midNumber
	t[','], t[';'] = midNumber, midNumber
	return t
}()

// nextASCII returns the bounds of the first word of an ASCII text from a position on; from is len(s) if there is none. It does
// what the segmenter does, which needs no tables here and takes a tenth of the time.
func nextASCII(s string, at int) (from, to int) {
	for at < len(s) {
		if asciiClass[s[at]]&(inWord|joinsAny) == 0 {
			at++
			continue
		}
		word := false
		for from = at; at < len(s); at++ {
			class := asciiClass[s[at]]
			if class&inWord != 0 {
				word = true
			} else if class&joinsAny == 0 && !joinedASCII(s, at, class) {
				break
			}
		}
		if word {
			return from, at
		}
	}
	return len(s), len(s)
}

// joinedASCII reports a mark of a class at a position, behind a part of a word, that joins two letters or two digits.
func joinedASCII(s string, at int, class uint8) bool {
	if class == 0 || at+1 == len(s) {
		return false
	}
	before, after := asciiClass[s[at-1]], asciiClass[s[at+1]]
	if before&after&inWord == 0 || (before^after)&isLetter != 0 {
		return false
	}
	if before&isLetter != 0 {
		return class&midLetter != 0
	}
	return class&midNumber != 0
}

// wordsASCII cuts a text into words where its stand-in has them; see standIn.
func wordsASCII(ws []string, s, plain string) []string {
	if ws == nil {
		ws = make([]string, 0, len(s)/5+1)
	}
	for from, to := nextASCII(plain, 0); from < len(s); from, to = nextASCII(plain, to) {
		ws = append(ws, s[from:to])
	}
	if len(ws) == 0 {
		return nil
	}
	return ws
}

func countASCII(s string) int {
	n := 0
	for from, to := nextASCII(s, 0); from < len(s); from, to = nextASCII(s, to) {
		n++
	}
	return n
}
