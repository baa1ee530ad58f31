package sh

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const (
	shebang = "#!/usr/bin/env bash\n"
	marker  = "gen:values"
)

// Var is a value that the script reads by its name. The name is lower-case, so
// that it is none of the environment's and none of bash's own.
type Var struct {
	Name  string
	Value any // string, bool (true or false), int, or []string (an array)
}

// Template is a script without its values.
type Template struct {
	name         string
	head, tail   string // the script around the marker line, without the shebang
	stmts        int
	markerOffset int
	vars         variables
}

// Parse reads the script name from fsys. It must begin with
// "#!/usr/bin/env bash" and hold the line "#gen:values" once, outside of all
// functions and blocks. An error begins with name:line:col.
func Parse(fsys fs.FS, name string) (*Template, error) {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	src := string(b)
	if !strings.HasPrefix(src, shebang) {
		return nil, fmt.Errorf("%s:1:1: the script does not begin with %q", name, strings.TrimSpace(shebang))
	}
	file, err := parse(src, name)
	if err != nil {
		return nil, err
	}
	at, err := findMarker(file, src)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t := &Template{
		name:         name,
		head:         src[len(shebang):at],
		tail:         src[at+len("#"+marker+"\n"):],
		stmts:        len(file.Stmts),
		markerOffset: at,
	}
	if t.vars, err = inspect(file); err != nil {
		return nil, fmt.Errorf("%s:%w", name, err)
	}
	return t, nil
}

// Execute returns the script with the values in the given order, one line each
// and one line an element for arrays. The header is a line of text that becomes the comment
// behind the shebang.
func (t *Template) Execute(header string, vars ...Var) ([]byte, error) {
	if strings.ContainsAny(header, "\n\r\x00") {
		return nil, fmt.Errorf("header %q is more than one line", header)
	}
	if err := t.check(vars); err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	var b bytes.Buffer
	b.WriteString(shebang + "# " + header + "\n" + t.head)
	for _, v := range vars {
		text, err := v.assignment()
		if err != nil {
			return nil, fmt.Errorf("%s: value %q: %w", t.name, v.Name, err)
		}
		b.WriteString(text)
	}
	b.WriteString(t.tail)

	// Quote is trusted, and still looked at: nothing but one statement a value
	// has been added to the script.
	file, err := parse(b.String(), t.name)
	if err != nil {
		return nil, err
	}
	if len(file.Stmts) != t.stmts+len(vars) {
		return nil, fmt.Errorf("%s: a value became a statement of its own", t.name)
	}
	return b.Bytes(), nil
}

// assignment writes the value as a readonly variable: the script that assigns it
// in a way which check does not see fails when it runs.
func (v Var) assignment() (string, error) {
	list, ok := v.Value.([]string)
	if !ok {
		text, err := v.text()
		if err != nil {
			return "", err
		}
		word, err := Quote(text)
		return "readonly " + v.Name + "=" + word + "\n", err
	}
	if len(list) == 0 {
		return "readonly " + v.Name + "=()\n", nil
	}
	var b strings.Builder
	b.WriteString("readonly " + v.Name + "=(\n")
	for i, s := range list {
		word, err := Quote(s)
		if err != nil {
			return "", fmt.Errorf("[%d]: %w", i, err)
		}
		b.WriteString("  " + word + "\n")
	}
	b.WriteString(")\n")
	return b.String(), nil
}

func (v Var) text() (string, error) {
	switch x := v.Value.(type) {
	case string:
		return x, nil
	case bool, int:
		return fmt.Sprint(x), nil
	}
	return "", fmt.Errorf("a %T has no form in bash", v.Value)
}

func parse(src, name string) (*syntax.File, error) {
	if i := strings.IndexAny(src, "\x00\r"); i >= 0 {
		return nil, fmt.Errorf("%s: a script cannot hold the byte %q", name, src[i])
	}
	p := syntax.NewParser(syntax.KeepComments(true), syntax.Variant(syntax.LangBash))
	return p.Parse(strings.NewReader(src), name)
}

// findMarker returns the offset of the marker line. A marker in a here-document
// or a string is no comment, and one in a block is no comment of the file.
func findMarker(file *syntax.File, src string) (int, error) {
	comments := file.Last
	for _, s := range file.Stmts {
		comments = append(comments, s.Comments...)
	}
	found := -1
	for _, c := range comments {
		if c.Text != marker || c.Hash.Col() != 1 {
			continue
		}
		if found >= 0 {
			return 0, fmt.Errorf("the line %q is there twice", "#"+marker)
		}
		found = int(c.Hash.Offset())
	}
	switch {
	case found < 0:
		return 0, fmt.Errorf("the line %q is missing at the top level", "#"+marker)
	case !strings.HasPrefix(src[found:], "#"+marker+"\n"):
		return 0, errors.New("the script ends with its marker")
	}
	return found, nil
}
