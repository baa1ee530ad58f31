// Package tf writes Terraform files in which the unsafe state cannot be written.
//
// Everything goes through hclwrite: values are cty values, references are checked
// traversals, text becomes a literal in which ${ and %{ mean nothing. An
// expression of the language is either composed from such parts or a constant of
// the calling code (Fixed), so that no file can be one that does not parse; tests
// hold that for hostile and random values, by HCL's parser. A file is as `tofu fmt`
// would leave it.
//
// The package knows the syntax. It does not know providers or their arguments:
// whether a resource takes an argument is what `tofu validate` is for.
package tf

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// File is a Terraform file being written, and its outermost body. The first error
// sticks and comes out of Bytes.
type File struct {
	Body
	file *hclwrite.File
	err  error
}

// Body is what stands between the braces of a block.
type Body struct {
	top   *File
	body  *hclwrite.Body
	empty bool // nothing written yet: no blank line before what comes
	block bool // the last thing written is a block
	path  string
}

// New starts a file whose first line is the comment header.
func New(header string) *File {
	f := &File{file: hclwrite.NewEmptyFile()}
	f.Body = Body{top: f, body: f.file.Body(), empty: true}
	f.Comment(header)
	f.Blank()
	return f
}

func (b *Body) fail(what string, err error) {
	if b.top.err == nil && err != nil {
		b.top.err = fmt.Errorf("%s%s: %w", b.path, what, err)
	}
}

// Comment writes comment lines. Each argument is one line, and a line break in it
// is an error: what follows the break would be read as code.
func (b *Body) Comment(lines ...string) {
	b.separate()
	for _, line := range lines {
		if strings.ContainsFunc(line, isBreak) {
			b.fail("comment", fmt.Errorf("%q is more than one line", line))
			return
		}
		text := strings.TrimRight("# "+line, " ")
		b.body.AppendUnstructuredTokens(tok(hclsyntax.TokenComment, text+"\n"))
	}
	b.empty = true // what the comment is about follows at once
}

func isBreak(r rune) bool { return r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 }

// Blank writes an empty line.
func (b *Body) Blank() {
	b.body.AppendNewline()
	b.empty, b.block = true, false
}

// Set writes an attribute.
func (b *Body) Set(name string, e Expr) {
	if err := errors.Join(argument(name), firstErr(e)); err != nil {
		b.fail(name, err)
		return
	}
	if b.body.GetAttribute(name) != nil {
		b.fail(name, errors.New("is set twice"))
		return
	}
	b.separate()
	b.body.SetAttributeRaw(name, e.toks)
	b.empty = false
}

// Block writes a block and gives its body. Labels are names in Terraform, never
// free text, and are checked as such.
func (b *Body) Block(typ string, labels ...string) *Body {
	path := b.path + strings.Join(append([]string{typ}, labels...), ".") + "."
	for _, name := range append([]string{typ}, labels...) {
		if err := identifier(name); err != nil {
			b.fail("block", err)
			return &Body{top: b.top, body: hclwrite.NewEmptyFile().Body(), empty: true, path: path}
		}
	}
	if !b.empty {
		b.body.AppendNewline()
	}
	b.empty, b.block = false, true
	return &Body{top: b.top, body: b.body.AppendNewBlock(typ, labels).Body(), empty: true, path: path}
}

// separate puts an empty line between a block and what follows it.
func (b *Body) separate() {
	if b.block && !b.empty {
		b.body.AppendNewline()
	}
	b.block = false
}

// Bytes is the finished file, formatted.
func (f *File) Bytes() ([]byte, error) {
	if f.err != nil {
		return nil, f.err
	}
	return hclwrite.Format(f.file.Bytes()), nil
}
