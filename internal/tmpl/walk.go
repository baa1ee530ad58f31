package tmpl

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/template"
	"text/template/parse"
)

// walker follows a language through a parsed template and notes the escaper of
// each action. It changes nothing, since a loop's body is walked more than once.
type walker[S comparable] struct {
	lang     Language[S]
	root     *template.Template
	src      string
	escapers map[*parse.ActionNode]string
	calls    []string // the templates being walked, outermost first
	walked   []string // all that were ever called
}

func (w *walker[S]) walk() error {
	s, err := w.list(w.lang.Start(), w.root.Root)
	if err != nil {
		return err
	}
	if err := w.lang.End(s); err != nil {
		return w.at(len(w.src), err)
	}
	for _, t := range w.root.Templates() {
		// Nobody escaped the actions of a template that nobody calls.
		if t.Name() != w.root.Name() && !slices.Contains(w.walked, t.Name()) {
			return w.atAction(t.Root, fmt.Errorf("template %q is never used", t.Name()))
		}
	}
	return nil
}

func (w *walker[S]) list(s S, list *parse.ListNode) (S, error) {
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

func (w *walker[S]) node(s S, n parse.Node) (S, error) {
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
	case *parse.TemplateNode:
		return w.template(s, n)
	case *parse.CommentNode:
		return s, nil
	}
	return s, w.atAction(n, fmt.Errorf("%s is not supported", n))
}

func (w *walker[S]) text(s S, n *parse.TextNode) (S, error) {
	s, err := w.lang.Text(s, string(n.Text))
	if err != nil {
		var at At
		errors.As(err, &at)
		return s, w.at(int(n.Pos)+at.Offset, err)
	}
	return s, nil
}

func (w *walker[S]) output(s S, n *parse.ActionNode) (S, error) {
	s, escaper, err := w.lang.Output(s)
	if err != nil {
		return s, w.atAction(n, err)
	}
	if before, ok := w.escapers[n]; ok && before != escaper {
		return s, w.atAction(n, errors.New("the template is called from places that need different escapers"))
	}
	w.escapers[n] = escaper
	return s, nil
}

func (w *walker[S]) control(s S, n parse.Node) error {
	if err := w.lang.Control(s); err != nil {
		return w.atAction(n, err)
	}
	return nil
}

func (w *walker[S]) branch(s S, n parse.Node, b *parse.BranchNode) (S, error) {
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
func (w *walker[S]) loop(s S, n *parse.RangeNode) (S, error) {
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

func (w *walker[S]) template(s S, n *parse.TemplateNode) (S, error) {
	if err := w.control(s, n); err != nil {
		return s, err
	}
	if n.Name == w.root.Name() || slices.Contains(w.calls, n.Name) {
		return s, w.atAction(n, fmt.Errorf("template %q calls itself", n.Name))
	}
	t := w.root.Lookup(n.Name)
	if t == nil || t.Tree == nil {
		return s, w.atAction(n, fmt.Errorf("template %q is not defined", n.Name))
	}
	w.walked = append(w.walked, n.Name)
	w.calls = append(w.calls, n.Name)
	defer func() { w.calls = w.calls[:len(w.calls)-1] }()
	return w.list(s, t.Root)
}

func (w *walker[S]) join(n parse.Node, a, b S) (S, error) {
	s, err := w.lang.Join(a, b)
	if err != nil {
		return s, w.atAction(n, err)
	}
	return s, nil
}

func (w *walker[S]) at(offset int, err error) error {
	return place(w.root.Name(), w.src, offset, err)
}

// atAction reports err at the braces of n, whose own position lies behind them.
func (w *walker[S]) atAction(n parse.Node, err error) error {
	offset := int(n.Position())
	if i := strings.LastIndex(w.src[:offset], "{{"); i >= 0 {
		offset = i
	}
	return w.at(offset, err)
}
