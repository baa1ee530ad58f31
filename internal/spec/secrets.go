package spec

import (
	"bytes"
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// SecretRule is the rule whose problems hide those of others.
const SecretRule = "secret-in-spec"

const SecretHint = "take it out of the spec and of git's history, and make a new one: secrets go into the files that sops encrypts"

// secretsInText looks through the whole text of a spec file: a secret in a comment
// or in a field that nothing uses is read by as many people as any other. f is
// the parsed text, or nil where it does not parse. A spec with such a text is not
// evaluated at all, so that no other message can show a piece of it. What only the
// evaluation puts together is found where it ends up in a field of the schema
// (checkSecrets), and not in a hidden field that nothing uses.
func secretsInText(name string, text []byte, f *ast.File) diag.Problems {
	found := format.SecretsIn(text)
	if len(found) == 0 {
		return nil
	}
	var problems diag.Problems
	texts := textPlaces(f)
	for _, s := range found {
		p := diag.Problem{Pos: posIn(name, text, s.From), Rule: SecretRule, Severity: diag.Error, Message: "looks like " + s.What, Hint: SecretHint}
		i := slices.IndexFunc(texts, func(t *textPlace) bool { return t.from <= s.From && s.From < t.to })
		if i >= 0 {
			if texts[i].told {
				continue // one finding for one text
			}
			texts[i].told = true
			p.Path = texts[i].path
			if start := posIn(name, text, texts[i].from); start.Line == p.Pos.Line {
				p.Pos = start
			}
		}
		problems = append(problems, p)
	}
	return problems
}

func posIn(name string, text []byte, offset int) diag.Pos {
	before := text[:offset]
	return diag.Pos{File: name, Line: 1 + bytes.Count(before, []byte("\n")), Col: offset - bytes.LastIndexByte(before, '\n')}
}

// textPlace is a text in a spec file, from one offset to another, and the path of
// the field whose value or name it is, where it is one as it stands.
type textPlace struct {
	from, to int
	path     string
	told     bool
}

// textPlaces lists the texts and the names of fields of a file.
func textPlaces(f *ast.File) []*textPlace {
	if f == nil {
		return nil
	}
	named := map[token.Pos]string{}
	for key, field := range newIndex([]*ast.File{f}).all() {
		path := diag.KeyPath(key).String()
		named[field.label], named[field.value.from] = path, path
	}
	var all []*textPlace
	ast.Walk(f, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.BasicLit, *ast.Interpolation, *ast.Ident:
			all = append(all, &textPlace{n.Pos().Offset(), n.End().Offset(), named[n.Pos()], false})
			return false
		}
		return true
	}, nil)
	return all
}
