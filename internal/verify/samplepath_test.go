package verify

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
		if diff := cmp.Diff(want, samplePaths(pattern)); diff != "" {
			t.Errorf("%q: -want +got\n%s", pattern, diff)
		}
	}
}

// TestUnreachedPath: a path behind one that takes all of it is found, and one that a
// part of it gets past is not.
func TestUnreachedPath(t *testing.T) {
	rules := func(first, second string) []ingressRule {
		return []ingressRule{{Hostname: "a.example.com", Path: first, Service: "http://a"}, {Hostname: "a.example.com", Path: second, Service: "http://b"}, {Service: "http_status:404"}}
	}
	for _, c := range []struct {
		first, second string
		reached       bool
	}{{"^/a", "^/api/", false}, {"^/api/v1", "^/api/v[12]", true}, {"/x", "^/a/x/", false}, {"^/b", "^/a", true}} {
		j := &job{work: &work{}}
		j.reach("config.yaml", rules(c.first, c.second), 1, samplePaths(c.second))
		if got := len(j.problems) == 0; got != c.reached {
			t.Errorf("%q behind %q: %v", c.second, c.first, j.problems)
		}
	}
}
