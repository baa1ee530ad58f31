package nix

import (
	"fmt"
	"path"
	"strings"
)

// Expr is the text of one Nix expression that binds tighter than function
// application, so that it may stand anywhere an operand may: in a list, as an
// argument, behind an equals sign. The zero Expr is null.
//
// Only this package makes one. Its line breaks are layout and never lie inside
// a string, which is why an Expr can be indented without reading it.
type Expr struct{ text string }

// String returns the Nix text, its continuation lines indented as if the
// expression stood at the left margin.
func (e Expr) String() string {
	if e.text == "" {
		return "null"
	}
	return e.text
}

// Path returns a relative path literal, such as ./disko.nix or ../../roles/base.
// Nix resolves it against the file it stands in. The text must be in its
// shortest form and begin with "./" or "../".
//
// Only the characters that Nix allows in a path literal are accepted: there is
// no way to quote another one.
func Path(rel string) (Expr, error) {
	if !strings.HasPrefix(rel, "./") && !strings.HasPrefix(rel, "../") {
		return Expr{}, fmt.Errorf("path %q does not begin with %q or %q", rel, "./", "../")
	}
	if i := strings.IndexFunc(rel, func(r rune) bool { return r != '/' && !isPathChar(r) }); i >= 0 {
		return Expr{}, fmt.Errorf("path %q: a Nix path cannot hold %q", rel, firstRune(rel[i:]))
	}
	short := path.Clean(rel)
	if short != ".." && !strings.HasPrefix(short, "../") {
		short = "./" + short
	}
	if rel != short {
		return Expr{}, fmt.Errorf("path %q is not in its shortest form", rel)
	}
	return Expr{rel}, nil
}

// isPathChar is PATH_CHAR of Nix's lexer.
func isPathChar(r rune) bool {
	return isNameStart(r) || '0' <= r && r <= '9' || strings.ContainsRune(".-+", r)
}

func isNameStart(r rune) bool {
	return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
}

func isNameChar(r rune) bool {
	return isNameStart(r) || '0' <= r && r <= '9' || r == '-' || r == '\''
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

// quote writes s as a string literal on one line.
//
// Every dollar sign is escaped, not only the one before a brace: Nix reads "$${"
// as two dollars and a brace, and a rule without cases cannot get that wrong.
// \n, \r and \t are the only letters Nix knows behind a backslash; a raw CR would be
// read as LF, and there is no escape for other control characters, which
// Nix takes raw.
func quote(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	return `"` + stringEscapes.Replace(s) + `"`, nil
}

var stringEscapes = strings.NewReplacer(
	`\`, `\\`, `"`, `\"`, `$`, `\$`, "\n", `\n`, "\r", `\r`, "\t", `\t`,
)

// attrName writes s as an attribute name, bare where Nix allows that.
func attrName(s string) (string, error) {
	if isIdentifier(s) && !isKeyword(s) {
		return s, nil
	}
	return quote(s)
}

func isIdentifier(s string) bool {
	for i, r := range s {
		if i == 0 && !isNameStart(r) || !isNameChar(r) {
			return false
		}
	}
	return s != ""
}

// isKeyword reports the words that the lexer takes out of the identifiers. "or"
// is allowed as a name, but reads like the operator.
func isKeyword(s string) bool {
	switch s {
	case "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or":
		return true
	}
	return false
}
