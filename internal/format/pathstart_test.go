package format

import (
	"regexp"
	"strings"
	"testing"
)

func TestPathStart(t *testing.T) {
	for expression, want := range map[string]string{
		"^/api/v[12]": "/api/v", "^/api/": "/api/", "^/api(/|$)": "/api/", "^/api(?:/|$)": "/api/", "^/api(/x|/y|$)": "/api/", "^/api$": "/api/", "^/api(-x|/|$)": "/api", "^/api": "/api",
		`^/a\.b/`: "/a.b/", "/api/": "", `\.php$`: "", "^/a|^/b": "", "^/api/?": "/api", "^/api*": "/ap", "^/(a|b)": "/", "^": "", "": "", "(": "", "^(/a)": "", "(?m)^/api/": "",
		"^/api(/.*)?$": "/api/", "^/api/?$": "/api/", "^/api(/.*)?x": "/api", "^/api()x": "/api",
	} {
		got := PathStart(expression)
		if got != want {
			t.Errorf("%s: %q, want %q", expression, got, want)
		}
		re, err := regexp.Compile(expression)
		for _, path := range []string{"/", "/ap", "/api", "/api/", "/apix", "/api-x", "/api/v1", "/a.b/c", "/aXb/", "/b", "/a", "/x.php", "/apii"} {
			if err == nil && re.MatchString(path) && !strings.HasPrefix(path+"/", got) {
				t.Errorf("%s matches %s, which does not start with %q", expression, path, got)
			}
		}
	}
}
