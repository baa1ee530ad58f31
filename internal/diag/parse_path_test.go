package diag

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParsePath(t *testing.T) {
	for _, p := range []Path{{"name"}, {"clients", "bakery", "hostnames", 0}, {"domains", "example.com", "records", 12, "name"}, {"files", "/etc/a \"b\"", "text"}, {"hosts", "web-1"}} {
		if got, ok := ParsePath(p.String()); !ok || cmp.Diff(p, got) != "" {
			t.Errorf("%s: %v, %v", p, got, ok)
		}
	}
	for _, bad := range []string{"", ".", "a.", "a..b", "[0]", "a[", "a[x]", "a[-1]", `a."b`, `a"b"`, "a]"} {
		if got, ok := ParsePath(bad); ok {
			t.Errorf("%q is %v", bad, got)
		}
	}
}
