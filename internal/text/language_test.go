package text

import "testing"

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		want string
		sure bool
		in   string
	}{
		{"en", true, "The harvest was poor in most of the northern counties that year."},
		{"de", true, "Die Ernte fiel in jenem Jahr in den meisten nördlichen Landkreisen schlecht aus."},
		{"fr", true, "La récolte fut mauvaise cette année-là dans la plupart des comtés du nord."},
		{"es", true, "La cosecha fue mala aquel año en la mayoría de los condados del norte."},
		{"it", true, "Quell'anno il raccolto fu scarso nella maggior parte delle contee settentrionali."},
		{"pt", true, "A colheita foi má naquele ano na maioria dos condados do norte do país."},
		{"nl", true, "De oogst was dat jaar slecht in de meeste noordelijke graafschappen van het land."},
		{"ru", true, "Урожай в том году был плохим в большинстве северных уездов."},
		{"zh", true, "那一年北部大多数县的收成都很差，粮食价格因此大幅上涨，许多人被迫离开家乡。"},
		{"ja", true, "その年は北部のほとんどの郡で不作だった。"},
		{"ko", true, "그해 북부 대부분의 군에서 흉작이 들었다."},
		{"ar", true, "كان الحصاد سيئا في ذلك العام في معظم المقاطعات الشمالية من البلاد."},
		{"el", true, "Η σοδειά εκείνη τη χρονιά ήταν κακή στις περισσότερες βόρειες κομητείες."},
		{"zh", false, "机器学习"},
		{"", false, ""},
		{"", false, "12345 !!!"},
	} {
		if code, sure := Language(c.in); code != c.want || sure != c.sure {
			t.Errorf("Language(%q) = %q, %v", c.in, code, sure)
		}
	}
}

func TestShortTextsAreNotSure(t *testing.T) {
	for _, s := range []string{"oil crisis 1973", "Wien Hotel", "was ist das", "naïve café", "BMW i3 Reichweite"} {
		if code, sure := Language(s); sure {
			t.Errorf("sure that %q is %s", s, code)
		}
	}
}

func TestNamesDoNotMakeEnglishForeign(t *testing.T) {
	for _, s := range lines(`
What did Newton's mechanics affect?
When did Luther write Wir glauben all an einen Gott?
How often do Parliament elections take place?
When did Michael Eisner first join ABC?
How many membranes does Durinskia's chloroplast have?
In what year did Harvard President Joseph Willard die?`) {
		if Foreign(s, "en") {
			t.Errorf("foreign: %q", s)
		}
	}
}

func TestForeign(t *testing.T) {
	const english, german = "The harvest was poor in most of the northern counties that year.",
		"Die Ernte fiel in jenem Jahr in den meisten nördlichen Landkreisen schlecht aus."
	for _, c := range []struct {
		name, in, want string
		foreign        bool
	}{
		{"same", english, "en", false},
		{"same with a region", english, "en-GB", false},
		{"another", german, "en", true},
		{"and back", english, "de", true},
		{"nothing wanted", german, "", false},
		{"auto wants nothing", german, "auto", false},
		{"unknown code", german, "xx", false},
		{"a language the detector does not know", english, "gl", false},
		{"Cyrillic question, English wanted", "Когда началась война", "en", true},
		{"Chinese question, English wanted", "战争什么时候开始的", "en", true},
		{"one Greek word", "λόγος meaning in John", "en", false},
		{"English in a Chinese corpus", "When did the long war between the northern and the southern states begin, and who was it that won?", "zh", true},
		{"technical Chinese", "Transformers pipeline 怎么用 tokenizer 参数", "zh", false},
		{"Japanese in a Chinese corpus", "その年は北部のほとんどの郡で不作だったので、人々は村を離れた。", "zh", true},
		{"Korean in a Japanese corpus", "그해 북부 대부분의 군에서", "ja", true},
		{"kanji heading in a Japanese corpus", "日本国憲法第九条改正問題", "ja", false},
		{"neighbours are not told apart", "Høsten var dårlig det året i de fleste nordlige fylkene i landet.", "da", false},
		{"Norwegian by its old code", "Høsten var dårlig det året i de fleste nordlige fylkene i landet.", "no", false},
		{"Serbian in Cyrillic", "Жетва је те године била лоша у већини северних округа.", "sr", false},
		{"code has no language", "```go\nfunc main() { fmt.Println(x) }\n```", "en", false},
	} {
		if got := Foreign(c.in, c.want); got != c.foreign {
			code, sure := Language(c.in)
			t.Errorf("%s: Foreign(%q, %q) = %v (%s, %v)", c.name, c.in, c.want, got, code, sure)
		}
	}
}

func TestLanguageName(t *testing.T) {
	for code, want := range map[string]string{"en": "English", "pt-BR": "Portuguese", "ZH_tw": "Chinese", "ht": "Haitian Creole", "no": "Norwegian", "": "", "xx": ""} {
		if got := LanguageName(code); got != want {
			t.Errorf("LanguageName(%q) = %q, want %q", code, got, want)
		}
	}
	for code := range detected {
		if LanguageName(code) == "" {
			t.Errorf("no name for %q", code)
		}
	}
}

func FuzzLanguage(f *testing.F) {
	f.Add("What did Newton affect?", "en")
	f.Add("\xff光の", "ja")
	f.Fuzz(func(t *testing.T, s, want string) {
		a, sure := Language(s)
		if b, again := Language(s); a != b || sure != again {
			t.Errorf("%q is %s and %s", s, a, b)
		}
		if sure && LanguageName(a) == "" {
			t.Errorf("sure of a language without a name: %q", a)
		}
		Foreign(s, want)
	})
}
