package spec

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

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
	return Quote(name)
}

// literal writes a value on one line, as JSON.
func (v *value) literal(b *strings.Builder) {
	switch v.Kind {
	case structKind, listKind:
		b.WriteByte(map[kind]byte{structKind: '{', listKind: '['}[v.Kind])
		for i, part := range v.Parts {
			if i > 0 {
				b.WriteString(", ")
			}
			if v.Kind == structKind {
				b.WriteString(Quote(v.Names[i]) + ": ")
			}
			part.literal(b)
		}
		b.WriteByte(map[kind]byte{structKind: '}', listKind: ']'}[v.Kind])
	case textKind:
		b.WriteString(Quote(v.Text))
	case nullKind:
		b.WriteString("null")
	default:
		b.WriteString(v.Text)
	}
}

// Quote is a text as CUE has it, which is as JSON has it, but that no file of CUE holds a
// byte order mark behind its start.
func Quote(text string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(text) // of a text, which cannot fail
	return strings.ReplaceAll(strings.TrimSuffix(b.String(), "\n"), "\ufeff", `\ufeff`)
}

// ReadSaid reads what Said gave, without the help of CUE: a spec of thousands of clients
// is compared with the one before it at each run.
func ReadSaid(name string, data []byte) Reading {
	broken := func(n int) Reading {
		return Reading{Problems: diag.Problems{{Pos: diag.Pos{File: name, Line: n}, Message: "is no line of what a spec says", Rule: "spec-file", Severity: diag.Error}}}
	}
	t, err := embedded()
	if err != nil {
		return Reading{Problems: schemaProblem(err)}
	}
	root, n := &value{Kind: structKind}, 0
	for line := range strings.Lines(string(data)) {
		n++
		if strings.HasPrefix(line, "//") {
			continue
		}
		at, text, ok := SaidLine(strings.TrimRight(line, "\r\n"))
		if !ok {
			return broken(n)
		}
		dec := json.NewDecoder(strings.NewReader(text))
		dec.UseNumber()
		leaf, err := decoded(dec)
		if err != nil || dec.More() || !root.plant(at, leaf) {
			return broken(n)
		}
	}
	ix := newIndex(nil)
	ix.root = root
	sp, misfits := fit(t, root, ix)
	rename(sp, ix)
	return Reading{sp, ix, misfits}
}

// plant puts a value at a path below v; false where another is in the way.
func (v *value) plant(at diag.Path, leaf *value) bool {
	for i, e := range at {
		name, _ := e.(string)
		next := v.field(name)
		switch {
		case i == len(at)-1 && next != nil, next != nil && next.Kind != structKind:
			return false
		case next != nil:
		case i == len(at)-1:
			next = leaf
			v.add(structKind, name, leaf)
		default:
			next = &value{Kind: structKind}
			v.add(structKind, name, next)
		}
		if v.byName != nil {
			v.byName[name] = next
		}
		v = next
	}
	return true
}

// decoded is the next value of JSON.
func decoded(dec *json.Decoder) (*value, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t := token.(type) {
	case json.Delim:
		return inside(dec, t)
	case string:
		return &value{Kind: textKind, Text: t}, nil
	case json.Number:
		k := intKind
		if strings.ContainsAny(t.String(), ".eE") {
			k = floatKind
		}
		return &value{Kind: k, Text: t.String()}, nil
	case bool:
		return &value{Kind: boolKind, Text: strconv.FormatBool(t)}, nil
	}
	return &value{Kind: nullKind}, nil
}

func inside(dec *json.Decoder, open json.Delim) (*value, error) {
	v := &value{Kind: map[json.Delim]kind{'{': structKind, '[': listKind}[open]}
	for dec.More() {
		name := ""
		if v.Kind == structKind {
			token, err := dec.Token()
			if err != nil {
				return nil, err
			}
			name, _ = token.(string)
		}
		part, err := decoded(dec)
		if err != nil {
			return nil, err
		}
		v.add(v.Kind, name, part)
	}
	_, err := dec.Token()
	return v, err
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
