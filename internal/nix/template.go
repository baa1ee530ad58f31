package nix

import (
	"encoding"
	"fmt"
	"io/fs"
	"reflect"
	"strings"
	"text/template"
)

// Template is a Nix file whose actions are known to be safe for every value.
type Template struct{ t *template.Template }

// Parse loads a text/template from fsys. Its actions may stand where Nix wants
// an operand or an attribute name, separated from their neighbours by space or
// by one of ( [ { = ; and ; ) ] } , so that no value can grow together with
// the text. Operands are written by [Value], names bare or quoted as they need.
//
// A string of text and value is {{printf "https://%s/" .Host}}, without quotes,
// or has Nix's own interpolation: "https://${ {{.Host}} }/".
// The branches of {{if}}, {{with}} and {{range}} must end where they began, or
// all in the same place. Lines with nothing but control actions leave no trace.
//
// Besides text/template's own functions there are list (one line an item even
// for one) and path (a relative path literal). An error names the template, the
// line and the column.
func Parse(fsys fs.FS, name string) (*Template, error) {
	t, err := load(fsys, name, template.FuncMap{
		"list":      List,
		"path":      Path,
		escapeValue: printValue,
		escapeName:  printName,
	})
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// Execute returns the file for data.
func (t *Template) Execute(data any) ([]byte, error) {
	out, err := execute(t.t, data)
	if err != nil {
		return nil, err
	}
	return []byte(alignLines(out)), nil
}

// The names of the escapers in the template.
const (
	escapeValue = "_nix_value"
	escapeName  = "_nix_name"
)

// continued marks a line break inside an expression until alignLines knows where
// the expression's line begins. No template and no value can hold a NUL.
const continued = "\n\x00"

func printValue(v any) (string, error) {
	e, err := Value(v)
	return strings.ReplaceAll(e.String(), "\n", continued), err
}

func printName(v any) (string, error) {
	if m, ok := v.(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			return "", err
		}
		return attrName(string(text))
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return attrName(r.String())
	}
	return "", fmt.Errorf("%T: only text can be an attribute name", v)
}

// alignLines indents the later lines of an expression like the line that it
// begins on.
func alignLines(out string) string {
	lines := strings.Split(out, "\n")
	indent := ""
	for i, line := range lines {
		if rest, ok := strings.CutPrefix(line, "\x00"); ok {
			lines[i] = indent + rest
			continue
		}
		indent = line[:len(line)-len(strings.TrimLeft(line, " \t"))]
	}
	return strings.Join(lines, "\n")
}
