package format

import (
	"strings"
	"testing"
)

func TestLabelKey(t *testing.T) {
	long := strings.Repeat("a", 63)
	for _, good := range []string{"app", "App_1.x-y", "app.kubernetes.io/name", long, "a.example/" + long} {
		if f := LabelKey(good); f.Bad() {
			t.Errorf("%q: %s", good, f.What)
		}
	}
	for _, bad := range []string{"", "/app", "a/", "a/b/c", "A.example/app", "-app", "app.", "an app", long + "a", "æ", "a..b/app", strings.Repeat("a.", 127) + "a/app"} {
		if !LabelKey(bad).Bad() {
			t.Errorf("%q is taken", bad)
		}
	}
	for text, good := range map[string]bool{"": true, "bakery-nginx": true, "v1.2_3": true, "1": true, long: true, long + "a": false, "a/b": false, "a b": false, "-a": false, "a\n": false} {
		if f := LabelValue(text); f.Bad() == good {
			t.Errorf("%q: %q", text, f.What)
		}
	}
}
