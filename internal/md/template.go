package md

import (
	"errors"
	"io/fs"
	"text/template"

	"sitegen/internal/tmpl"
)

// Template is a Markdown file whose actions are known to be safe for every
// value.
type Template struct{ t *tmpl.Template }

// Parse loads a text/template from fsys; the package's comment says where its
// actions may stand and how they are escaped there. Values are strings, whole
// numbers and booleans.
//
// Besides text/template's own functions there are code (a code span for any
// text) and link ([text,] address), for prose. The branches of {{if}}, {{with}} and
// {{range}} must end where they began, or all in the same place; lines with
// nothing but control actions leave no trace. An error names the template,
// the line and the column.
func Parse(fsys fs.FS, name string) (*Template, error) {
	t, err := tmpl.Load(language{}, fsys, name, template.FuncMap{
		"code":        code,
		"link":        link,
		escapeText:    printText,
		escapeSpan:    printSpan,
		escapeRowSpan: printRowSpan,
		escapeLine:    printLine,
		escapeWord:    printWord,
		escapeLabel:   printLabel,
		escapeNumber:  printNumber,
	})
	if err != nil {
		return nil, err
	}
	return &Template{t}, nil
}

// Execute returns the file for data.
func (t *Template) Execute(data any) ([]byte, error) { return t.t.Execute(data) }

func code(v any) (Inline, error) {
	s, err := plain(v)
	if err != nil {
		return Inline{}, err
	}
	text, err := Code(s)
	return Inline{text}, err
}

// link takes an address, or a text and an address.
func link(first any, address ...any) (Inline, error) {
	if len(address) > 1 {
		return Inline{}, errors.New("link takes a text and an address")
	}
	label, err := plain(first)
	if err != nil {
		return Inline{}, err
	}
	url := label
	if len(address) == 1 {
		if url, err = plain(address[0]); err != nil {
			return Inline{}, err
		}
	}
	out, err := Link(label, url)
	return Inline{out}, err
}
