package spec

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"cuelang.org/go/cue/ast"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// maxSource is the most that the files of one spec may hold together, in bytes:
// eight times what a site of 10,000 clients takes.
const maxSource = 8 << 20

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
func parseFile(name string, data []byte) (*ast.File, diag.Problems) {
	if !utf8.Valid(data) {
		return nil, specProblem(name, errors.New("is not UTF-8"), encodingHint(data))
	}
	if problems := mergeConflict(name, data); problems != nil {
		return nil, problems
	}
	f, err := parser.ParseFile(name, data)
	if err == nil {
		return f, nil
	}
	var problems diag.Problems
	for _, e := range cueerrors.Errors(err) {
		problems = append(problems, syntaxProblem(e, data))
	}
	return nil, problems[:1] // what follows the first is mostly its echo
}

// importProblems refuses what would lead out of the spec: imports of anything
// but CUE's own packages, of those that run programs, read files or use the
// network, and attributes that embed files. Reading a spec needs nothing else.
func importProblems(f *ast.File) diag.Problems {
	var problems diag.Problems
	refuse := func(at token.Pos, hint, format string, args ...any) {
		problems = append(problems, diag.Problem{Pos: toPos(at), Message: fmt.Sprintf(format, args...), Rule: "import", Severity: diag.Error, Hint: hint})
	}
	for sp := range f.ImportSpecs() {
		name := strings.Trim(sp.Path.Value, `"`)
		first, _, _ := strings.Cut(name, "/")
		switch {
		case strings.ContainsAny(first, ".@:"):
			refuse(sp.Path.Pos(), "put the files into one directory and give that as the spec", "a spec can only import CUE's own packages, which %q is not", name)
		case first == "tool":
			refuse(sp.Path.Pos(), "write the values themselves", "a spec runs no programs, and %q is for that", name)
		case !slices.Contains(ownPackages(), name):
			refuse(sp.Path.Pos(), format.NearestHint(name, ownPackages()), "CUE has no package %q", name)
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

// encodingHint says how a file comes to be UTF-8.
func encodingHint(data []byte) string {
	from := "WINDOWS-1252"
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) || bytes.IndexByte(data, 0) >= 0 {
		from = "UTF-16"
	}
	return fmt.Sprintf("save it as UTF-8: it may be %s, which `iconv -f %s -t UTF-8` converts", from, from)
}

// specProblem is a problem of a spec file as a whole.
func specProblem(name string, err error, hint string) diag.Problems {
	if hint == "" {
		hint = "give the site spec with -spec FILE or -spec DIRECTORY"
	}
	var perr *fs.PathError
	if errors.As(err, &perr) {
		err = perr.Err
	}
	return diag.Problems{{Pos: diag.Pos{File: name}, Message: err.Error(), Rule: "spec-file", Severity: diag.Error, Hint: hint}}
}
