package spec

import (
	"strings"
	"testing"

	"sitegen/internal/diag"
)

// TestLiteral: words of a command line are read as the schema has the field.
func TestLiteral(t *testing.T) {
	for _, c := range []struct{ path, words, want string }{
		{"clients.a.image", "b:1", `"b:1"`},
		{"clients.a.image", "true", `"true"`},
		{"clients.a.image", "[x]", `"[x]"`},
		{"clients.a.replicas", "2", "2"},
		{"clients.a.replicas", "02", `! "02" has to be a whole number from 0 to 100`},
		{"clients.a.replicas", "101", "! 101 has to be a whole number from 0 to 100"},
		{"clients.a.www", "true", "true"},
		{"clients.a.www", "redirect", `"redirect"`},
		{"clients.a.www", "redirct", `! "redirct" has to be true, false or "redirect"; did you mean "redirect"?`},
		{"clients.a.internet", "yes", `! "yes" has to be true or false`},
		{"clients.a.hostnames", "a b", `["a", "b"]`},
		{"clients.a.hostnames", "a", `["a"]`},
		{"clients.a.hostnames", `["a","b"]`, `["a","b"]`},
		{"clients.a.hostnames", "[a", "! [a is no CUE"},
		{"clients.a.image", "a b", "! clients.a.image takes one value, and is given 2"},
		{"clients.a.env", `{A:"b"}`, `{A:"b"}`},
		{"clients.a.env", "x", "! has to be a struct"},
		{"clients.a.health", "/up", `"/up"`},
		{"clients.a.health.command", "pg_isready -q", `["pg_isready", "-q"]`},
		{"hosts.a.open[0].ports", "80 443", "[80, 443]"},
		{"redirects.a.status", "303", "! 303 has to be 301, 302, 307 or 308"},
		{"charts.a.values.x.y", "1.0", `"1.0"`},
		{"charts.a.values.x.y", "1", "1"},
		{"charts.a.values.x[0]", "true", "true"},
		{"charts.a.values.x", `"1"`, `"1"`},
		{"_mine.x", "a", `"a"`},
		{"charts.a.values.x", "0.5", `"0.5"`},
		{"charts.a.values.x", "null", "null"},
		{"clients.a.nothing", "a", `! there is no field "nothing" in clients.a`},
		{"nothing", "a", `! there is no field "nothing" at the top`},
	} {
		at, ok := diag.ParsePath(c.path)
		if !ok {
			t.Fatal(c.path)
		}
		got, err := Literal(at, strings.Fields(c.words))
		want, refused := strings.CutPrefix(c.want, "! ")
		switch {
		case refused && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s %s: %q, %v; want the error %q", c.path, c.words, got, err, want)
		case !refused && (err != nil || got != want):
			t.Errorf("%s %s: %q, %v; want %q", c.path, c.words, got, err, want)
		}
	}
}
