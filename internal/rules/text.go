package rules

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// oddText is a text with something in it that rules are about.
type oddText struct {
	at     diag.Path
	secret string // what secret it looks like
	nul    bool   // it has the character NUL
	hidden string // a character that cannot be seen, and what it does
	form   string // what is not in Unicode's composed form
	fixed  string // the text in that form
	name   bool   // it is the name of a field

	breaks  bool // it has a character in it that may end a line, breaker
	breaker rune
	unread  rune // a character that kustomize cannot read, or 0
	tab     bool // it has one in it
	hyphen  bool // it starts with one

	placeholder bool // it is one of gen init's
}

// oddTexts looks through all texts of the spec, once.
func (c *checker) oddTexts() []oddText {
	if c.oddFound {
		return c.odd
	}
	c.oddFound = true
	eachString(c.spec, func(at func() diag.Path, text string) {
		if what := format.SecretIn(text); what != "" {
			c.odd = append(c.odd, oddText{at: at(), secret: what})
		}
		hyphen := strings.HasPrefix(text, "-")
		placeholder := isPlaceholder(text)
		if format.PlainText(text) && !hyphen && !placeholder {
			return
		}
		o := oddText{at: at(), placeholder: placeholder, nul: strings.Contains(text, "\x00"), hidden: format.Invisible(text), hyphen: hyphen, tab: strings.Contains(text, "\t")}
		o.fixed, o.form, _ = format.Composed(text)
		o.breaker, o.breaks = lineBreaker(text)
		o.unread = unreadable(text)
		if o.unread != 0 || o.nul || o.hidden != "" || o.form != "" || o.breaks || o.tab || hyphen || placeholder {
			o.name = o.at[len(o.at)-1] == text
			c.odd = append(c.odd, o)
		}
	})
	return c.odd
}

// eachString calls f with every text of the spec that is not empty, names of
// fields included, and with a function that makes its path.
func eachString(sp *spec.Spec, f func(at func() diag.Path, text string)) {
	w := &stringWalker{f: f, names: map[reflect.Type][]string{}}
	w.walk(reflect.ValueOf(sp))
}

type stringWalker struct {
	f     func(at func() diag.Path, text string)
	at    diag.Path
	names map[reflect.Type][]string // of the fields of a struct, "" for an embedded one
}

func (w *stringWalker) path() diag.Path { return slices.Clone(w.at) }

func (w *stringWalker) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.Len() > 0 {
			w.f(w.path, v.String())
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			w.walk(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			w.inside(i, v.Index(i))
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			name := it.Key().String()
			w.at = append(w.at, name)
			w.f(w.path, name)
			w.walk(it.Value())
			w.at = w.at[:len(w.at)-1]
		}
	case reflect.Struct:
		for i, name := range w.fieldNames(v.Type()) {
			if name == "" {
				w.walk(v.Field(i))
				continue
			}
			w.inside(name, v.Field(i))
		}
	}
}

func (w *stringWalker) inside(elem any, v reflect.Value) {
	switch v.Kind() {
	case reflect.Int, reflect.Bool:
		return
	}
	w.at = append(w.at, elem)
	w.walk(v)
	w.at = w.at[:len(w.at)-1]
}

func (w *stringWalker) fieldNames(t reflect.Type) []string {
	if names, ok := w.names[t]; ok {
		return names
	}
	var names []string
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	w.names[t] = names
	return names
}

// emptyRule is the rule that stays quiet where another one has more to say.
const emptyRule = "empty"

// checkEmpty looks at texts that are written as "". Most would count as not said,
// which is hardly what was meant.
func checkEmpty(c *checker) {
	c.ix.Texts(func(at diag.Path, text string) {
		last, in := at[len(at)-1], at.Parent()
		switch {
		case text != "" || at[0] == "silence": // another rule's
		case last == "gateway" || last == "comment" || at.String() == "repo.path" || at.String() == "versions.images.argocd":
		case inValues(at) || isFileText(at):
		case len(in) > 0 && (in[len(in)-1] == "env" || in[len(in)-1] == "args" || in[len(in)-1] == "command" || in[len(in)-1] == "selector"):
		default:
			c.report(at, "the text is empty").WithHint("%s", emptyHint(at))
		}
	})
}

func emptyHint(at diag.Path) string {
	meaning, must := spec.Meaning(at)
	switch {
	case must:
		return meaning
	case meaning == "": // in a list, or by a name of the user's
		return "leave it out"
	}
	return "leave the field out for its default"
}

func checkTexts(c *checker) {
	for _, o := range c.oddTexts() {
		if o.nul {
			c.odder(o, "holds the character NUL, which no file can hold")
		}
	}
}

// odder reports a text, or the name of a field.
func (c *checker) odder(o oddText, format string, args ...any) *diag.Problem {
	if o.name {
		return c.reportName(o.at, format, args...)
	}
	return c.report(o.at, format, args...)
}

func checkTextForms(c *checker) {
	for _, o := range c.oddTexts() {
		given := len(o.at) > 2 && (o.at[0] == "clients" || o.at[0] == "apps") && slices.Contains([]any{"env", "command", "args"}, o.at[2])
		if o.form != "" && !given && !inValues(o.at) && !isFileText(o.at) && o.at[0] != "silence" {
			c.odder(o, "is not in Unicode's composed form: %s", o.form).WithHint("%s", format.DidYouMean(format.Shorten(o.fixed)))
		}
	}
}

const hiddenRule = "text-invisible"

func checkHidden(c *checker) {
	for _, o := range c.oddTexts() {
		if o.hidden != "" {
			c.odder(o, "holds %s", o.hidden).WithHint("whoever reads the text does not see what programs do: take it out")
		}
	}
}

// lineRule stays quiet where another rule says more exactly what is wrong.
const lineRule = "text-line"

// manner is how a text of the spec is read in the end, by the program behind the
// file that gen writes it into: that file quotes everything, but what reads it may
// write the text into another one. nixpkgs puts the user of the mail relay into
// msmtp's configuration as it is (programs/msmtp.nix); disko puts devices between
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
	if len(at) > 5 && (at[2] == "init" || at[2] == "sidecars" || at[2] == "jobs") { // read as the container of the workload is
		at = append(slices.Clone(at[:2]), at[4:]...)
	}
	for _, of := range []struct {
		manner manner
		paths  string
	}{
		{whole, `clients.*.command.* clients.*.args.* clients.*.env.* apps.*.command.* apps.*.args.* apps.*.env.*
			clients.*.files.*.text apps.*.files.*.text clients.*.health.command.* apps.*.health.command.*
			routes.*.origin.caPool routes.*.paths.*.origin.caPool`},
		{line, `apps.*.backup.dump.* alerts.smtp.user hosts.*.users.*.keys.* repo.knownHosts.* cluster.k3s.flags.* silence.* ci.install.* routes.*.paths.*.path
			domains.*.records.*.content domains.*.records.*.comment domains.*.records.*.caa.value
			domains.*.mail.spf.* domains.*.mail.spfAll domains.*.mail.dkim.* domains.*.caa.*`},
	} {
		for pattern := range strings.FieldsSeq(of.paths) {
			if at.Matches(pattern) {
				return of.manner
			}
		}
	}
	return argument
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
