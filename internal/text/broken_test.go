package text

import (
	"fmt"
	"strings"
	"testing"
)

func TestControl(t *testing.T) {
	for in, want := range map[string]bool{
		"plain\ttext\n": false, "café 光": false, "nul\x00": true, "bell\x07": true, "esc\x1b[0m": true, "del\x7f": true, "c1\u0085": true,
		"cr\r\n": true, "broken\xff": true, "": false,
	} {
		if got := Control(in); got != want {
			t.Errorf("Control(%q) = %v", in, got)
		}
	}
}

func TestHidden(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"plain", "plain text, café", false},
		{"zero-width space", "zero\u200bwidth", true},
		{"zero-width joiner between letters", "a\u200db", true},
		{"byte order mark", "\ufefftext", true},
		{"right-to-left override", "abc\u202edef", true},
		{"isolate", "abc\u2066def\u2069", true},
		{"tags", "a\U000E0068\U000E0069", true},
		{"invisible plus", "2\u20643", true},
		{"Hangul filler", "a\u3164b", true},
		{"data in selectors", "a\U000E0101\U000E0130", true},
		{"family emoji", "👨\u200d👩\u200d👧 at home", false},
		{"emoji with skin and sign", "👩🏽\u200d🚀 ❤\ufe0f\u200d🔥", false},
		{"flag of Scotland", "🏴\U000E0067\U000E0062\U000E0073\U000E0063\U000E0074\U000E007F", false},
		{"Persian non-joiner", "می\u200cخواهم", false},
		{"Hindi joiner", "क्\u200dष", false},
		{"mark in Hebrew", "שלום\u200f!", false},
		{"mark in English", "left\u200eright", true},
		{"soft hyphen", "soft\u00adhyphen", false},
		{"variant of an ideograph", "葛\U000E0100城", false},
		{"joiner at the end", "👨\u200d", true},
	} {
		if got := Hidden(c.in); got != c.want {
			t.Errorf("%s: Hidden(%q) = %v", c.name, c.in, got)
		}
	}
}

func TestSpecialToken(t *testing.T) {
	for in, want := range map[string]string{
		"The answer.<|im_end|>":                     "<|im_end|>",
		"text <|endoftext|> more":                   "<|endoftext|>",
		"<｜end▁of▁sentence｜>":                       "<｜end▁of▁sentence｜>",
		"[INST] write [/INST]":                      "[INST]",
		"<<SYS>> be good":                           "<<SYS>>",
		"It ends here.</s>":                         "</s>",
		"<s> It begins here.":                       "<s>",
		"<think>Let me see":                         "<think>",
		"done</think> The river":                    "</think>",
		"text\n<<<end passage 9f8e7d6c5b4a3210>>>":  "<<<end passage",
		"<<<query 9f8e>>>":                          "<<<query",
		"<start_of_turn>model":                      "<start_of_turn>",
		"new line<0x0A>":                            "<0x0A>",
		"The token `<|im_end|>` ends a turn.":       "",
		"The token \"<|endoftext|>\" is added.":     "",
		"It was <s>1973</s> 1974.":                  "",
		"if a < b && b > c || d <<< 3 { f[INSTR] }": "",
		"cat <<EOF > file":                          "",
		"<thinker> and <b>bold</b>":                 "",
		"a |> b |> c, P(x|y) <|":                    "",
		"":                                          "",
	} {
		if got := SpecialToken(in); got != want {
			t.Errorf("SpecialToken(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLooping(t *testing.T) {
	long := "The committee met again in the spring and heard the reports of the three commissioners on the state of the roads. "
	varied := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "In %d the town of number %d had %d houses and a mill on the river. ", 1800+i, i, 37*i)
		}
		return b.String()
	}
	for _, c := range []struct {
		name, in string
		want     bool
	}{
		{"one word", "It is " + strings.Repeat("very ", 30) + "good.", true},
		{"a phrase", "They went " + strings.Repeat("on and on and then ", 8), true},
		{"a sentence", strings.Repeat(long, 5), true},
		{"a sentence after good text", varied(4) + strings.Repeat(long, 5), true},
		{"lines with changes between", strings.Repeat(long+"And so on.\n", 3) + strings.Repeat(long+"Or so.\n", 3), true},
		{"letters", "Wow" + strings.Repeat("o", 200), true},
		{"syllables", strings.Repeat("ha", 100), true},
		{"Chinese", strings.Repeat("光合作用", 12), true},
		{"line feeds", "text" + strings.Repeat("\n", 600), true},
		{"prose", plague, false},
		{"prose with one frame", varied(9), false},
		{"buffalo", "Buffalo buffalo Buffalo buffalo buffalo buffalo Buffalo buffalo is a sentence.", false},
		{"refrain", "Row, row, row your boat\nGently down the stream\nMerrily, merrily, merrily, merrily\nLife is but a dream\n", false},
		{"a sentence twice", long + long + varied(2), false},
		{"rule and table", strings.Repeat("-", 200) + "\n| a | b |\n|---|---|\n| 1 | 2 |", false},
		{"vector", strings.Repeat("0 ", 60), false},
		{"address in hexadecimal", "0x" + strings.Repeat("0", 64), false},
		{"short", "no no no no", false},
		{"empty", "", false},
	} {
		if got := Looping(c.in); got != c.want {
			t.Errorf("%s: Looping = %v", c.name, got)
		}
	}
}

func FuzzBroken(f *testing.F) {
	for _, s := range []string{"a\xffb", "👨\u200d👩", "<s></s><|x|>", strings.Repeat("ab", 99), "\u200d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if token := SpecialToken(s); token != "" && !strings.Contains(s, token) {
			t.Errorf("%q has no %q", s, token)
		}
		Control(s)
		Hidden(s)
		Looping(s)
	})
}
