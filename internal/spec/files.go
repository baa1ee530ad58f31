package spec

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"

	"sitegen/internal/diag"
)

// Source says which files are the spec.
type Source struct {
	// Path is a folder, whose files of one package are the spec, or a file that is
	// all of its package; "" is the current folder.
	Path string

	// OneFile makes the file at Path the spec although its package has more files.
	OneFile bool

	// Tags are the names that files ask for with @if, as `cue export -t` gives them.
	Tags []string

	// Overlay holds texts that are read in place of what is in files, by the names that
	// Texts gives: a spec as it would be after a change.
	Overlay map[string][]byte

	// Apart has a spec that computes evaluated by a second process, within limits that
	// hold: for specs that anybody may have written. The program has to call Evaluating
	// before it does anything else.
	Apart bool
}

// The rules about which files are read.
const (
	RuleSplit = "spec-split"
	LeftOut   = "spec-left-out"
)

// read reads the files of the spec. What it finds beside errors are warnings of
// files that it left out.
func (src Source) read() ([]*ast.File, diag.Problems) {
	src.Path = cmp.Or(src.Path, ".")
	info, err := os.Stat(src.Path)
	switch {
	case err != nil:
		return nil, specProblem(src.Path, err, "")
	case info.IsDir() && src.OneFile:
		return nil, specProblem(src.Path, errors.New("is a folder, and has to be a file where the spec is one file"), "")
	}
	names := []string{src.Path}
	if info.IsDir() {
		if names, err = cueFiles(src.Path); err != nil {
			return nil, specProblem(src.Path, err, "")
		}
		if len(names) == 0 {
			return nil, specProblem(src.Path, errors.New("is a directory without .cue files"), "")
		}
	}
	parsed, problems := src.parseFiles(names)
	if len(problems) > 0 {
		return nil, problems
	}
	files, problems := choose(src, parsed, info.IsDir())
	switch {
	case problems.Errors() > 0:
		return nil, problems
	case info.IsDir():
		problems = append(problems, src.above(files[0], src.Path, "")...)
	case !src.OneFile:
		problems = append(problems, src.split(files[0])...)
	}
	for _, f := range files {
		problems = append(problems, importProblems(f)...)
	}
	return files, problems
}

// cueFiles lists the files of a folder that CUE looks at, in its order.
func cueFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() && filepath.Ext(name) == ".cue" && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_") {
			names = append(names, filepath.Join(dir, name))
		}
	}
	return names, nil
}

func (src Source) parseFiles(names []string) ([]*ast.File, diag.Problems) {
	var files []*ast.File
	var problems diag.Problems
	size := 0
	for _, name := range names {
		data, err := src.data(name, maxSource-size)
		if err != nil {
			return nil, specProblem(name, err, "")
		}
		size += len(data)
		f, ps := parseFile(name, data)
		problems = append(append(problems, ps...), secretsInText(name, data, f)...)
		files = append(files, f)
	}
	return files, problems
}

// choose takes the files that CUE's own loader builds a package of: it is what
// `cue export` does with the same folder, or the same file. (cuelang.org/go/cue/load,
// fileProcessor.add, in its order. The loader itself can reach a registry, which
// gen never does; TestChoose compares the two.)
func choose(src Source, parsed []*ast.File, folder bool) (files []*ast.File, problems diag.Problems) {
	tags := tagSet{set: src.Tags, used: map[string]bool{}}
	var first *ast.File // that says the package
	for _, f := range parsed {
		pkg := f.PackageName()
		if folder && pkg == "" {
			if ignored(f) {
				continue
			}
			problems = append(problems, leftOut(f, "it has no package clause", "start it with: package %s", packageOf(parsed)))
			continue
		}
		attr, ok, err := tags.build(f)
		switch {
		case err != nil:
			return nil, append(problems, diag.Problem{Pos: toPos(attr.Pos()), Message: err.Error(), Rule: "spec-file", Severity: diag.Error,
				Hint: "@if(a && !b) names tags, which -t sets"})
		case !ok:
			if key, body := attr.Split(); key == "if" && !(body == EditorTag && filepath.Base(f.Filename) == EditorFile) {
				problems = append(problems, leftOut(f, fmt.Sprintf("its @if(%s) does not hold", body), "-t NAME sets a name of it; %s", orSilence))
			}
			continue
		case pkg == "":
		case first == nil:
			first = f
		case pkg != first.PackageName():
			return nil, append(problems, specProblem(f.Filename, fmt.Errorf("is of package %q, %s of %q", pkg, filepath.Base(first.Filename), first.PackageName()),
				fmt.Sprintf("start it with: package %s; files that do not belong to the spec go elsewhere, or get a name that starts with _", first.PackageName()))...)
		}
		if kind := special(f); kind != "" {
			if kind != "_tool.cue" || !usesTools(f) {
				problems = append(problems, leftOut(f, "CUE keeps names that end in "+kind+" for another use", "give it another name; %s", orSilence))
			}
			continue
		}
		files = append(files, f)
	}
	if unused := tags.unused(); unused != "" {
		hint := "leave -t " + unused + " out, or correct it"
		if strings.Contains(unused, "=") {
			hint = "-t sets names for @if; values for @tag are written into the spec"
		}
		problems = append(problems, specProblem(src.Path, fmt.Errorf("has no file with an @if that names %q", unused), hint)...)
	}
	if len(files) == 0 {
		return nil, nothingLeft(src.Path, problems)
	}
	if len(parsed) == 1 && len(files[0].Decls) == 0 {
		return nil, specProblem(files[0].Filename, errors.New("is empty"), "`gen schema` prints what a spec can say")
	}
	return files, problems
}

