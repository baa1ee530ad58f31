package sh

import (
	"bytes"
	"fmt"
	"strings"
)

const (
	shebang = "#!/usr/bin/env bash\n"
	marker  = "\n#gen:values\n"
)

// Var is a value that the script reads by its name. The name is lower-case, so
// that it is none of the environment's and none of bash's own.
type Var struct {
	Name  string
	Value any // string, or []string (an array)
}

// Template is a script without its values.
type Template struct{ head, tail string }

// Parse takes a script apart. It must begin with "#!/usr/bin/env bash" and hold
// the line "#gen:values" once, outside of all functions and blocks.
func Parse(src string) (*Template, error) {
	text, ok := strings.CutPrefix(src, shebang)
	if !ok {
		return nil, fmt.Errorf("the script does not begin with %q", strings.TrimSpace(shebang))
	}
	head, tail, ok := strings.Cut(text, marker)
	if !ok || strings.Contains(tail, marker) {
		return nil, fmt.Errorf("the script must have the line %q once", strings.TrimSpace(marker))
	}
	return &Template{head, tail}, nil
}

// Execute returns the script with the values in the given order, one line each
// and one line an element for arrays. The header becomes the comment behind the
// shebang.
func (t *Template) Execute(header string, vars ...Var) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(shebang + "# " + header + "\n" + t.head)
	if len(vars) > 0 {
		b.WriteString("\n")
	}
	for _, v := range vars {
		text, err := v.assignment()
		if err != nil {
			return nil, fmt.Errorf("value %q: %w", v.Name, err)
		}
		b.WriteString(text)
	}
	b.WriteString(t.tail)
	return b.Bytes(), nil
}

// assignment writes the value as a readonly variable, which a script cannot
// assign again without failing.
func (v Var) assignment() (string, error) {
	switch x := v.Value.(type) {
	case string:
		word, err := Quote(x)
		return "readonly " + v.Name + "=" + word + "\n", err
	case []string:
		if len(x) == 0 {
			return "readonly " + v.Name + "=()\n", nil
		}
		var b strings.Builder
		b.WriteString("readonly " + v.Name + "=(\n")
		for i, s := range x {
			word, err := Quote(s)
			if err != nil {
				return "", fmt.Errorf("[%d]: %w", i, err)
			}
			b.WriteString("  " + word + "\n")
		}
		b.WriteString(")\n")
		return b.String(), nil
	}
	return "", fmt.Errorf("a %T has no form in bash", v.Value)
}
