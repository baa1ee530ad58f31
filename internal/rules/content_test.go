package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/site"
	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

func siteWith(t *testing.T, more string) *site.Site {
	t.Helper()
	t.Chdir(t.TempDir())
	if err := os.WriteFile("site.cue", []byte(sitetest.Base()+"\n"+more), 0o644); err != nil {
		t.Fatal(err)
	}
	s, problems := Load(spec.Source{Path: "site.cue"})
	if s == nil {
		t.Fatal(problems.Error())
	}
	return s
}

// told are the messages without their places, and each of them has one.
func told(t *testing.T, s *site.Site, folder fs.FS) string {
	t.Helper()
	var b strings.Builder
	for _, p := range ReadOwn(s, folder) {
		if p.Pos.Line == 0 || p.Pos.File != "site.cue" {
			t.Errorf("no place in the spec: %s", p.Error())
		}
		b.WriteString(p.Path + ": " + p.Message + " [" + p.Rule + "] " + p.Hint + "\n")
	}
	return b.String()
}

func TestReadOwn(t *testing.T) {
	s := siteWith(t, `apps: invoices: files: {
	"/srv/a": from: "config/board.yaml"
	"/srv/b": from: "logo.png"
	"/srv/c": text: ""
}`)
	folder := fstest.MapFS{"config/board.yaml": {Data: []byte("a: 1\r\n")}, "logo.png": {Data: []byte("\x89PNG\x00\xff")}}
	if got := told(t, s, folder); got != "" {
		t.Fatal(got)
	}
	var got []string
	for _, f := range s.Apps[0].Files {
		got = append(got, f.Path+" "+string(f.Data))
	}
	if diff := cmp.Diff([]string{"/srv/a a: 1\r\n", "/srv/b \x89PNG\x00\xff", "/srv/c "}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestReadOwnProblems(t *testing.T) {
	s := siteWith(t, `apps: invoices: files: {
	"/srv/a": from: "config/invoice.yaml"
	"/srv/b": from: "elsewhere/b.yaml"
	"/srv/c": from: "config"
	"/srv/d": from: "config/encrypted.yaml"
	"/srv/e": from: "config/key.env"
	"/srv/f": from: "config/large"
	"/srv/g": from: "confg/invoices.yaml"
}`)
	folder := fstest.MapFS{
		"config/invoices.yaml":  {Data: []byte("currency: EUR\n")},
		"config/encrypted.yaml": {Data: []byte("key: ENC[AES256_GCM,data:abc,type:str]\n")},
		"config/key.env":        {Data: []byte("DATABASE_URL=postgres://invoices:hunter22@db.example.com/invoices\n")},
		"config/large":          {Data: make([]byte, maxFiles+1)},
	}
	want := `apps.invoices.files."/srv/a".from: there is no "config/invoice.yaml" in the output root [file-missing] did you mean "config/invoices.yaml"?
apps.invoices.files."/srv/b".from: there is no "elsewhere/b.yaml" in the output root [file-missing] write it, and add it to git
apps.invoices.files."/srv/c".from: "config" is a folder [file-content] name a file in it
apps.invoices.files."/srv/d".from: "config/encrypted.yaml" is encrypted, and nothing decrypts it [file-content] say secret, with a key of the app's encrypted file
apps.invoices.files."/srv/e".from: "config/key.env" looks to hold a URL with a password, and everybody who reads the repository could read it [file-content] secrets go into the files that sops encrypts; take it out of git's history, and make a new one
apps.invoices.files."/srv/f".from: "config/large" has 1048577 bytes, and the ConfigMap that brings it holds 1048576 [file-content] put it into the image, or write it into a volume
apps.invoices.files."/srv/g".from: there is no "confg/invoices.yaml" in the output root [file-missing] did you mean "config/invoices.yaml"?
`
	if diff := cmp.Diff(want, told(t, s, folder)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := told(t, s, nil); strings.Count(got, "there is no output root") != 7 {
		t.Errorf("without an output root:\n%s", got)
	}
}

// TestReadOwnValues: the values of a chart are in the repository for everybody to read.
func TestReadOwnValues(t *testing.T) {
	chart := func(name string) string {
		return `charts: ` + name + `: {repo: "oci://ghcr.io/example/charts", chart: "` + name + `", version: "1.0.0", valuesFile: "charts/` + name + `.yaml"}` + "\n"
	}
	s := siteWith(t, chart("a")+chart("b")+chart("c")+chart("d"))
	got := told(t, s, fstest.MapFS{
		"charts/a.yaml": {Data: []byte("replicas: 2\n")},
		"charts/b.yaml": {Data: []byte("url: postgres://grafana:hunter22@db.example.com/grafana\n")},
		"charts/c.yaml": {Data: []byte("password: ENC[AES256_GCM,data:abc,type:str]\n")},
	})
	want := `charts.b.valuesFile: "charts/b.yaml" looks to hold a URL with a password, and everybody who reads the repository could read it [file-content] secrets go into the files that sops encrypts; take it out of git's history, and make a new one
charts.c.valuesFile: "charts/c.yaml" is encrypted, and nothing decrypts it [file-content] list a key under secrets, and tell the chart the Secret
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestChartValuesSize(t *testing.T) {
	for size, want := range map[int]bool{maxValues - 100: false, maxValues: true} {
		_, problems := loadText(t, sitetest.Base()+`
charts: grafana: {repo: "oci://ghcr.io/example/charts", chart: "grafana", version: "1.0.0", values: dashboard: "`+strings.Repeat("x ", size/2)+`"}`)
		if got := breaks(problems, "chart-values"); got != want {
			t.Errorf("%d bytes: refused %v\n%.500s", size, got, problems.Error())
		}
	}
}

func TestReadOwnTogether(t *testing.T) {
	s := siteWith(t, `apps: invoices: files: {
	"/srv/a": from: "a"
	"/srv/b": text: "one more"
}`)
	got := told(t, s, fstest.MapFS{"a": {Data: make([]byte, maxFiles-7)}})
	if want := "apps.invoices.files: the files have 1048577 bytes together, and the ConfigMap that brings them holds 1048576 [file-content] put what is large into the image, or write it into a volume\n"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := told(t, s, fstest.MapFS{"a": {Data: make([]byte, maxFiles-8)}}); got != "" {
		t.Errorf("as much as a ConfigMap holds: %s", got)
	}
}

// TestReadOwnLinks: a link may lead to a file of the output root, and not out of it.
func TestReadOwnLinks(t *testing.T) {
	s := siteWith(t, `apps: invoices: files: {
	"/srv/a": from: "inside"
	"/srv/b": from: "outside"
	"/srv/c": from: "folder/file"
	"/srv/d": from: "nowhere"
}`)
	dir, other := t.TempDir(), t.TempDir()
	for name, target := range map[string]string{"inside": "file", "outside": filepath.Join(other, "file"), "folder": other, "nowhere": "gone"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, d := range []string{dir, other} {
		if err := os.WriteFile(filepath.Join(d, "file"), []byte("text"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	want := ""
	for _, of := range [][2]string{{"b", "outside"}, {"c", "folder/file"}, {"d", "nowhere"}} {
		want += `apps.invoices.files."/srv/` + of[0] + `".from: "` + of[1] + `" is a link that leads to nothing in the output root [file-content] copy what it leads to in its place` + "\n"
	}
	if diff := cmp.Diff(want, told(t, s, root.FS())); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if got := string(s.Apps[0].Files[0].Data); got != "text" {
		t.Errorf("through a link in the output root: %q", got)
	}
}
