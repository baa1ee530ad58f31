package main

import (
	"fmt"
	"strings"

	"github.com/alecthomas/kong"
)

type manCmd struct{}

// Run prints the manual page: all that --help of gen and of each command says, in the
// language of man(7).
func (c *manCmd) Run(e *env) error {
	_, err := fmt.Fprint(e.stdout, manPage(newParser(new(cli)).Model))
	return err
}

func manPage(app *kong.Application) string {
	m := new(manual)
	m.macro("TH", "GEN", "1", "", "gen")
	m.macro("SH", "NAME")
	m.text("gen - write every file of a site's infrastructure repository from one spec")
	m.macro("SH", "SYNOPSIS")
	m.text("gen" + app.Summary() + " [flags]")
	m.macro("SH", "DESCRIPTION")
	m.paragraphs(app.Help)
	m.macro("SH", "COMMANDS")
	for _, cmd := range app.Leaves(true) {
		m.macro("SS", "gen "+cmd.Summary())
		m.paragraphs(cmd.Help + "\n\n" + cmd.Detail)
		for _, arg := range cmd.Positional {
			m.item(arg.Summary(), arg.Help)
		}
		for _, flag := range flagsOf(cmd) {
			m.item(flag.String(), flag.Help)
		}
	}
	m.macro("SH", "ENVIRONMENT")
	m.item("NO_COLOR", "Where it is set, nothing is printed in colour. What is no terminal gets none anyhow.")
	return m.String()
}

// manual writes man(7).
type manual struct{ strings.Builder }

// macro is a line that formats, with its arguments between quotes.
func (m *manual) macro(name string, args ...string) {
	m.WriteString("." + name)
	for _, a := range args {
		m.WriteString(` "` + strings.ReplaceAll(roff(a), `"`, `\(dq`) + `"`)
	}
	m.WriteString("\n")
}

// text is a line of text; one that begins with a dot or an apostrophe would be a macro.
func (m *manual) text(line string) {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		m.WriteString(`\&`)
	}
	m.WriteString(roff(line) + "\n")
}

// item is a term and what it means.
func (m *manual) item(term, meaning string) {
	m.macro("TP")
	m.macro("B", term)
	m.text(meaning)
}

// paragraphs are texts between empty lines; lines that are indented stay as they are.
func (m *manual) paragraphs(text string) {
	for i, p := range strings.Split(text, "\n\n") {
		if i > 0 {
			m.macro("PP")
		}
		indented := strings.HasPrefix(p, "  ")
		if indented {
			m.macro("EX")
		}
		for line := range strings.SplitSeq(p, "\n") {
			m.text(line)
		}
		if indented {
			m.macro("EE")
		}
	}
}

// roff is a text with what roff reads in another way: backslashes, and dashes and marks
// that would be typographic ones (groff_char(7)).
func roff(text string) string {
	return strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(text)
}
