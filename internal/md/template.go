package md

import (
	"bytes"
	"fmt"
	"io/fs"
	"text/template"
	"text/template/parse"

	"sitegen/internal/lines"
	"sitegen/internal/sh"
)

// Template is a Markdown file in which every value goes through an escaper.
type Template struct{ t *template.Template }

// Parse loads a text/template from fsys. Values are strings; the package's
// comment has the escapers. A line with nothing but {{if}}, {{else}}, {{range}},
// {{with}}, {{end}} or a comment leaves no trace.
func Parse(fsys fs.FS, name string) (*Template, error) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	escapers := template.FuncMap{"text": Text, "code": Code, "span": span, "sh": sh.Quote, "link": Link}
	t, err := template.New(name).Option("missingkey=error").Funcs(escapers).Parse(lines.DropControl(string(src)))
	if err != nil {
		return nil, err
	}
	for _, defined := range t.Templates() {
		if err := check(defined.Tree, defined.Root, escapers); err != nil {
			return nil, err
		}
	}
	return &Template{t}, nil
}

// Execute returns the file for data, and nothing with an error.
func (t *Template) Execute(data any) ([]byte, error) {
	var b bytes.Buffer
	if err := t.t.Execute(&b, data); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// check refuses an action that prints what no escaper has seen.
func check(tree *parse.Tree, list *parse.ListNode, escapers template.FuncMap) error {
	if list == nil {
		return nil
	}
	for _, n := range list.Nodes {
		var b *parse.BranchNode
		switch n := n.(type) {
		case *parse.ActionNode:
			last := n.Pipe.Cmds[len(n.Pipe.Cmds)-1]
			f, _ := last.Args[0].(*parse.IdentifierNode)
			if len(n.Pipe.Decl) == 0 && (f == nil || escapers[f.Ident] == nil) {
				where, _ := tree.ErrorContext(n)
				return fmt.Errorf("%s: %s does not end in an escaper such as text or sh", where, n)
			}
			continue
		case *parse.IfNode:
			b = &n.BranchNode
		case *parse.WithNode:
			b = &n.BranchNode
		case *parse.RangeNode:
			b = &n.BranchNode
		default:
			continue
		}
		if err := check(tree, b.List, escapers); err != nil {
			return err
		}
		if err := check(tree, b.ElseList, escapers); err != nil {
			return err
		}
	}
	return nil
}
