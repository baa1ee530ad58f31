package diag

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// some are problems of every shape: with and without line, path, notes, hint, and
// with characters that a format escapes.
func some() Problems {
	at := func(line, col int) Pos { return Pos{File: "sites/a b/site.cue", Line: line, Col: col} }
	return Problems{
		{Pos: at(40, 16), Path: "hosts.web1.nics.wan.ipv4.gateway", Message: "203.0.114.1 is outside 203.0.113.10/26", Rule: "nic-gateway", Severity: Error,
			Notes: []Note{{Pos: at(39, 16), Message: "the address is set here"}}, Hint: "the first host of that network is 203.0.113.1"},
		{Pos: at(51, 9), Path: `apps."a,b:c"`, Message: `"100%\n" <is> no name: 世界`, Rule: "name", Severity: Error},
		{Pos: at(60, 2), Path: "apps.blog.image", Message: "has no tag", Rule: "image-tag", Severity: Warning},
		{Pos: Pos{File: "out/x.yaml", Line: 7}, Message: "two\nlines", Rule: "verify-yaml", Severity: Error},
		{Pos: Pos{File: "none.cue"}, Message: "no such file or directory", Rule: "spec-file", Severity: Error, Hint: "give the site spec"},
		{Message: "something is broken", Rule: "not-in-the-table", Severity: Error},
	}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		name, format string
		color        bool
	}{{"text", "text", false}, {"color", "text", true}, {"json", "json", false}, {"github", "github", false}, {"sarif", "sarif", false}} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name+".txt", written(t, c.format, c.color, some()))
		})
	}
}

func TestNoFindings(t *testing.T) {
	for format, want := range map[string]string{"text": "", "github": "", "json": "{\n  \"findings\": []\n}\n"} {
		if got := written(t, format, true, nil); got != want {
			t.Errorf("%s of no findings is %q", format, got)
		}
	}
	if got := written(t, "sarif", false, nil); !strings.Contains(got, `"results": []`) {
		t.Errorf("SARIF of no findings has no empty list:\n%s", got)
	}
}

// TestColor: the words are those of the plain text.
func TestColor(t *testing.T) {
	plain := regexp.MustCompile(`\x1b\[[0-9]+m`).ReplaceAllString(written(t, "text", true, some()), "")
	if diff := cmp.Diff(written(t, "text", false, some()), plain); diff != "" {
		t.Errorf("colours change the words (-without +with):\n%s", diff)
	}
}

func TestWriteErrors(t *testing.T) {
	l := &Log{Findings: some()}
	if err := l.Write(&bytes.Buffer{}, "xml", false); err == nil || !strings.Contains(err.Error(), "text, json, github, sarif") {
		t.Errorf("an unknown format: %v", err)
	}
	for _, format := range Formats() {
		if err := l.Write(full{}, format, false); !errors.Is(err, errFull) {
			t.Errorf("%s to a full disk: %v", format, err)
		}
	}
}

// logOf is a log that knows two rules, and where the repository is.
func logOf(findings Problems) *Log {
	return &Log{
		Findings: findings,
		Rules: []Rule{
			{"nic-gateway", "The gateway is in the card's network.", "bad: 203.0.114.1", Error},
			{"image-tag", "An image has a tag.", "", Warning},
		},
		File: func(name string) string { return strings.TrimPrefix(name, "sites/") },
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func written(t *testing.T, format string, color bool, problems Problems) string {
	t.Helper()
	var b bytes.Buffer
	if err := logOf(problems).Write(&b, format, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}
