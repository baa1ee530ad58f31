package rules

import (
	"fmt"
	"strings"
	"unicode"

	"sitegen/internal/diag"
)

// lineRule stays quiet where another rule says more exactly what is wrong.
const lineRule = "text-line"

// manner is how a text of the spec is read in the end, by the program behind the
// file that gen writes it into: that file quotes everything, but what reads it may
// write the text into another one. nixpkgs puts the user of the mail relay into
// msmtp's configuration as it is (programs/msmtp.nix), the sender into a here
// document of a shell (services/monitoring/smartd.nix); disko puts devices between
// double quotes (lib/types/gpt.nix); git hands a host to ssh.
type manner int

const (
	// argument: a word of a line or of a command. A line break in it begins another
	// line, and with a hyphen first it is an option.
	argument manner = iota
	// line: as argument, but behind a word of its own, so that it may start with
	// anything.
	line
	// whole: data up to its end, which no program takes apart.
	whole
)

// mannerOf says how the text at a path is read. A field that is not named here is
// read in the strictest way, so that none can be forgotten.
func mannerOf(at diag.Path, name bool) manner {
	if inValues(at) && len(at) > 3 {
		return whole
	}
	if name {
		return argument
	}
	for _, of := range []struct {
		manner manner
		paths  string
	}{
		{whole, `clients.*.command.* clients.*.args.* clients.*.env.* apps.*.command.* apps.*.args.* apps.*.env.*
			routes.*.origin.caPool routes.*.paths.*.origin.caPool`},
		{line, `alerts.smtp.user hosts.*.users.*.keys.* repo.knownHosts.* cluster.k3s.flags.* silence.* routes.*.paths.*.path
			domains.*.records.*.content domains.*.records.*.comment domains.*.records.*.caa.value
			domains.*.mail.spf.* domains.*.mail.spfAll domains.*.mail.dkim.* domains.*.caa.*`},
	} {
		for pattern := range strings.FieldsSeq(of.paths) {
			if matches(at, strings.Split(pattern, ".")) {
				return of.manner
			}
		}
	}
	return argument
}

// matches compares a path with names and places, * for any of them.
func matches(p diag.Path, pattern []string) bool {
	if len(p) != len(pattern) {
		return false
	}
	for i, e := range p {
		if pattern[i] != "*" && pattern[i] != e {
			return false
		}
	}
	return true
}

// unreadable is the first character that kustomize refuses in what it has written
// itself ("control characters are not allowed", kustomize 5 of all but U+0085 in
// these ranges), or 0.
func unreadable(text string) rune {
	for _, r := range text {
		if r >= 0x7f && r <= 0x9f && r != '\u0085' || r == '\ufffe' || r == '\uffff' {
			return r
		}
	}
	return 0
}

// lineBreaker is the first character of a text that may end a line or steer a
// terminal: control characters, and the separators of lines and paragraphs. Tabs
// do neither, but divide words.
func lineBreaker(text string) (rune, bool) {
	for _, r := range text {
		if r != '\t' && unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return r, true
		}
	}
	return 0, false
}

func checkLines(c *checker) {
	for _, o := range c.oddTexts() {
		how := mannerOf(o.at, o.name)
		switch {
		case how == whole && o.unread != 0:
			c.odder(o, "holds the character %U, which kustomize refuses to read", o.unread).WithHint("write it without; what has to hold any byte is written in base64")
		case how == whole:
		case o.breaks:
			c.odder(o, "%s", whatBreaks(o.breaker)).WithHint("write it in one line, without control characters")
		case o.tab && how == argument:
			c.odder(o, "holds a tab, and the programs that read it would take what follows for a word of its own").WithHint("write it without")
		case o.hyphen && how == argument:
			c.odder(o, "starts with a hyphen, and the programs that read it would take it for an option").WithHint("start it with a letter or a digit")
		}
	}
}

func whatBreaks(r rune) string {
	switch r {
	case '\n', '\v', '\f', '\r', '\u0085', '\u2028', '\u2029':
		return fmt.Sprintf("holds a line break, %U, and a program that reads it line by line would take what follows for a line of its own", r)
	}
	return fmt.Sprintf("holds the control character %U, which steers a terminal, and which programs read in different ways", r)
}
