package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sitegen/internal/site"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// some are problems of every shape: with and without line, path, notes, hint, and
// with characters that a format escapes.
func some() site.Problems {
	at := func(line, col int) site.Pos { return site.Pos{File: "sites/a b/site.cue", Line: line, Col: col} }
	return site.Problems{
		{Pos: at(40, 16), Path: "hosts.web1.nics.wan.ipv4.gateway", Message: "203.0.114.1 is outside 203.0.113.10/26", Rule: "nic-gateway", Severity: site.Error,
			Notes: []site.Note{{Pos: at(39, 16), Message: "the address is set here"}}, Hint: "the first host of that network is 203.0.113.1"},
		{Pos: at(51, 9), Path: `apps."a,b:c"`, Message: `"100%\n" <is> no name: 世界`, Rule: "name", Severity: site.Error},
		{Pos: at(60, 2), Path: "apps.blog.image", Message: "has no tag", Rule: "image-tag", Severity: site.Warning},
		{Pos: site.Pos{File: "none.cue"}, Message: "no such file or directory", Rule: "spec-file", Severity: site.Error, Hint: "give the site spec"},
		{Message: "something is broken", Rule: "not-in-the-table", Severity: site.Error},
	}
}

func TestWrite(t *testing.T) {
	for _, c := range []struct {
		name, format string
		color        bool
	}{{"text", "text", false}, {"color", "text", true}, {"json", "json", false}, {"github", "github", false}} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name+".txt", written(t, c.format, c.color, some()))
		})
	}
}

// TestSARIF leaves the rules out of the comparison: the table has a page of its own.
func TestSARIF(t *testing.T) {
	var log struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(written(t, "sarif", false, some())), &log); err != nil {
		t.Fatal(err)
	}
	if n := len(log.Runs[0].Tool.Driver.Rules); log.Version != "2.1.0" || n != len(site.Rules()) {
		t.Errorf("version %q with %d rules", log.Version, n)
	}
	golden(t, "sarif.txt", string(log.Runs[0].Results)+"\n")
}

func TestNoProblems(t *testing.T) {
	for format, want := range map[string]string{"text": "", "github": "", "json": "[]\n"} {
		if got := written(t, format, true, nil); got != want {
			t.Errorf("%s of no problems is %q", format, got)
		}
	}
	if got := written(t, "sarif", false, nil); !strings.Contains(got, `"results": []`) {
		t.Errorf("SARIF of no problems has no empty list:\n%s", got)
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
	if err := Write(&bytes.Buffer{}, "xml", false, some()); err == nil || !strings.Contains(err.Error(), "text, json, github, sarif") {
		t.Errorf("an unknown format: %v", err)
	}
	for _, format := range Formats() {
		if err := Write(full{}, format, false, some()); !errors.Is(err, errFull) {
			t.Errorf("%s to a full disk: %v", format, err)
		}
	}
}

var errFull = errors.New("no space left")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func written(t *testing.T, format string, color bool, problems site.Problems) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, color, problems); err != nil {
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
