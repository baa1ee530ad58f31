package differ

import (
	"bytes"
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"

	"sitegen/internal/nix"
)

// texts compares files whose lines are in an order.
func texts(name string, have, want []byte) []Difference {
	plain := func(text string) (string, error) { return text, nil }
	switch path.Ext(name) {
	case ".nix":
		plain = nix.WithoutComments
	case ".sh":
		plain = withoutShell
	case ".gitignore":
		plain = withoutSigns
	}
	w, err := plain(string(want))
	if err != nil {
		w = string(want)
	}
	h, err := plain(string(have))
	if err != nil {
		h = string(have)
	}
	return byLine(h, w)
}

// byLine is the first run of lines that differs, blank ones apart.
func byLine(have, want string) []Difference {
	h, w := numbered(have), numbered(want)
	for len(h) > 0 && len(w) > 0 && h[0].text == w[0].text {
		h, w = h[1:], w[1:]
	}
	for len(h) > 0 && len(w) > 0 && h[len(h)-1].text == w[len(w)-1].text {
		h, w = h[:len(h)-1], w[:len(w)-1]
	}
	if len(h) == 0 && len(w) == 0 {
		return nil
	}
	var d Difference
	if len(w) > 0 {
		d.Want, d.Wanted, d.Line = short(strings.TrimSpace(w[0].text)), w[0].line, w[0].line
	}
	if len(h) > 0 {
		d.Have, d.Line = short(strings.TrimSpace(h[0].text)), h[0].line
	}
	return []Difference{d}
}

type numberedLine struct {
	line int
	text string
}

func numbered(text string) []numberedLine {
	var all []numberedLine
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimRight(line, " \t\r"); line != "" {
			all = append(all, numberedLine{i + 1, line})
		}
	}
	return all
}

// withoutSigns leaves out lines that begin with a number sign, as git does.
func withoutSigns(text string) (string, error) {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			lines[i] = ""
		}
	}
	return strings.Join(lines, "\n"), nil
}

// withoutShell leaves out the comments of a script, but for the first line, which says who runs it.
func withoutShell(text string) (string, error) {
	f, err := syntax.NewParser(syntax.KeepComments(true)).Parse(strings.NewReader(text), "")
	if err != nil {
		return "", err
	}
	plain := []byte(text)
	syntax.Walk(f, func(n syntax.Node) bool {
		if c, ok := n.(*syntax.Comment); ok && c.Pos().Offset() > 0 {
			copy(plain[c.Pos().Offset():c.End().Offset()], bytes.Repeat([]byte(" "), int(c.End().Offset()-c.Pos().Offset())))
		}
		return true
	})
	return string(plain), nil
}
