package spec

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/load"

	"sitegen/internal/site/sitetest"
)

// folder is what the files of a folder say, by name.
type folder map[string]string

func (f folder) write(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range f {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// loaded are the files that CUE's own loader builds a package of, and whether it
// refuses; `cue export` is made of it.
func loaded(dir, arg string, tags []string) (names []string, refused bool) {
	inst := load.Instances([]string{arg}, &load.Config{Dir: dir, Tags: tags, SkipImports: true})[0]
	for _, f := range inst.BuildFiles {
		names = append(names, filepath.Base(f.Filename))
	}
	return names, inst.Err != nil
}

// sameAsLoad compares what is chosen with what CUE's loader chooses.
func sameAsLoad(t *testing.T, dir, arg string, tags []string) bool {
	t.Helper()
	want, refused := loaded(dir, arg, tags)
	path := filepath.Join(dir, arg)
	files, problems := Source{Path: path, Tags: tags, OneFile: arg != "."}.read()
	if (problems.Errors() > 0) != refused {
		t.Errorf("-t %v %s: CUE refuses: %v; gen:\n%s", tags, arg, refused, problems.Error())
		return false
	}
	var got []string
	for _, f := range files {
		got = append(got, filepath.Base(f.Filename))
	}
	if !refused && !slices.Equal(got, want) {
		t.Errorf("-t %v %s: CUE builds %q, gen %q\n%s", tags, arg, want, got, problems.Error())
		return false
	}
	return true
}

// TestChoose makes folders of files with every combination of name, attribute and
// package clause, and compares with CUE's loader.
func TestChoose(t *testing.T) {
	names := []string{"a.cue", "b.cue", "c_test.cue", "d_tool.cue", "_e.cue", ".f.cue", "g_test_tool.cue", "h.json"}
	heads := []string{"", "", "@ignore()\n", "@if(prod)\n", "@if(!prod)\n", "@if(prod && !eu)\n", "@if((eu || prod))\n", "// words\n\n@if(eu)\n",
		"@if(prod)\n@if(eu)\n", "@if(prod + eu)\n", "@if(\"prod\")\n", "@other(if)\n", "@if(eu)\n@ignore()\n"}
	packages := []string{"package site\n", "package site\n", "package site\n", "package other\n", ""}
	bodies := []string{"", "x: 1\n", "@if(eu)\nx: 1\n", "import \"strings\"\nx: strings.ToUpper(\"a\")\n"}
	pick := func(rnd *rand.Rand, of []string) string { return of[rnd.IntN(len(of))] }
	for seed := range uint64(1500) {
		rnd := rand.New(rand.NewPCG(seed, 7))
		f := folder{}
		for range 1 + rnd.IntN(4) {
			text := pick(rnd, heads) + "\n" + pick(rnd, packages) + pick(rnd, bodies)
			if name := pick(rnd, names); name == "h.json" {
				f[name] = "{}"
			} else {
				f[name] = text
			}
		}
		dir := f.write(t)
		tags := [][]string{nil, nil, {"prod"}, {"prod", "eu"}}[rnd.IntN(4)]
		ok := sameAsLoad(t, dir, ".", tags)
		for name := range f {
			if filepath.Ext(name) == ".cue" && strings.TrimSpace(f[name]) != "" {
				ok = sameAsLoad(t, dir, name, tags) && ok
			}
		}
		if !ok {
			t.Fatalf("seed %d:\n%s", seed, fmt.Sprintf("%q", f))
		}
	}
}

// TestOneFile reads one file of a package that has more, because it is said; and a
// file beside which only others' files lie.
func TestOneFile(t *testing.T) {
	dir := folder{
		"site.cue": sitetest.Base(), "more.cue": "package site\n\nname: \"other\"\n",
		"alone/site.cue": sitetest.Base(), "alone/site_test.cue": "package site\n\nname: \"other\"\n", "alone/x.cue": "package x\n\nname: 5\n",
		"alone/free.cue": "name: 5\n", "alone/_old.cue": "package site\n\nname: 5\n", "alone/later.cue": "@if(later)\npackage site\n\nname: 5\n",
	}.write(t)
	st := filepath.Join(dir, "site.cue")
	for name, src := range map[string]Source{
		"one file": {Path: st, OneFile: true}, "alone in its package": {Path: filepath.Join(dir, "alone", "site.cue")},
	} {
		if problems := src.Read().Problems; len(problems) > 0 {
			t.Errorf("%s:\n%s", name, problems.Error())
		}
	}
	for name, src := range map[string]Source{
		RuleSplit: {Path: st}, "spec-file": {Path: dir, OneFile: true},
	} {
		if problems := src.Read().Problems; len(problems) != 1 || problems[0].Rule != name {
			t.Errorf("%+v: want %s, got:\n%s", src, name, problems.Error())
		}
	}
	// A draft that does not parse is still of the package.
	if err := os.WriteFile(filepath.Join(dir, "more.cue"), []byte("package site\n\nclients: {"), 0o644); err != nil {
		t.Fatal(err)
	}
	if problems := (Source{Path: st}).Read().Problems; !strings.Contains(problems.Error(), "beside it lies more.cue") {
		t.Errorf("a draft beside it:\n%s", problems.Error())
	}
}
