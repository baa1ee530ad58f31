package format

import (
	"regexp/syntax"
	"strings"
)

// PathStart is what every path starts with that an expression matches: "/api/" for
// ^/api/v[12]. It ends with a slash where the path may end without it: "/api/" for
// ^/api(/|$). It is "" where nothing is sure.
func PathStart(expression string) string {
	tree, err := syntax.Parse(expression, syntax.Perl)
	if err != nil || tree.Op != syntax.OpConcat || tree.Sub[0].Op != syntax.OpBeginText || len(tree.Sub) < 2 || tree.Sub[1].Op != syntax.OpLiteral {
		return ""
	}
	start := string(tree.Sub[1].Rune)
	if len(tree.Sub) > 2 && endsName(tree.Sub[2:]) {
		start += "/"
	}
	return start
}

// endsName tells whether a path goes on with a slash here, or not at all.
func endsName(parts []*syntax.Regexp) bool {
	if len(parts) == 0 {
		return false
	}
	switch re := parts[0]; re.Op {
	case syntax.OpEndText:
		return true
	case syntax.OpLiteral:
		return re.Rune[0] == '/'
	case syntax.OpCharClass:
		return len(re.Rune) == 2 && re.Rune[0] == '/' && re.Rune[1] == '/'
	case syntax.OpCapture, syntax.OpConcat:
		return endsName(re.Sub)
	case syntax.OpQuest:
		return endsName(re.Sub) && endsName(parts[1:])
	case syntax.OpAlternate:
		for i := range re.Sub {
			if !endsName(re.Sub[i : i+1]) {
				return false
			}
		}
		return true
	}
	return false
}

// Below tells whether a path is another one or lies below it, in any letters.
func Below(path, other string) bool {
	path, other = strings.ToLower(path), strings.ToLower(strings.TrimSuffix(other, "/"))
	return path == other || strings.HasPrefix(path, other+"/")
}
