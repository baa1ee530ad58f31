package ingress

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamplePaths(t *testing.T) {
	for pattern, want := range map[string][]string{
		"":                   {"/"},
		"^/api/":             {"/api/"},
		"^/(a|b/c)$":         {"/a", "/b/c"},
		"^/v[12]/x?":         {"/v1/", "/v2/", "/v1/x", "/v2/x"},
		`\.php$`:             {"/.php"},
		"hooks":              {"/hooks"},
		`^/x\by`:             nil, // no word ends between two letters
		"^nothing begins so": nil,
	} {
		if diff := cmp.Diff(want, SamplePaths(pattern)); diff != "" {
			t.Errorf("%q: -want +got\n%s", pattern, diff)
		}
	}
}

// TestUnreachedPath: a path behind one that takes all of it is found, and one that a
// part of it gets past is not.
func TestUnreachedPath(t *testing.T) {
	rules := func(first, second string) []Rule {
		return []Rule{{Hostname: "a.example.com", Path: first, Service: "http://a"}, {Hostname: "a.example.com", Path: second, Service: "http://b"}, {Service: "http_status:404"}}
	}
	for _, c := range []struct {
		first, second string
		reached       bool
	}{{"^/a", "^/api/", false}, {"^/api/v1", "^/api/v[12]", true}, {"/x", "^/a/x/", false}, {"^/b", "^/a", true}} {
		by, unsure := New(rules(c.first, c.second)).Unreached(1)
		if got := by < 0; got != c.reached || unsure {
			t.Errorf("%q behind %q: rule %d takes it", c.second, c.first, by+1)
		}
	}
}