// nothingLeft makes an error of the warnings why each file was left out.
func nothingLeft(path string, why diag.Problems) diag.Problems {
	if why.Errors() == 0 && len(why) > 0 {
		for i := range why {
			why[i].Severity, why[i].Rule = diag.Error, "spec-file"
			if len(why) == 1 && strings.HasPrefix(why[i].Hint, "start it") {
				why[i].Hint += ", or name it with -spec " + filepath.ToSlash(why[i].Pos.File)
			}
		}
		return why
	}
	if len(why) > 0 {
		return why
	}
	return specProblem(path, errors.New("holds no file that is part of a spec"), "")
}

// orSilence ends the hints of files that are left out on purpose.
const orSilence = "where it is left out on purpose, silence this with the reason"

func leftOut(f *ast.File, why, hint string, args ...any) diag.Problem {
	return diag.Problem{Pos: diag.Pos{File: f.Filename, Line: 1, Col: 1}, Message: "is left out, as `cue export` does: " + why, Rule: LeftOut, Severity: diag.Warning,
		Hint: fmt.Sprintf(hint, args...)}
}

// special is the ending of a name that CUE keeps for its tests or its commands.
func special(f *ast.File) string {
	for _, end := range []string{"_test.cue", "_tool.cue"} {
		if strings.HasSuffix(filepath.Base(f.Filename), end) {
			return end
		}
	}
	return ""
}

// usesTools tells whether a file is plainly one for cue cmd.
func usesTools(f *ast.File) bool {
	for sp := range f.ImportSpecs() {
		if strings.HasPrefix(strings.Trim(sp.Path.Value, `"`), "tool/") {
			return true
		}
	}
	return false
}

// ignored tells whether a file says that it is not to be looked at.
func ignored(f *ast.File) bool {
	attr, ok, _ := tagSet{used: map[string]bool{}}.build(f)
	if ok || attr == nil {
		return false
	}
	key, _ := attr.Split()
	return key == "ignore"
}

// packageClause is where a file says its package.
func packageClause(f *ast.File) diag.Pos {
	for _, d := range f.Decls {
		if p, ok := d.(*ast.Package); ok {
			return toPos(p.PackagePos)
		}
	}
	return diag.Pos{File: f.Filename}
}

// packageOf is the package of the first file that says one.
func packageOf(files []*ast.File) string {
	for _, f := range files {
		if name := f.PackageName(); name != "" && !ignored(f) {
			return name
		}
	}
	return "site"
}

// split refuses a spec of one file that is a part of a package, whose other files lie
// beside it or in a folder above: what they say would be deleted from the output.
func (src Source) split(file *ast.File) diag.Problems {
	dir := filepath.Dir(src.Path)
	others := src.ofPackage(dir, file.PackageName())
	if len(others) == 0 {
		return src.above(file, dir, "; --one-file takes this file alone, and what the others say is then deleted from the output")
	}
	return diag.Problems{{Pos: packageClause(file), Message: fmt.Sprintf("is one of %d files of package %q: beside it %s", len(others)+1, file.PackageName(), lie(others)),
		Rule: RuleSplit, Severity: diag.Error,
		Hint: fmt.Sprintf("-spec %s takes all of them; --one-file takes this one alone, and what the others say is then deleted from the output", filepath.ToSlash(dir))}}
}

// above refuses the spec of a folder of a CUE module whose package goes on in the
// folders above it, up to the module's root: CUE merges those files, and gen reads
// no other folder. orElse is another way on, for the hint.
func (src Source) above(file *ast.File, dir, orElse string) diag.Problems {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	var folders []string
	for d := dir; ; d = filepath.Dir(d) {
		if info, err := os.Stat(filepath.Join(d, "cue.mod")); err == nil && info.IsDir() {
			break
		}
		if d == filepath.Dir(d) {
			return nil // no module
		}
		folders = append(folders, filepath.Dir(d))
	}
	for _, d := range folders {
		if others := src.ofPackage(d, file.PackageName()); len(others) > 0 {
			rel, err := filepath.Rel(dir, d)
			if err != nil {
				rel = d
			}
			return diag.Problems{{Pos: packageClause(file), Message: fmt.Sprintf("is not all of package %q: in %s, in the same CUE module, %s", file.PackageName(), filepath.ToSlash(rel), lie(others)),
				Rule: RuleSplit, Severity: diag.Error,
				Hint: "put the files of the spec into one folder, or give this folder's files a package name of their own" + orElse}}
		}
	}
	return nil
}

// ofPackage names the files of a folder that are of the package, without that of
// the spec. Those that do not parse count by their package clause.
func (src Source) ofPackage(dir, pkg string) []string {
	names, err := cueFiles(dir)
	if pkg == "" || err != nil {
		return nil
	}
	tags := tagSet{set: src.Tags, used: map[string]bool{}}
	var found []string
	for _, name := range names {
		if sameFile(name, src.Path) {
			continue
		}
		data, err := readRegular(name, maxSource)
		if err != nil {
			continue // no text that the spec could go on in
		}
		f, err := parser.ParseFile(name, data, parser.ImportsOnly)
		if f == nil || f.PackageName() != pkg || special(f) != "" {
			continue
		}
		if _, ok, _ := tags.build(f); ok || err != nil {
			found = append(found, filepath.Base(name))
		}
	}
	return found
}

// lie says that files lie somewhere.
func lie(names []string) string {
	const most = 5
	shown := names[:min(len(names), most)]
	word := "lie"
	if len(names) == 1 {
		word = "lies"
	}
	text := word + " " + strings.Join(shown, ", ")
	if more := len(names) - len(shown); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
