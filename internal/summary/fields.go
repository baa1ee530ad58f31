package summary

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/spec"
)

// afterOld stands before what has to be done with the value before.
const afterOld = ", after "

// fields compares what two specs say. Something with a name that is new, or gone, is one
// field; of something that has another name and is the same, only what is said otherwise.
func fields(old, new []byte) []Field {
	before, after := values(old), values(new)
	renamed := renames(before, after)
	before = under(before, renamed)
	inOld, inNew := around(before), around(after)
	found := map[string]Field{}
	add := func(at diag.Path, was, is string) {
		f := Field{Path: at.String(), Old: was, New: is, Takes: spec.Takes(at)}
		if at.Matches("*.*.renamed.from") && slices.ContainsFunc(renamed, func(r rename) bool { return at[0] == r.field && at[1] == r.is }) {
			f.Takes = "nothing"
		}
		if around := at[:len(at)-1]; was == "" && !inOld[around.Key()] && strings.Contains(f.Takes, afterOld) {
			if _, must := spec.Meaning(at); must { // what has to be said in something new has had no value
				f.Takes, _, _ = strings.Cut(f.Takes, afterOld)
			}
		}
		f.Class = classes(f.Takes)
		found[at.Key()] = f
	}
	for key, value := range after {
		at := diag.KeyPath(key)
		if was, ok := before[key]; !ok {
			top := begin(at, inOld)
			if len(top) == len(at) {
				add(at, "", value)
			} else {
				add(top, "", "{…}")
			}
		} else if was != value {
			add(at, was, value)
		}
	}
	for key, was := range before {
		at := diag.KeyPath(key)
		if _, ok := after[key]; ok {
			continue
		}
		if top := begin(at, inNew); len(top) < len(at) {
			add(top, "{…}", "")
		} else {
			add(at, was, "")
		}
	}
	all := slices.Collect(maps.Values(found))
	slices.SortFunc(all, func(a, b Field) int { return cmp.Compare(a.Path, b.Path) })
	return all
}

// values are the lines of what a spec says, by the key of their path.
func values(text []byte) map[string]string {
	all := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if at, value, ok := spec.SaidLine(strings.TrimRight(line, "\n")); ok && !strings.HasPrefix(line, "//") {
			all[at.Key()] = value
		}
	}
	return all
}

// begin is the shortest part of a path that a spec says nothing in and that is something
// with a name, as a host; else the whole path.
func begin(at diag.Path, said map[string]bool) diag.Path {
	for n := 1; n < len(at); n++ {
		if !said[at[:n].Key()] && spec.Named(at[:n]) {
			return at[:n]
		}
	}
	return at
}

// around are the paths in which values lie, and those of the values.
func around(values map[string]string) map[string]bool {
	all := map[string]bool{}
	for key := range values {
		for key != "" && !all[key] {
			all[key] = true
			key = key[:max(0, strings.LastIndexByte(key, 0))]
		}
	}
	return all
}

// classes are the single words for what a change takes, in the order in which it is
// done. The schema's comments begin with them, and go on in words of their own.
func classes(takes string) []string {
	words, _, _ := strings.Cut(takes, ";")
	var all []string
	for _, c := range []struct{ word, class string }{
		{"nothing but a push", "push"}, {"a push", "push"}, {"sops updatekeys", "keys"}, {"tofu", "tofu"}, {"switch", "switch"},
		{"reboot", "reboot"}, {"reinstall", "reinstall"}, {"never", "never"}, {"a new site", "never"},
	} {
		if strings.Contains(words, c.word) && !slices.Contains(all, c.class) {
			all = append(all, c.class)
		}
	}
	if len(all) == 0 && strings.HasPrefix(words, "nothing") {
		all = append(all, "nothing")
	}
	return all
}
