package verify

import (
	"encoding/json"
	"fmt"
	"io"
	"path"
	"strings"
	"text/tabwriter"
	"time"
)

// Text prints the table, then what was not read and why, then each problem.
func (r *Report) Text(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "ARTIFACTS\tREADER\tRESULT\tTIME")
	for _, res := range r.Results {
		took := "-"
		if res.State == OK || res.State == Failed {
			took = fmt.Sprintf("%.1fs", res.Took.Round(100*time.Millisecond).Seconds())
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", res.what(), res.reader(), res.State, took)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	var b strings.Builder
	for _, line := range r.unread() {
		fmt.Fprintf(&b, "not verified: %s\n", line)
	}
	for _, res := range r.Results {
		for _, p := range res.Problems {
			fmt.Fprintf(&b, "%s: %s [%s]\n", p.place(), indented(p.Text), res.Reader)
		}
	}
	if b.Len() > 0 {
		fmt.Fprintln(w)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// JSON prints the report for programs.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r)
}

// GitHub prints the table, and problems as annotations of a pull request; paths
// are those below the output root, out.
func (r *Report) GitHub(w io.Writer, out string) error {
	if err := r.Text(w); err != nil {
		return err
	}
	for _, line := range r.unread() {
		if _, err := fmt.Fprintf(w, "::warning title=gen verify::%s\n", message.Replace("not verified: "+line)); err != nil {
			return err
		}
	}
	for _, res := range r.Results {
		for _, p := range res.Problems {
			line := ""
			if p.Line > 0 {
				line = fmt.Sprintf(",line=%d", p.Line)
			}
			_, err := fmt.Fprintf(w, "::error file=%s%s,title=%s::%s\n", property.Replace(path.Join(out, p.Path)), line,
				property.Replace("gen verify: "+res.Reader), message.Replace(p.Text))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// What workflow commands need escaped, in their text and in their properties.
var (
	message  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// what names the artifacts: the only one, or how many there are.
func (r *Result) what() string {
	if len(r.Artifacts) == 1 {
		return r.Artifacts[0]
	}
	return fmt.Sprintf("%d %s", len(r.Artifacts), r.Kind)
}

func (r *Result) reader() string {
	if r.Program == "" || r.Program == r.Reader {
		return r.Reader
	}
	return r.Reader + " (" + r.Program + ")"
}

// unread says in lines what was not verified, and what to do about it.
func (r *Report) unread() []string {
	var lines []string
	for _, res := range r.Results {
		if res.State == Skipped {
			line := fmt.Sprintf("%s by %s: %s", res.what(), res.Reader, res.Reason)
			if res.Install != "" {
				line += "; to get it: " + res.Install
			}
			if res.Required {
				line += " (required)"
			}
			lines = append(lines, line)
		}
		for _, n := range res.Notes {
			lines = append(lines, n+" ["+res.Reader+"]")
		}
	}
	return lines
}

// place is where a problem is: path, or path:line.
func (p Problem) place() string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d", p.Path, p.Line)
	}
	return p.Path
}

// indented keeps the further lines of a message apart from the next problem.
func indented(text string) string { return strings.ReplaceAll(text, "\n", "\n\t") }
