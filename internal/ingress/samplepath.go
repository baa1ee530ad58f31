package ingress

import (
	"regexp"
	"regexp/syntax"
	"slices"
)

// maxSamples bounds the paths that are made of one pattern.
const maxSamples = 32

// SamplePaths are some paths of URLs that a pattern matches: "/" for none. Each
// alternative is tried, a class by its first and its last character, a repetition
// by none and by one. There are none where the pattern wants more, like a word
// boundary.
func SamplePaths(pattern string) []string {
	if pattern == "" {
		return []string{"/"}
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	re := regexp.MustCompile(pattern)
	var all []string
	for _, text := range expand(tree.Simplify()) {
		for _, p := range []string{text, "/" + text, text + "/"} {
			if len(p) > 0 && p[0] == '/' && re.MatchString(p) && !slices.Contains(all, p) {
				all = append(all, p)
				break
			}
		}
	}
	return all
}

// expand makes texts of an expression. Assertions are taken as the empty text.
func expand(re *syntax.Regexp) []string {
	switch re.Op {
	case syntax.OpLiteral:
		return []string{string(re.Rune)}
	case syntax.OpCharClass:
		if len(re.Rune) == 0 {
			return nil
		}
		return []string{string(re.Rune[0]), string(re.Rune[len(re.Rune)-1])}
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return []string{"x"}
	case syntax.OpCapture, syntax.OpPlus:
		return expand(re.Sub[0])
	case syntax.OpStar, syntax.OpQuest:
		return append([]string{""}, expand(re.Sub[0])...)
	case syntax.OpAlternate:
		var all []string
		for _, sub := range re.Sub {
			all = append(all, expand(sub)...)
		}
		return all
	case syntax.OpConcat:
		all := []string{""}
		for _, sub := range re.Sub {
			var longer []string
			for _, end := range expand(sub) {
				for _, start := range all {
					longer = append(longer, start+end)
				}
			}
			all = longer[:min(len(longer), maxSamples)]
		}
		return all
	}
	return []string{""}
}
