package spec

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"sitegen/internal/diag"
)

// Said is what a spec says, once evaluated: CUE in which each line says one value at
// its path, sorted. Defaults of the schema are not in it. A list is one value.
func (ix *Index) Said() []byte {
	if ix == nil || ix.root == nil {
		return nil
	}
	var lines []string
	var walk func(at string, v *value)
	walk = func(at string, v *value) {
		if v.Kind != structKind || len(v.Parts) == 0 {
			var b strings.Builder
			b.WriteString(at)
			v.literal(&b)
			lines = append(lines, b.String())
			return
		}
		for i, part := range v.Parts {
			walk(at+label(v.Names[i])+": ", part)
		}
	}
	for i, part := range ix.root.Parts {
		if ix.root.Names[i] != "silence" {
			walk(label(ix.root.Names[i])+": ", part)
		}
	}
	slices.Sort(lines)
	return []byte(strings.Join(lines, "\n") + "\n")
}

// label is the name of a field as CUE takes it: quoted where it would be something else.
func label(name string) string {
	plain := diag.Path{name}.String() == name && !strings.ContainsAny(name[:1], "_#") && token.Lookup(name) == token.IDENT
	if plain && !slices.Contains([]string{"true", "false", "null"}, name) {
		return name
	}
	return quoted(name)
}

// literal writes a value on one line.
func (v *value) literal(b *strings.Builder) {
	switch v.Kind {
	case structKind, listKind:
		b.WriteByte(map[kind]byte{structKind: '{', listKind: '['}[v.Kind])
		for i, part := range v.Parts {
			if i > 0 {
				b.WriteString(", ")
			}
			if v.Kind == structKind {
				b.WriteString(label(v.Names[i]) + ": ")
			}
			part.literal(b)
		}
		b.WriteByte(map[kind]byte{structKind: '}', listKind: ']'}[v.Kind])
	case textKind:
		b.WriteString(quoted(v.Text))
	case nullKind:
		b.WriteString("null")
	default:
		b.WriteString(v.Text)
	}
}

// quoted is a text as CUE has it, which is as JSON has it.
func quoted(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // of a text, which cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// ReadText reads a spec of one file that is data, such as Said gives it.
func ReadText(name string, data []byte) Reading {
	f, problems := parseFile(name, data)
	if f == nil {
		return Reading{Problems: problems}
	}
	files := []*ast.File{f}
	if problems := importProblems(f); problems.Errors() > 0 {
		return Reading{Problems: problems}
	}
	return within(maxLimits, func() Reading { return readFiles(files, newIndex(files), evaluate, nil) }, func(why string) Reading {
		return Reading{Problems: tooMuch(diag.Pos{File: name}, why)}
	})
}

// SaidLine takes a line of Said apart: the path, and the value as CUE.
func SaidLine(line string) (at diag.Path, value string, ok bool) {
	for {
		name, rest, cut := cutLabel(line)
		if !cut {
			return at, line, len(at) > 0
		}
		at, line = append(at, name), rest
	}
}

// cutLabel takes the label that a line begins with, and ": " behind it.
func cutLabel(line string) (name, rest string, ok bool) {
	if !strings.HasPrefix(line, `"`) {
		name, rest, ok = strings.Cut(line, ": ")
		return name, rest, ok && !strings.ContainsAny(name, `"[{ `)
	}
	dec := json.NewDecoder(strings.NewReader(line))
	if dec.Decode(&name) != nil {
		return "", "", false
	}
	rest, ok = strings.CutPrefix(line[dec.InputOffset():], ": ")
	return name, rest, ok
}
