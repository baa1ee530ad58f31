package summary

import (
	"regexp"
	"slices"
	"strings"

	"sitegen/internal/nix"
)

// nixTokenRE are the tokens of Nix that say where an attribute set begins, ends, and what is
// in it.
var nixTokenRE = regexp.MustCompile(`''(?s:.*?)''|"(?:[^"\\]|\\.)*"|[A-Za-z_][A-Za-z0-9_'-]*|[={};]`)

// partitionLabels are the labels that disko gives partitions, sorted: disk-DISK-NAME, or what
// label says (disko lib/types/gpt.nix). They are read from attribute sets as they are written; what a file
// computes is not found.
func partitionLabels(text string) []string {
	plain, err := nix.WithoutComments(text)
	if err != nil {
		return nil
	}
	labels := map[[2]string]string{}
	var around [][]string // of each open set, the names in front of it
	var name []string
	value, inValue := "", false
	note := func(given string) {
		full := append(slices.Concat(around...), name...)
		at := slices.Index(full, "partitions")
		if at < 3 || at+1 >= len(full) || full[at-1] != "content" || full[at-3] != "disk" {
			return
		}
		key := [2]string{full[at-2], full[at+1]}
		if full[len(full)-1] == "label" && len(full) == at+3 {
			labels[key] = given
		} else if labels[key] == "" {
			labels[key] = "disk-" + key[0] + "-" + key[1]
		}
	}
	for _, token := range nixTokenRE.FindAllString(plain, -1) {
		switch {
		case token == "=":
			inValue, value = true, ""
		case token == "{":
			if !inValue {
				name = nil // of a function's arguments, or behind them
			}
			note("")
			around, name, inValue = append(around, name), nil, false
		case token == "}":
			if len(around) > 0 {
				around = around[:len(around)-1]
			}
			name, inValue = nil, false
		case token == ";":
			note(value)
			name, inValue = nil, false
		case inValue:
			value = strings.Trim(token, `"`)
		default:
			name = append(name, strings.Trim(token, `"`))
		}
	}
	var all []string
	for _, l := range labels {
		all = append(all, l)
	}
	slices.Sort(all)
	return all
}
