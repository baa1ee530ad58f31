package main

import (
	"fmt"
	"go/scanner"
	"go/token"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	gmtext "github.com/yuin/goldmark/text"
)

var pageRE = regexp.MustCompile(`docs/([A-Z]+)\.md( of gen)?`)

// TestPagesNamed wants messages to tell gen's pages from those in the tree of a site:
// "docs/CI.md of gen" and "docs/RUNBOOK.md".
func TestPagesNamed(t *testing.T) {
	named := 0
	for _, dir := range []string{".", "../../internal"} {
		err := filepath.WalkDir(dir, func(name string, _ os.DirEntry, err error) error {
			if err != nil || filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
				return err
			}
			source, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			var s scanner.Scanner
			s.Init(token.NewFileSet().AddFile(name, -1, len(source)), source, nil, 0)
			for {
				_, kind, text := s.Scan()
				if kind == token.EOF {
					return nil
				}
				if kind != token.STRING {
					continue
				}
				for _, m := range pageRE.FindAllStringSubmatch(text, -1) {
					named++
					if inTree := m[1] == "RUNBOOK" || m[1] == "ROUTES"; inTree == (m[2] != "") {
						t.Errorf("%s: %s names %s, and a reader does not know whose page that is", name, text, m[0])
					}
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if named < 30 {
		t.Errorf("%d names of pages were found", named)
	}
}

// page is a page for people: where it leads, and what in it can be led to.
type page struct {
	links   []string
	anchors []string
}

// readPage reads Markdown as forges do.
func readPage(t *testing.T, name string) page {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var p page
	root := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(gmtext.NewReader(source))
	err = ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			p.links = append(p.links, string(n.Destination))
		case *ast.Image:
			p.links = append(p.links, string(n.Destination))
		case *ast.Heading:
			p.anchors = append(p.anchors, anchor(p.anchors, headingText(n, source)))
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// headingText is the text of a heading, without its marks.
func headingText(n ast.Node, source []byte) string {
	var b strings.Builder
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if leaf, ok := c.(*ast.Text); ok {
			b.Write(leaf.Segment.Value(source))
		} else {
			b.WriteString(headingText(c, source))
		}
	}
	return b.String()
}

var noAnchorRE = regexp.MustCompile(`[^\pL\pN\pM _-]`)

// anchor is what forges call a heading, and site/.vitepress/config.mjs does.
func anchor(there []string, heading string) string {
	first := strings.ReplaceAll(noAnchorRE.ReplaceAllString(strings.ToLower(heading), ""), " ", "-")
	name := first
	for i := 1; slices.Contains(there, name); i++ {
		name = fmt.Sprintf("%s-%d", first, i)
	}
	return name
}

// docPages are the pages for people, from the top of the repository.
func docPages(t *testing.T) []string {
	t.Helper()
	t.Chdir("../..")
	names, err := filepath.Glob("docs/*.md")
	if err != nil || len(names) < 5 {
		t.Fatalf("%d pages: %v", len(names), err)
	}
	return append(names, "README.md", "CONTRIBUTING.md", "CHANGELOG.md")
}

// TestDocsLinks: each link of a page that names no scheme leads to a file, and each anchor to a heading.
func TestDocsLinks(t *testing.T) {
	names := docPages(t)
	pages := map[string]page{}
	for _, name := range names {
		pages[name] = readPage(t, name)
	}
	checked := 0
	for _, name := range names {
		for _, link := range pages[name].links {
			u, err := url.Parse(link)
			if err != nil || u.Scheme != "" {
				continue
			}
			checked++
			target := name
			if u.Path != "" {
				target = filepath.Join(filepath.Dir(name), u.Path)
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s is not there", name, link)
				continue
			}
			if u.Fragment == "" {
				continue
			}
			if _, ok := pages[target]; !ok {
				pages[target] = readPage(t, target)
			}
			if !slices.Contains(pages[target].anchors, u.Fragment) {
				t.Errorf("%s: %s has no heading %q", name, target, u.Fragment)
			}
		}
	}
	if checked < 30 {
		t.Errorf("only %d links were found", checked)
	}
}

// TestDocsSidebar: the website's sidebar names each page, and no other.
func TestDocsSidebar(t *testing.T) {
	names := docPages(t)
	config, err := os.ReadFile("site/.vitepress/config.mjs")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(config), "const sections = {")
	list, _, _ = strings.Cut(list, "\n}")
	var named []string
	for _, m := range regexp.MustCompile(`'([A-Z][A-Z/a-z]*|docs/[A-Z]+)'`).FindAllStringSubmatch(list, -1) {
		named = append(named, m[1]+".md")
	}
	for _, name := range names {
		if !slices.Contains(named, name) {
			t.Errorf("site/.vitepress/config.mjs has no %q", strings.TrimSuffix(name, ".md"))
		}
	}
	for _, name := range named {
		if !slices.Contains(names, name) {
			t.Errorf("site/.vitepress/config.mjs names %q, which is no page", name)
		}
	}
}
