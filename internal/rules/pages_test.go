package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

const cafe = `clients: cafe: {domain: "cafe.example", static: "sites/cafe"}`

func mapFile(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }

func TestPages(t *testing.T) {
	s := siteWith(t, cafe)
	folder := fstest.MapFS{
		"sites/cafe/index.html": mapFile("hello"), "sites/cafe/menu/index.html": mapFile("menu"), "sites/cafe/a b.txt": mapFile(""),
		"sites/cafe/.well-known/security.txt": mapFile("Contact: x"), "sites/cafe/.git/config": mapFile("x"), "sites/cafe/.DS_Store": mapFile("x"),
		"sites/cafe/menu/.env": mapFile("x"), "sites/cafe/map.js": mapFile(`key = "AIza` + strings.Repeat("a1B2c", 7) + `"`), "sites/other/x": mapFile("x"),
	}
	if got := told(t, s, folder); got != "" {
		t.Fatal(got)
	}
	var got []string
	for _, c := range s.Clients {
		for _, f := range c.Pages {
			got = append(got, c.Name+" "+f.Path)
		}
	}
	want := []string{"cafe .well-known/security.txt", "cafe a b.txt", "cafe index.html", "cafe map.js", "cafe menu/index.html"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPagesProblems(t *testing.T) {
	many := fstest.MapFS{"sites/cafe/index.html": mapFile("")}
	for i := range maxPages {
		many[fmt.Sprintf("sites/cafe/%d", i)] = mapFile("")
	}
	for want, folder := range map[string]fstest.MapFS{
		`there is no "sites/cafe" in the output root [file-missing] did you mean "sites/cafes"?`:                       {"sites/cafes/index.html": mapFile("")},
		`"sites/cafe" is a file [file-content]`:                                                                        {"sites/cafe": mapFile("")},
		`there is no index.html in "sites/cafe", and nothing to see at / [file-content]`:                               {"sites/cafe/public/index.html": mapFile("")},
		`the files in "sites/cafe" have 1048577 bytes together, and the ConfigMap that brings them holds 1048576 [fil`: {"sites/cafe/index.html": mapFile("x"), "sites/cafe/x": {Data: make([]byte, maxFiles)}},
		`"sites/cafe" holds 2001 files, and 2000 are what a Deployment can list [file-content]`:                        many,
		`"sites/cafe/key.pem" looks to hold a private key, which the website would show [file-content]`: {"sites/cafe/index.html": mapFile(""),
			"sites/cafe/key.pem": mapFile("-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n")},
		`"sites/cafe/a\\b" has a character in its name that no link has [file-content]`:       {"sites/cafe/index.html": mapFile(""), "sites/cafe/a\\b": mapFile("")},
		`"sites/cafe/cafe` + "\u0301" + `" has a name that is not in Unicode's composed form`: {"sites/cafe/index.html": mapFile(""), "sites/cafe/cafe\u0301": mapFile("")},
	} {
		if got := told(t, siteWith(t, cafe), folder); !strings.HasPrefix(got, "clients.cafe.static: "+want) || strings.Count(got, "\n") != 1 {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// TestPagesLinks: no link, since what one leads to may be anything.
func TestPagesLinks(t *testing.T) {
	for link, want := range map[string]string{
		"sites/cafe/hosts": `clients.cafe.static: "sites/cafe/hosts" is a link [file-content] copy what it leads to in its place` + "\n",
		"sites/cafe":       `clients.cafe.static: "sites/cafe" is a link that leads to nothing in the output root [file-content] copy what it leads to in its place` + "\n",
	} {
		s, dir := siteWith(t, cafe), t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("/etc", filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
		if link != "sites/cafe" {
			if err := os.WriteFile(filepath.Join(dir, "sites/cafe/index.html"), nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(t, s, root.FS()); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		root.Close()
	}
}
