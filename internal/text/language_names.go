package text

import "strings"

// LanguageName is the English name of an ISO 639-1 code, region and case ignored; "" for an unknown one.
func LanguageName(code string) string { return names[base(code)] }

var names = parseNames(`af Afrikaans,ak Akan,am Amharic,ar Arabic,az Azerbaijani,be Belarusian,bg Bulgarian,bh Bihari,bn Bengali,
bs Bosnian,ca Catalan,cs Czech,cy Welsh,da Danish,de German,el Greek,en English,eo Esperanto,es Spanish,et Estonian,eu Basque,
fa Persian,fi Finnish,fr French,fy Frisian,ga Irish,gl Galician,gu Gujarati,ha Hausa,he Hebrew,hi Hindi,hr Croatian,
ht Haitian Creole,hu Hungarian,hy Armenian,id Indonesian,ig Igbo,is Icelandic,it Italian,ja Japanese,jv Javanese,ka Georgian,
kk Kazakh,km Khmer,kn Kannada,ko Korean,ku Kurdish,ky Kyrgyz,la Latin,lb Luxembourgish,lo Lao,lt Lithuanian,lv Latvian,
mg Malagasy,mk Macedonian,ml Malayalam,mn Mongolian,mr Marathi,ms Malay,mt Maltese,my Burmese,nb Norwegian,ne Nepali,nl Dutch,
nn Norwegian Nynorsk,ny Chichewa,om Oromo,or Odia,pa Punjabi,pl Polish,ps Pashto,pt Portuguese,rn Kirundi,ro Romanian,
ru Russian,rw Kinyarwanda,sd Sindhi,si Sinhala,sk Slovak,sl Slovenian,sn Shona,so Somali,sq Albanian,sr Serbian,su Sundanese,
sv Swedish,sw Swahili,ta Tamil,te Telugu,tg Tajik,th Thai,ti Tigrinya,tk Turkmen,tl Tagalog,tr Turkish,ug Uyghur,uk Ukrainian,
ur Urdu,uz Uzbek,vi Vietnamese,yi Yiddish,yo Yoruba,zh Chinese,zu Zulu`)

func parseNames(list string) map[string]string {
	m := map[string]string{}
	for _, entry := range strings.Split(list, ",") {
		code, name, _ := strings.Cut(strings.TrimSpace(entry), " ")
		m[code] = name
	}
	return m
}

// detected are the languages that the detector knows; a text in another one is always taken for something else.
var detected = set(`af ak am ar az be bg bn cs da de el en eo es et fa fi fr gu ha he hi hr ht hu ig id it ja jv ka km kn ko ku lt lv mg
	mk ml mr my nb ne nl nn ny om or pa pl pt rn ro ru rw si sl sn so sr sv ta te th ti tk tl tr ug uk ur uz vi yi yo zh zu`)

// kin is the group of languages that the detector takes for one another, named by its first; a language of no group is
// its own.
func kin(code string) string {
	if first, ok := kins[code]; ok {
		return first
	}
	return code
}

var kins = parseKins("nb nn da sv", "hr sr sl bs", "id jv ms su", "hi mr ne", "ru uk be bg mk", "ar fa ur", "nl af", "es pt gl ca")

func parseKins(groups ...string) map[string]string {
	m := map[string]string{}
	for _, g := range groups {
		for _, code := range strings.Fields(g) {
			m[code] = g[:2]
		}
	}
	return m
}

// scriptOf says which languages are written in which script; those of twoScripts are written in two, all others in Latin.
var scriptOf = map[string]map[string]bool{
	"Cyrillic": set("ru uk be bg mk ky"), "Arabic": set("ar fa ur ps sd ug"), "Greek": set("el"), "Hebrew": set("he yi"),
	"Devanagari": set("hi mr ne bh"), "Bengali": set("bn"), "Thai": set("th"), "Tamil": set("ta"), "Telugu": set("te"),
	"Gujarati": set("gu"), "Kannada": set("kn"), "Malayalam": set("ml"), "Gurmukhi": set("pa"), "Georgian": set("ka"),
	"Armenian": set("hy"), "Ethiopic": set("am ti"), "Khmer": set("km"), "Myanmar": set("my"), "Sinhala": set("si"), "Lao": set("lo"),
}

var twoScripts = set("sr bs az uz kk mn tg tk ku or zh ja ko")
