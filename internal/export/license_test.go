package export

import "testing"

func TestTheHubTakesTheLicense(t *testing.T) {
	for stated, want := range map[string]string{
		"":                 "",
		"cc-by-sa-4.0":     "license: \"cc-by-sa-4.0\"\n",
		" CC-BY-4.0":       "license: \"cc-by-4.0\"\n",
		"CC BY-SA 4.0":     "license: \"cc-by-sa-4.0\"\n",
		"Apache 2.0":       "license: \"apache-2.0\"\n",
		"other":            "license: \"other\"\n",
		"My License, v1.1": "license: other\nlicense_name: \"my-license-v1.1\"\n",
		"a: \"b\"\nc: d":   "license: other\nlicense_name: \"a-b-c-d\"\n",
		"许可":               "license: other\n",
	} {
		var y yaml
		if y.license(stated); y.String() != want {
			t.Errorf("%q: %q, want %q", stated, y.String(), want)
		}
	}
}
