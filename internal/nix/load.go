package nix

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"

	"sitegen/internal/lines"
)

// load parses a template and gives each of its actions the escaper for its place.
// It is the method of html/template, with two differences: a place that is not
// safe for every value is refused at load time, not at the first execution; and
// the branches of an {{if}} must come out in the same state always.
func load(fsys fs.FS, name string, funcs template.FuncMap) (*template.Template, error) {
	file, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	src := lines.DropControl(string(file))
	if err := checkSource(name, src); err != nil {
		return nil, err
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(funcs).Parse(src)
	if err != nil {
		return nil, plain(err)
	}
	w := walker{root: t, src: src, escapers: map[*parse.ActionNode]string{}}
	if err := w.walk(); err != nil {
		return nil, err
	}
	for action, escaper := range w.escapers {
		call := parse.NewIdentifier(escaper).SetTree(nil).SetPos(action.Pos)
		action.Pipe.Cmds = append(action.Pipe.Cmds, &parse.CommandNode{NodeType: parse.NodeCommand, Args: []parse.Node{call}})
	}
	return t, nil
}

// execute returns what the template prints for data, and nothing with an error.
func execute(t *template.Template, data any) (string, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", plain(err)
	}
	return b.String(), nil
}

// checkSource refuses bytes that would reach the output unseen. NUL is also
// the mark of a line break within a value, see continued.
func checkSource(name, src string) error {
	if i := strings.IndexAny(src, "\x00\r"); i >= 0 {
		return place(name, src, i, fmt.Errorf("a template cannot hold the byte %q", src[i]))
	}
	if !utf8.ValidString(src) {
		return fmt.Errorf("%s: the template is not valid UTF-8", name)
	}
	return nil
}

// textError is an error at an offset of a text of the template.
type textError struct {
	offset int
	err    error
}

func (e textError) Error() string { return e.err.Error() }

// place puts name:line:col in front of err.
func place(name, src string, offset int, err error) error {
	before := src[:offset]
	line := 1 + strings.Count(before, "\n")
	col := offset - strings.LastIndexByte(before, '\n')
	return fmt.Errorf("%s:%d:%d: %w", name, line, col, err)
}

// plain takes the word that text/template puts in front of all its messages off,
// so that they begin with the place as all others do.
func plain(err error) error {
	text, ok := strings.CutPrefix(err.Error(), "template: ")
	if !ok {
		return err
	}
	return stripped{text, err}
}

type stripped struct {
	text string
	err  error
}

func (s stripped) Error() string { return s.text }
func (s stripped) Unwrap() error { return s.err }
