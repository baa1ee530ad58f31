package docs

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
)

// TestValuesReadBack puts texts that mean something to Markdown or to a shell in
// the place of every value, and reads the page with the parsers of both. It finds
// an action whose escaper is not the one for its place, since package md does
// not look at places.
func TestValuesReadBack(t *testing.T) {
	uefi := testSite(t)
	uefi.Server.Firmware, uefi.Repo.Kind = site.FirmwareUEFI, site.RepoPublic
	for name, s := range map[string]*site.Site{"one host": testSite(t), "UEFI, a public repository": uefi, "with agents": otherSite(t), "three servers": gentest.Base(t, gentest.Servers())} {
		want := readPage(t, s, "the mark")
		for _, value := range []string{
			"*a* _b_ [c](d) ![e](f) <b> &amp; ~~g~~ $h$ \\ # !", "x; y & $(z) ${z} 'q' \"q\" > f #", "# a", "- a", "> a", "90417", "===", "a <!-- b", "{a,b} ~ ?", "!a",
		} {
			got := readPage(t, s, value)
			for i := range max(len(got), len(want)) {
				if i >= len(got) || i >= len(want) || got[i] != want[i] {
					t.Errorf("%s, with %q:\n got %q\nwant %q", name, value, got[min(i, len(got)):min(i+2, len(got))], want[min(i, len(want)):min(i+2, len(want))])
					break
				}
			}
		}
	}
}

// readPage returns the lines of the page as a reader shows them, then what a
// shell finds in its commands, with VALUE for each value.
func readPage(t *testing.T, s *site.Site, value string) []string {
	t.Helper()
	data, hostnames := newRunbook(s), newRoutes(s)
	fill(reflect.ValueOf(&data).Elem(), value)
	fill(reflect.ValueOf(&hostnames).Elem(), value)
	book, err := writeRunbook(data)
	list, err2 := write(hostnames, "routes.md")
	if err := errors.Join(err, err2); err != nil {
		t.Fatalf("with %q: %v", value, err)
	}
	src := slices.Concat(book, []byte("\n"), list)
	reader := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	doc := reader.Parser().Parse(text.NewReader(src))
	var commands []ast.Node
	if err := ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if block, ok := n.(*ast.FencedCodeBlock); ok && entering && string(block.Language(src)) == "sh" {
			commands = append(commands, n)
		}
		return ast.WalkContinue, nil
	}); err != nil {
		t.Fatal(err)
	}
	var read []string
	for _, n := range commands {
		read = append(read, readCommands(t, string(n.Lines().Value(src)))...)
		n.Parent().RemoveChild(n.Parent(), n)
	}
	for i := range read {
		read[i] = strings.ReplaceAll(read[i], value, "VALUE")
	}
	var page bytes.Buffer
	if err := reader.Renderer().Render(&page, src, doc); err != nil {
		t.Fatal(err)
	}
	shown := strings.ReplaceAll(page.String(), string(util.EscapeHTML([]byte(value))), "VALUE")
	return append(strings.Split(shown, "\n"), read...)
}

// fill writes value into each text that says something, but for the one address
// that is a link.
func fill(v reflect.Value, value string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			clone := reflect.New(v.Type().Elem())
			clone.Elem().Set(v.Elem())
			v.Set(clone)
			fill(clone.Elem(), value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name != "ArgoURL" {
				fill(v.Field(i), value)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			fill(v.Index(i), value)
		}
	case reflect.String:
		if v.String() != "" {
			v.SetString(value)
		}
	}
}

// readCommands lists the kinds of the nodes of shell code, and what its words mean.
func readCommands(t *testing.T, src string) []string {
	t.Helper()
	file, err := syntax.NewParser(syntax.KeepComments(true)).Parse(strings.NewReader(src), "")
	if err != nil {
		return []string{fmt.Sprintf("%v in %s", err, src)}
	}
	var out []string
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case nil, *syntax.Lit, *syntax.SglQuoted, *syntax.DblQuoted:
		case *syntax.Comment:
			out = append(out, "comment"+n.Text)
		case *syntax.Word:
			// What a substitution runs is not text of this word, and is walked into.
			noCommands := &expand.Config{CmdSubst: func(io.Writer, *syntax.CmdSubst) error { return nil }}
			value, err := expand.Literal(noCommands, n)
			if err != nil {
				value = err.Error()
			}
			out = append(out, "word "+value)
		default:
			out = append(out, reflect.TypeOf(n).String())
		}
		return true
	})
	return out
}
