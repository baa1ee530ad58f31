package spec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/parser"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// Literal is what words of a command line are in CUE, as the value of the field at a path:
// a text needs no quotes there, a list is several words, and what starts with { or [ is CUE
// where the field takes it.
func Literal(at diag.Path, words []string) (string, error) {
	t, err := typeAt(at)
	if err != nil {
		return "", err
	}
	switch {
	case len(words) == 0:
		return "", fmt.Errorf("%s wants a value", at)
	case len(words) == 1:
		return t.literal(at, words[0])
	case t.kinds&listKind == 0:
		return "", fmt.Errorf("%s takes one value, and is given %d", at, len(words))
	}
	return t.list(at, words)
}

// literal is one word as a value of the type.
func (t *Type) literal(at diag.Path, word string) (string, error) {
	number, notNumber := strconv.Atoi(word)
	structured := strings.HasPrefix(word, "{") && t.kinds&structKind != 0 || strings.HasPrefix(word, "[") && t.kinds&listKind != 0 ||
		strings.HasPrefix(word, `"`) && t.any == anything
	switch {
	case structured:
		if _, err := parser.ParseExpr("", word); err != nil {
			return "", fmt.Errorf("%s: %s is no CUE: %w", at, format.Shorten(word), err)
		}
		return word, nil
	case t.kinds&boolKind != 0 && (word == "true" || word == "false"):
		return word, nil
	case t.kinds&intKind != 0 && notNumber == nil && strconv.Itoa(number) == word:
		if !t.takes(word) {
			return "", fmt.Errorf("%s: %s has to be %s", at, word, t.wanted())
		}
		return word, nil
	case t.any == anything:
		if slices.Contains([]string{"true", "false", "null"}, word) || notNumber == nil && strconv.Itoa(number) == word {
			return word, nil
		}
		return Quote(word), nil
	case t.kinds&listKind != 0:
		return t.list(at, []string{word})
	case t.kinds&textKind != 0 && (len(t.words) == 0 || slices.Contains(t.words, word)):
		return Quote(word), nil
	}
	message := fmt.Sprintf("%s: %q has to be %s", at, format.Shorten(word), t.wanted())
	if hint := format.NearestHint(word, t.words); hint != "" {
		message += "; " + hint
	}
	return "", errors.New(message)
}

func (t *Type) list(at diag.Path, words []string) (string, error) {
	var all []string
	for i, w := range words {
		text, err := t.elem.literal(at.With(i), w)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	return "[" + strings.Join(all, ", ") + "]", nil
}

// anything is the type of what the schema leaves open, as the values of a chart.
var anything = func() *Type {
	t := &Type{kinds: structKind | listKind | textKind | intKind | boolKind | nullKind}
	t.any, t.elem = t, t
	return t
}()

// typeAt is the type of the field at a path. Where there is none, the error says what
// there is.
func typeAt(at diag.Path) (*Type, error) {
	t, err := embedded()
	if err != nil {
		return nil, err
	}
	if Own(at) {
		return anything, nil
	}
	for i, e := range at {
		name, isName := e.(string)
		next := t.field(name)
		if !isName {
			next = t.elem
		}
		switch {
		case next == nil && t.open:
			return anything, nil
		case next == nil && !isName:
			return nil, fmt.Errorf("%s is no list", at[:i])
		case next == nil:
			return nil, noField(t, at[:i], name)
		}
		t = next
	}
	return t, nil
}

// Own tells whether a path begins with a field of the user's own, hidden or a definition.
func Own(at diag.Path) bool {
	name, _ := at[0].(string)
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, "#")
}

// noField says that there is no such field, and which one may be meant.
func noField(t *Type, at diag.Path, name string) error {
	hint := cmp.Or(dotted(at, name), otherNumber(name, t.names), elsewhere(at, name), beside(at, name), format.NearestHint(name, t.names))
	where := "in " + at.String()
	if len(at) == 0 {
		where = "at the top"
	}
	switch {
	case len(t.names) == 0:
		return fmt.Errorf("there is no field %q %s, which has no fields", name, where)
	case hint == "":
		hint = "the fields there are " + strings.Join(t.names, ", ")
	}
	return fmt.Errorf("there is no field %q %s; %s", name, where, hint)
}

// dotted is a hint for a hostname that was written without quotes, whose labels a path takes for fields.
func dotted(at diag.Path, name string) string {
	if len(at) != 2 || !slices.Contains([]any{"domains", "redirects", "routes"}, at[0]) {
		return ""
	}
	return fmt.Sprintf("a name with dots stands in quotes, as in '%s'", diag.Path{at[0], fmt.Sprint(at[1], ".", name)})
}

// KnownPath is Known for a path as [Explain] takes it.
func KnownPath(path string) error {
	var at diag.Path
	for _, name := range splitPath(path) {
		if name == AnyIndex {
			at = at.With(0)
		} else {
			at = at.With(name)
		}
	}
	return Known(at)
}

// Flag tells whether the field at a path is true or false, so that its name alone can say true.
func Flag(at diag.Path) bool {
	t, err := typeAt(at)
	return err == nil && t.kinds&boolKind != 0 && t.any != anything
}

// IsList tells whether the field at a path takes a list.
func IsList(at diag.Path) bool {
	t, err := typeAt(at)
	return err == nil && t.kinds&listKind != 0
}

// Known tells whether the schema has a field at a path; the error says what it has instead.
func Known(at diag.Path) error {
	_, err := typeAt(at)
	return err
}

// Label is the name of a field as CUE takes it.
func Label(name string) string { return label(name) }

// TopNames are the fields of a spec in the schema's order.
func TopNames() []string {
	t, err := embedded()
	if err != nil {
		return nil
	}
	return t.names
}
