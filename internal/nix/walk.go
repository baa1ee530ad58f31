package nix

import (
	"errors"
	"fmt"
	"strings"
	"text/template"
	"text/template/parse"
)

// walker follows the lexer through a parsed template and notes the escaper of
// each action. It changes nothing, since a loop's body is walked more than once.
type walker struct {
	root     *template.Template
	src      string
	escapers map[*parse.ActionNode]string
}

func (w *walker) walk() error {
	s, err := w.list(start(), w.root.Root)
	if err != nil {
		return err
	}
	if err := s.end(); err != nil {
		return w.at(len(w.src), err)
	}
	for _, t := range w.root.Templates() {
		if t.Name() != w.root.Name() {
			return w.atAction(t.Root, errors.New("{{define}} is not supported"))
		}
	}
	return nil
}

func (w *walker) list(s state, list *parse.ListNode) (state, error) {
	if list == nil {
		return s, nil
	}
	var err error
	for _, n := range list.Nodes {
		if s, err = w.node(s, n); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (w *walker) node(s state, n parse.Node) (state, error) {
	switch n := n.(type) {
	case *parse.TextNode:
		return w.text(s, n)
	case *parse.ActionNode:
		if len(n.Pipe.Decl) == 0 {
			return w.output(s, n)
		}
		return s, w.control(s, n)
	case *parse.IfNode:
		return w.branch(s, n, &n.BranchNode)
	case *parse.WithNode:
		return w.branch(s, n, &n.BranchNode)
	case *parse.RangeNode:
		return w.loop(s, n)
	case *parse.CommentNode:
		return s, nil
	}
	return s, w.atAction(n, fmt.Errorf("%s is not supported", n))
}

func (w *walker) text(s state, n *parse.TextNode) (state, error) {
	s, err := s.follow(string(n.Text))
	if err != nil {
		var at textError
		errors.As(err, &at)
		return s, w.at(int(n.Pos)+at.offset, err)
	}
	return s, nil
}

func (w *walker) output(s state, n *parse.ActionNode) (state, error) {
	s, escaper, err := s.output()
	if err != nil {
		return s, w.atAction(n, err)
	}
	w.escapers[n] = escaper
	return s, nil
}

func (w *walker) control(s state, n parse.Node) error {
	if err := s.control(); err != nil {
		return w.atAction(n, err)
	}
	return nil
}

func (w *walker) branch(s state, n parse.Node, b *parse.BranchNode) (state, error) {
	if err := w.control(s, n); err != nil {
		return s, err
	}
	then, err := w.list(s, b.List)
	if err != nil {
		return s, err
	}
	otherwise, err := w.list(s, b.ElseList)
	if err != nil {
		return s, err
	}
	return w.join(n, then, otherwise)
}

// loop walks the body until walking it once more tells nothing new: its second
// turn begins where the first one ended. States that join have finitely many
// joins, so it ends; the limit is for a language that breaks that.
func (w *walker) loop(s state, n *parse.RangeNode) (state, error) {
	if err := w.control(s, n); err != nil {
		return s, err
	}
	start := s
	for range 100 {
		end, err := w.list(start, n.List)
		if err != nil {
			return s, err
		}
		joined, err := w.join(n, start, end)
		if err != nil {
			return s, err
		}
		if joined == start {
			otherwise, err := w.list(s, n.ElseList)
			if err != nil {
				return s, err
			}
			return w.join(n, joined, otherwise)
		}
		start = joined
	}
	return s, w.atAction(n, errors.New("the loop never comes to rest"))
}

func (w *walker) join(n parse.Node, a, b state) (state, error) {
	s, err := join(a, b)
	if err != nil {
		return s, w.atAction(n, err)
	}
	return s, nil
}

func (w *walker) at(offset int, err error) error {
	return place(w.root.Name(), w.src, offset, err)
}

// atAction reports err at the braces of n, whose own position lies behind them.
func (w *walker) atAction(n parse.Node, err error) error {
	offset := int(n.Position())
	if i := strings.LastIndex(w.src[:offset], "{{"); i >= 0 {
		offset = i
	}
	return w.at(offset, err)
}
