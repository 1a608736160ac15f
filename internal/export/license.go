package export

import (
	"regexp"
	"slices"
	"strings"
)

// hubLicenses are the identifiers that the Hub knows; it refuses a card with another one.
var hubLicenses = strings.Fields(`apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0
	bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5
	cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0
	cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 epl-1.0 epl-2.0
	etalab-2.0 eupl-1.1 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl lgpl-2.1 lgpl-3.0 isc lppl-1.3c ms-pl mpl-2.0 odc-by odbl openrail++ osl-3.0
	postgresql ofl-1.1 ncsa unlicense zlib pddl lgpl-lr deepfloyd-if-license llama2 gemma unknown other`)

var noName = regexp.MustCompile(`[^a-z0-9.]+`)

// license writes a licence as the Hub takes it, also where it is written as people do, CC BY 4.0: one that it does not know is "other",
// with a name.
func (y *yaml) license(stated string) {
	id := strings.ToLower(strings.TrimSpace(stated))
	name := strings.Trim(noName.ReplaceAllString(id, "-"), "-")
	switch {
	case id == "":
	case slices.Contains(hubLicenses, id):
		y.line(0, "license: "+quote(id))
	case slices.Contains(hubLicenses, name):
		y.line(0, "license: "+quote(name))
	default:
		y.line(0, "license: other")
		if name != "" {
			y.line(0, "license_name: "+quote(name))
		}
	}
}
