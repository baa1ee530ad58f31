package nix

import (
	"fmt"
	"regexp"
	"strings"
)

// tokens is Nix's lexer.l once more, rule for rule, over a whole file: what the
// template's lexer is measured against. Strings come out by their parts, so
// that the tests can tell what is inside of one.
func tokens(src string) ([]string, error) {
	modes := []string{"default"}
	var out []string
	for src != "" {
		mode := modes[len(modes)-1]
		var best rule
		length := 0
		for _, r := range lexerRules[mode] {
			if m := r.re.FindString(src); len(m) > length {
				best, length = r, len(m)
			}
		}
		if length == 0 && mode == "inpath" {
			modes = modes[:len(modes)-1]
			continue
		}
		if length == 0 {
			return nil, fmt.Errorf("no token at %.20q in %s", src, mode)
		}
		if best.name != "" {
			out = append(out, best.name+" "+src[:length])
		}
		src = src[length:]
		if best.pop {
			if modes = modes[:len(modes)-1]; len(modes) == 0 {
				return nil, fmt.Errorf("a brace too many before %.20q", src)
			}
		}
		modes = append(modes, strings.Fields(best.push)...)
	}
	if len(modes) != 1 && modes[len(modes)-1] != "inpath" {
		return nil, fmt.Errorf("the file ends in %v", modes)
	}
	return out, nil
}

type rule struct {
	name string // of the token; none for white space and comments
	re   *regexp.Regexp
	push string
	pop  bool
}

func token(name, re, push string, pop bool) rule {
	longest := regexp.MustCompile(`^(?s:` + re + `)`)
	longest.Longest()
	return rule{name, longest, push, pop}
}

var lexerRules = map[string][]rule{
	"default": {
		token("keyword", `if|then|else|assert|with|let|in|rec|inherit|or`, "", false),
		token("op", `\.\.\.|==|!=|<=|>=|&&|\|\||->|//|\+\+|[-+*/<>!@:?.,;=()\[\]]`, "", false),
		token("id", `[a-zA-Z_][a-zA-Z0-9_'-]*`, "", false),
		token("int", `[0-9]+`, "", false),
		token("float", `(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?`, "", false),
		token("${", `\$\{`, "default", false),
		token("}", `\}`, "", true),
		token("{", `\{`, "default", false),
		token("open", `"`, "string", false),
		token("indopen", `''(?: *\n)?`, "indented", false),
		token("path", `[a-zA-Z0-9._+-]*(?:/[a-zA-Z0-9._+-]+)+/?`, "inpath", false),
		token("path", `~(?:/[a-zA-Z0-9._+-]+)+/?`, "inpath", false),
		token("path${", `(?:[a-zA-Z0-9._+-]*|~)/\$\{`, "inpath default", false),
		token("spath", `<[a-zA-Z0-9._+-]+(?:/[a-zA-Z0-9._+-]+)*>`, "", false),
		token("uri", `[a-zA-Z][a-zA-Z0-9+.-]*:[a-zA-Z0-9%/?:@&=+$,_.!~*'-]+`, "", false),
		token("", `[ \t\r\n]+`, "", false),
		token("", `#[^\r\n]*`, "", false),
		token("", `/\*(?:[^*]|\*+[^*/])*\*+/`, "", false),
	},
	"string": {
		token("str", `(?:[^$"\\]|\$[^{"\\]|\\.|\$\\.)+|\$`, "", false),
		token("${", `\$\{`, "default", false),
		token("close", `"`, "", true),
	},
	"inpath": {
		token("more", `[a-zA-Z0-9._+/-]+`, "", false),
		token("${", `\$\{`, "default", false),
	},
	"indented": {
		token("str", `(?:[^$']|\$[^{']|'[^'$])+`, "", false),
		token("str", `''\$|\$|'''|''\\.|'`, "", false),
		token("${", `\$\{`, "default", false),
		token("close", `''`, "", true),
	},
}
