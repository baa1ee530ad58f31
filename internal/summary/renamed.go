package summary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
)

// rename is a client or an app that runs on as it is, and has another name in the spec.
type rename struct{ field, runs, was, is string }

// renames are those between two specs: what runs under one name (renamed: from) is
// written under two.
func renames(before, after map[string]string) []rename {
	var all []rename
	for _, field := range []string{"apps", "clients"} {
		was, is := names(before, field), names(after, field)
		for _, runs := range slices.Sorted(maps.Keys(was)) {
			if now := is[runs]; now != "" && now != was[runs] {
				all = append(all, rename{field, runs, was[runs], now})
			}
		}
	}
	return all
}

// names are the names that a spec has for the entries of a field, by those that run.
func names(values map[string]string, field string) map[string]string {
	all, from := map[string]string{}, map[string]string{}
	for key, value := range values {
		at := diag.KeyPath(key)
		name, ok := "", false
		if len(at) > 1 && at[0] == field {
			name, ok = at[1].(string)
		}
		if !ok {
			continue
		}
		all[name] = name
		if at.Matches(field + ".*.renamed.from") {
			from[name] = strings.Trim(value, `"`)
		}
	}
	for name, runs := range from {
		if _, taken := all[runs]; !taken {
			delete(all, name)
			all[runs] = name
		}
	}
	return all
}

// under gives the values of what is renamed their new paths.
func under(values map[string]string, renamed []rename) map[string]string {
	all := map[string]string{}
	for key, value := range values {
		at := diag.KeyPath(key)
		for _, r := range renamed {
			if len(at) > 1 && at[0] == r.field && at[1] == r.was {
				at[1] = r.is
				break
			}
		}
		all[at.Key()] = value
	}
	return all
}

// renamedItems say that nothing but a name is another.
func renamedItems(old, new []byte) []Item {
	var items []Item
	for _, r := range renames(values(old), values(new)) {
		items = append(items, Item{Layer: Workloads, Text: fmt.Sprintf("%s %s is called %s in the spec from now on; what runs keeps the name %s, its pods and its data",
			strings.TrimSuffix(r.field, "s"), r.was, r.is, r.runs)})
	}
	return items
}
