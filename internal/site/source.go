package site

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// maxSource is the most that the files of one spec may hold together, in bytes:
// twenty times what a site of 10,000 clients takes.
const maxSource = 32 << 20

// readSpec reads the spec at path: a file, or every .cue file of a directory,
// which have to be of one package. Nothing outside of it is ever read.
func readSpec(path string) ([]*ast.File, Problems) {
	names, err := specFiles(path)
	if err != nil {
		return nil, specProblem(path, err, "")
	}
	var files []*ast.File
	var problems Problems
	size := 0
	for _, name := range names {
		data, err := readRegular(name, maxSource-size)
		if err != nil {
			return nil, specProblem(name, err, "")
		}
		size += len(data)
		f, ps := parseFile(name, data)
		problems = append(append(problems, ps...), secretsInText(name, data, f)...)
		files = append(files, f)
	}
	if len(problems) == 0 {
		problems = onePackage(path, files)
	}
	return files, problems
}

// specFiles lists the files of the spec at path.
func specFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if filepath.Ext(name) == ".cue" && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "_") { // as CUE's own loader has it
			names = append(names, filepath.Join(path, name))
		}
	}
	if len(names) == 0 {
		return nil, errors.New("is a directory without .cue files")
	}
	return names, nil
}

// readRegular reads a file of at most that size. A pipe or a device could block,
// or never end.
func readRegular(name string, most int) ([]byte, error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("is %s, and has to be a regular file", fileKind(info.Mode()))
	case info.Size() > int64(most):
		return nil, fmt.Errorf("makes the spec larger than %d MiB", maxSource>>20)
	}
	return os.ReadFile(name)
}

func fileKind(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// parseFile parses one file; every problem it has is in the result.
func parseFile(name string, data []byte) (*ast.File, Problems) {
	if !utf8.Valid(data) {
		return nil, specProblem(name, errors.New("is not UTF-8"), encodingHint(data))
	}
	if problems := mergeConflict(name, data); problems != nil {
		return nil, problems
	}
	f, err := parser.ParseFile(name, data)
	if err == nil {
		if len(f.Decls) == 0 {
			return nil, specProblem(name, errors.New("is empty"), "`gen schema` prints what a spec can say")
		}
		return f, importProblems(f)
	}
	var problems Problems
	for _, e := range cueerrors.Errors(err) {
		problems = append(problems, syntaxProblem(e, data))
	}
	return nil, problems[:1] // what follows the first is mostly its echo
}

// importProblems refuses what would lead out of the spec: imports of anything
// but CUE's own packages, of those that run programs, read files or use the
// network, and attributes that embed files. Reading a spec needs nothing else.
func importProblems(f *ast.File) Problems {
	var problems Problems
	refuse := func(at token.Pos, hint, format string, args ...any) {
		problems = append(problems, Problem{Pos: toPos(at), Message: fmt.Sprintf(format, args...), Rule: "import", Severity: Error, Hint: hint})
	}
	for spec := range f.ImportSpecs() {
		name := strings.Trim(spec.Path.Value, `"`)
		first, _, _ := strings.Cut(name, "/")
		switch {
		case strings.ContainsAny(first, ".@:"):
			refuse(spec.Path.Pos(), "put the files into one directory and give that as the spec", "a spec can only import CUE's own packages, which %q is not", name)
		case first == "tool":
			refuse(spec.Path.Pos(), "write the values themselves", "a spec runs no programs, and %q is for that", name)
		case !slices.Contains(ownPackages(), name):
			refuse(spec.Path.Pos(), didYouMean(name, ownPackages()), "CUE has no package %q", name)
		}
	}
	ast.Walk(f, func(n ast.Node) bool {
		if a, ok := n.(*ast.Attribute); ok && (strings.HasPrefix(a.Text, "@embed") || strings.HasPrefix(a.Text, "@extern")) {
			refuse(a.Pos(), "write the values themselves", "a spec reads no other files")
		}
		return true
	}, nil)
	return problems
}

// ownPackages are CUE's own packages (cuelang.org/go/pkg), without those that
// reach out.
func ownPackages() []string {
	return []string{"crypto/ed25519", "crypto/hmac", "crypto/md5", "crypto/sha1", "crypto/sha256", "crypto/sha512", "encoding/base64", "encoding/csv",
		"encoding/hex", "encoding/json", "encoding/toml", "encoding/yaml", "html", "list", "math", "math/bits", "net", "path", "regexp",
		"strconv", "strings", "struct", "text/tabwriter", "text/template", "time", "uuid"}
}

// onePackage wants the files of a directory to be of one package. A single file
// may do without a package clause.
func onePackage(path string, files []*ast.File) Problems {
	if len(files) == 1 {
		return nil
	}
	first := ""
	for _, f := range files {
		name := f.PackageName()
		switch {
		case name == "":
			return specProblem(f.Filename, errors.New("has no package clause, which every file of a directory needs"), fmt.Sprintf("start it with: package %s", packageOf(files)))
		case first == "":
			first = name
		case name != first:
			return specProblem(f.Filename, fmt.Errorf("is of package %q, the files before it of %q", name, first),
				fmt.Sprintf("start it with: package %s; files that do not belong to the spec go elsewhere, or get a name that starts with _", first))
		}
	}
	return nil
}

// packageOf is the package of the first file that says one.
func packageOf(files []*ast.File) string {
	for _, f := range files {
		if name := f.PackageName(); name != "" {
			return name
		}
	}
	return "site"
}

// encodingHint says how a file comes to be UTF-8.
func encodingHint(data []byte) string {
	from := "WINDOWS-1252"
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) || bytes.IndexByte(data, 0) >= 0 {
		from = "UTF-16"
	}
	return fmt.Sprintf("save it as UTF-8: it may be %s, which `iconv -f %s -t UTF-8` converts", from, from)
}

// specProblem is a problem of a spec file as a whole.
func specProblem(name string, err error, hint string) Problems {
	if hint == "" {
		hint = "give the site spec with -spec FILE or -spec DIRECTORY"
	}
	var perr *fs.PathError
	if errors.As(err, &perr) {
		err = perr.Err
	}
	return Problems{{Pos: Pos{File: name}, Message: err.Error(), Rule: "spec-file", Severity: Error, Hint: hint}}
}
