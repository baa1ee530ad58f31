package tmpl

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"
)

// Language is the lexer of one language, with S the state it is in between two
// bytes.
type Language[S comparable] interface {
	// Start is the state at the first byte of a file.
	Start() S
	// Text follows the lexer through text. The error may be an [At].
	Text(s S, text string) (S, error)
	// Control says whether an action that prints nothing may stand here.
	Control(s S) error
	// Output returns the function that the value of an action must go through
	// here, and the state behind it.
	Output(s S) (after S, escaper string, err error)
	// Join returns the state that stands for both a and b, where branches meet.
	Join(a, b S) (S, error)
	// End says whether a file may end here.
	End(s S) error
}

// At is an error at an offset of the text that was given to [Language.Text].
type At struct {
	Offset int
	Err    error
}

func (e At) Error() string { return e.Err.Error() }
func (e At) Unwrap() error { return e.Err }

// Template is a loaded template: all its actions are escaped.
type Template struct{ t *template.Template }

// Load reads the template name from fsys. funcs must hold every escaper that
// lang names. An error begins with name:line:col.
func Load[S comparable](lang Language[S], fsys fs.FS, name string, funcs template.FuncMap) (*Template, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	if err := checkSource(name, string(src)); err != nil {
		return nil, err
	}
	t, err := template.New(name).Option("missingkey=error").Funcs(funcs).Parse(string(src))
	if err != nil {
		return nil, plain(err)
	}
	for _, defined := range t.Templates() {
		if defined.Tree != nil {
			dropControlLines(defined.Tree.Root)
		}
	}
	w := walker[S]{lang: lang, root: t, src: string(src), escapers: map[*parse.ActionNode]string{}}
	if err := w.walk(); err != nil {
		return nil, err
	}
	for action, escaper := range w.escapers {
		action.Pipe.Cmds = append(action.Pipe.Cmds, call(escaper, action.Pos))
	}
	return &Template{t}, nil
}

// Execute returns what the template prints for data. Nothing is returned with
// an error.
func (t *Template) Execute(data any) ([]byte, error) {
	var b bytes.Buffer
	if err := t.t.Execute(&b, data); err != nil {
		return nil, plain(err)
	}
	return b.Bytes(), nil
}

func call(escaper string, pos parse.Pos) *parse.CommandNode {
	return &parse.CommandNode{
		NodeType: parse.NodeCommand,
		Args:     []parse.Node{parse.NewIdentifier(escaper).SetTree(nil).SetPos(pos)},
	}
}

// checkSource refuses bytes that would reach the output unseen. NUL is also
// what languages may use as a mark of their own between Execute and the file.
func checkSource(name, src string) error {
	if i := strings.IndexAny(src, "\x00\r"); i >= 0 {
		return place(name, src, i, fmt.Errorf("a template cannot hold the byte %q", src[i]))
	}
	if !utf8.ValidString(src) {
		return fmt.Errorf("%s: the template is not valid UTF-8", name)
	}
	return nil
}

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
