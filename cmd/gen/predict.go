package main

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/gen/said"
	"sitegen/internal/spec"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
	"sitegen/internal/verify"
)

// predictor tells what a value can be, from the command line so far and what is typed
// of the value. It is quick, and says nothing where it does not know.
type predictor func(l *typed, word string) []candidate

// predictors are what the tag complete of a flag or an argument can name.
func predictors() map[string]predictor {
	return map[string]predictor{
		"files":    func(*typed, string) []candidate { return files },
		"field":    (*typed).fields,
		"explain":  func(l *typed, word string) []candidate { return append(ruleNames(), l.fields(word)...) },
		"kind":     func(*typed, string) []candidate { return words(slices.Sorted(maps.Keys(kinds()))) },
		"name":     func(l *typed, _ string) []candidate { return words(l.names()) },
		"host":     func(l *typed, _ string) []candidate { return words(l.source().Names(diag.Path{"hosts"})) },
		"domain":   func(l *typed, _ string) []candidate { return words(l.source().Names(diag.Path{"domains"})) },
		"hostname": func(l *typed, _ string) []candidate { return l.hostnames() },
		"output":   (*typed).output,
		"danger":   func(*typed, string) []candidate { return dangers() },
		"reader":   func(*typed, string) []candidate { return readerNames() },
	}
}

// source is the spec that the command line is about.
func (l *typed) source() spec.Source {
	return spec.Source{Path: cmp.Or(l.flags["spec"], specAbove())}
}

// fields completes a path of the spec by one part: a field that the schema has, or a name
// that is written in the spec, whose syntax is all that is read of it. What has fields in it ends in a dot.
func (l *typed) fields(word string) []candidate {
	around := word[:lastDot(word)]
	var at diag.Path
	if around != "" {
		var ok bool
		if at, ok = diag.ParsePath(strings.TrimSuffix(around, ".")); !ok {
			return nil
		}
	}
	all, err := spec.Fields()
	if err != nil {
		return nil
	}
	var found []candidate
	for i, f := range all {
		if !isIn(at, f.Path) {
			continue
		}
		end := ""
		if i+1 < len(all) && len(all[i+1].Path) > len(f.Path) && all[i+1].Path[len(f.Path)] != spec.AnyIndex {
			end = "." // the field behind it is in it
		}
		if len(f.Path) == len(at)+1 && f.Path[len(at)] != spec.AnyName {
			found = append(found, candidate{around + f.Path[len(at)] + end, f.Meaning})
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, name := range l.source().Names(at) {
		end := ""
		if slices.ContainsFunc(all, func(f spec.Field) bool { return isIn(at.With(name), f.Path) }) {
			end = "."
		}
		found = append(found, candidate{text: around + diag.Path{name}.String() + end})
	}
	return found
}

// isIn tells whether a field of the schema is in what is at a path.
func isIn(at diag.Path, field []string) bool {
	if len(field) <= len(at) {
		return false
	}
	for i, e := range at {
		if field[i] != e && field[i] != spec.AnyName {
			return false
		}
	}
	return true
}

// lastDot is where the last part of a path begins; dots between quotes divide nothing.
func lastDot(path string) int {
	begin, quoted := 0, false
	for i, c := range path {
		switch {
		case c == '"':
			quoted = !quoted
		case c == '.' && !quoted:
			begin = i + 1
		}
	}
	return begin
}

func ruleNames() []candidate {
	var all []candidate
	for _, r := range findingRules() {
		all = append(all, candidate{r.ID, r.Summary})
	}
	return all
}

// names are those that the spec has of the kind before them; a new one is anybody's guess.
func (l *typed) names() []string {
	kind := l.args[0]
	at, ok := kinds()[kind]
	switch {
	case !ok || l.command == "add" || kind == "record": // records are in a list
		return nil
	case kind != "user":
		return l.source().Names(diag.Path{at})
	}
	var all []string
	for _, host := range l.source().Names(diag.Path{at}) {
		all = append(all, l.source().Names(diag.Path{at, host, "users"})...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func words(list []string) []candidate {
	var all []candidate
	for _, w := range list {
		all = append(all, candidate{text: w})
	}
	return all
}

// hostnames are those of the tree.
func (l *typed) hostnames() []candidate {
	data, err := os.ReadFile(filepath.Join(outRoot(l.flags["out"]).dir(), said.Path))
	if err != nil {
		return nil
	}
	s := summary.Read(map[string][]byte{said.Path: data}).Site
	if s == nil {
		return nil
	}
	var all []candidate
	for _, c := range s.Claims() {
		all = append(all, candidate{c.Hostname, c.Owner})
	}
	return all
}

// output completes a path of the output by one part, from the list of gen's files.
func (l *typed) output(word string) []candidate {
	data, err := os.ReadFile(filepath.Join(outRoot(l.flags["out"]).dir(), tree.ManifestName))
	if err != nil {
		return nil
	}
	paths, err := tree.Listed(data)
	if err != nil {
		return nil
	}
	around := word[:strings.LastIndex(word, "/")+1]
	var all []candidate
	for _, p := range paths {
		if rest, ok := strings.CutPrefix(p, around); ok {
			name, _, folder := strings.Cut(rest, "/")
			if folder {
				name += "/"
			}
			if c := (candidate{text: around + name}); !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

func dangers() []candidate {
	var all []candidate
	for _, d := range summary.Dangers() {
		all = append(all, candidate{string(d.Danger), d.Means})
	}
	return all
}

func readerNames() []candidate {
	all := []candidate{{"all", "every reader"}}
	for _, r := range verify.Readers() {
		all = append(all, candidate{r.Name, r.Kind})
	}
	return all
}
