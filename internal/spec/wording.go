package spec

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// describe names the value at a path as a reader would: "nginx", 8080, a list. A
// number is named as it is written: CUE's own form of 1e999999999 is another number.
func (f *fitter) describe(v *value, at diag.Path) string {
	switch v.Kind {
	case structKind:
		return "a struct, { … }"
	case listKind:
		return "a list, [ … ]"
	case intKind, floatKind:
		if p, _ := f.ix.field(at); p.number != "" && len(p.more) == 0 {
			return format.Shorten(p.number)
		}
	case textKind:
		if what := format.SecretIn(v.Text); what != "" {
			return "a text that looks like " + what
		}
		return fmt.Sprintf("%q", format.Shorten(v.Text))
	case bytesKind:
		if format.SecretIn(v.Text) != "" {
			return "a text between single quotes"
		}
		return fmt.Sprintf("'%s'", format.Shorten(strings.Trim(strconv.Quote(v.Text), `"`)))
	}
	return format.Shorten(v.Text)
}

// kindHint says how to write a value that is of the wrong kind by a habit from
// other languages.
func (t *Type) kindHint(v *value) string {
	_, noNumber := strconv.Atoi(v.Text)
	switch {
	case v.Kind == bytesKind && t.kinds&textKind != 0 && format.SecretIn(v.Text) == "":
		return fmt.Sprintf("a text stands between double quotes: %q", format.Shorten(v.Text))
	case v.Kind == bytesKind && t.kinds&textKind != 0:
		return "a text stands between double quotes"
	case v.Kind == textKind && t.kinds&^textKind == boolKind && truth(v.Text) != "":
		return fmt.Sprintf("say %s, without quotes", truth(v.Text))
	case v.Kind == textKind && t.kinds == intKind && noNumber == nil:
		return fmt.Sprintf("say %s, without quotes", v.Text)
	case t.def != nil && t.kinds == textKind && len(t.words) == 0:
		return fmt.Sprintf("leave it out for its default, %q", t.def.Text)
	}
	return ""
}

// wanted says what the schema takes: the alternatives of an enumeration, the
// bounds of a number, or the kind.
func (t *Type) wanted() string {
	var all []string
	for _, w := range t.words {
		all = append(all, fmt.Sprintf("%q", w))
	}
	numbers := slices.Sorted(slices.Values(t.numbers))
	for _, n := range slices.Compact(numbers) {
		all = append(all, strconv.FormatInt(n, 10))
	}
	if len(all) > 0 && t.kinds&boolKind != 0 {
		all = append([]string{"true", "false"}, all...)
	}
	if len(all) > 0 && t.kinds&structKind != 0 {
		all = append(all, kindName(structKind))
	}
	switch {
	case len(all) > 0:
		return format.AnyOf(unique(all))
	case t.low != nil && t.high != nil:
		return fmt.Sprintf("a whole number from %d to %d", *t.low, *t.high)
	}
	return kindName(t.kinds)
}

func kindName(k kind) string {
	switch {
	case k&structKind != 0:
		return "a struct, { … }"
	case k&listKind != 0:
		return "a list, [ … ]"
	case k&textKind != 0:
		return "a string"
	case k&boolKind != 0:
		return "true or false"
	}
	return "a whole number"
}

func unique(words []string) []string {
	var out []string
	seen := map[string]bool{}
	for _, w := range words {
		if !seen[w] {
			seen[w] = true
			out = append(out, w)
		}
	}
	return out
}
