package site

import (
	"strings"
	"testing"

	"cuelang.org/go/cue/cuecontext"
)

// TestStandsOnTheSchema: what a rule rests on are fields that there are. One that is
// misspelt would be known whatever is broken, and the rule would report too much.
func TestStandsOnTheSchema(t *testing.T) {
	def, err := siteSchema(cuecontext.New())
	if err != nil {
		t.Fatal(err)
	}
	root := shapeOf(def)
	for _, r := range rules() {
		for need := range strings.FieldsSeq(r.stands) {
			if need != itself && !root.has(need) {
				t.Errorf("%s rests on %s, which the schema does not have", r.ID, need)
			}
		}
	}
	for _, wrong := range []string{"domain.**", "hosts.*.disk...", "hosts.*.nics.*.ipv4.onlink", "name.x", "repo.*"} {
		if root.has(wrong) {
			t.Errorf("%s is taken for a field", wrong)
		}
	}
}

// has tells whether the schema has a field at a need.
func (s *shape) has(need string) bool {
	at, _ := parseNeed(need)
	for _, e := range at {
		name, named := e.(string)
		switch {
		case named && name != "*":
			s = s.field(name)
		case s.any != nil:
			s = s.any
		default:
			s = s.elem
		}
		if s == nil {
			return false
		}
	}
	return true
}
