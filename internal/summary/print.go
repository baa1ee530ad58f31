package summary

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/md"
)

// WriteJSON writes the summary as one object.
func (s Summary) WriteJSON(w io.Writer) error {
	if s.Fields == nil {
		s.Fields = []Field{}
	}
	if s.Items == nil {
		s.Items = []Item{}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(s)
}

// counts are the files, in words.
func (s Summary) counts() string {
	text := format.Count(s.Written, "file") + " written, " + fmt.Sprint(s.Deleted) + " deleted"
	if !s.Known {
		text += "; what the spec said before is not in the tree, so that this is what its files tell"
	}
	return text
}

// WriteText writes the summary for a terminal: what wants a second look first.
func (s Summary) WriteText(w io.Writer) error {
	var b strings.Builder
	if dangers := s.Dangerous(nil); len(dangers) > 0 {
		b.WriteString("LOOK TWICE\n")
		for _, i := range dangers {
			fmt.Fprintf(&b, "  %-9s  %s\n", i.Danger, i.Text)
			if i.Why != "" {
				fmt.Fprintf(&b, "             %s\n", i.Why)
			}
		}
	}
	for _, layer := range Layers() {
		first := true
		for _, i := range s.Items {
			if i.Layer != layer || i.Danger != "" {
				continue
			}
			if first {
				b.WriteString(string(layer) + "\n")
				first = false
			}
			b.WriteString("  " + i.Text + "\n")
			if i.Why != "" {
				b.WriteString("      " + i.Why + "\n")
			}
		}
	}
	if len(s.Fields) > 0 {
		b.WriteString("spec\n")
		for i, f := range s.Fields {
			if i == maxFields {
				fmt.Fprintf(&b, "  … and %d more; --format json has all\n", len(s.Fields)-maxFields)
				break
			}
			b.WriteString("  " + f.line() + "\n")
		}
	}
	b.WriteString(s.counts() + "\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// maxFields is how many fields a list for people has.
const maxFields = 40

// line is a field as a person reads it.
func (f Field) line() string {
	text := f.Path + ": "
	switch {
	case f.Old == "":
		text += "new, " + format.Shorten(f.New)
	case f.New == "":
		text += "gone, was " + format.Shorten(f.Old)
	default:
		old, new := apart(f.Old, f.New)
		text += old + " → " + new
	}
	if f.Takes != "" {
		text += "  (" + f.Takes + ")"
	}
	return text
}

// apart shortens two texts so that what differs is seen.
func apart(a, b string) (string, string) {
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	if cut := same - 12; cut > 0 && max(len(a), len(b)) > 40 {
		return "…" + format.Shorten(strings.ToValidUTF8(a[cut:], "")), "…" + format.Shorten(strings.ToValidUTF8(b[cut:], ""))
	}
	return format.Shorten(a), format.Shorten(b)
}

// WriteShort writes what gen itself says after it wrote: each danger, but for those of
// data, which are findings of their own, and what comes next.
func (s Summary) WriteShort(w io.Writer) error {
	var b strings.Builder
	for _, i := range s.Dangerous([]string{string(Data)}) {
		fmt.Fprintf(&b, "  LOOK TWICE (%s): %s\n", i.Danger, i.Text)
	}
	n := 0
	for _, i := range s.Items {
		switch {
		case i.Danger != "" || i.Layer == Order:
		case n < maxShort:
			fmt.Fprintf(&b, "  %s: %s\n", i.Layer, i.Text)
			n++
		default:
			n++
		}
	}
	if n > maxShort {
		fmt.Fprintf(&b, "  … and %d more\n", n-maxShort)
	}
	for _, i := range s.Items {
		if i.Layer == Order {
			fmt.Fprintf(&b, "  next: %s\n", i.Text)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// maxShort is how many items that are no danger the short form has.
const maxShort = 8

// Marker is the first line of a comment on a pull request, by which the next run finds
// it and replaces it.
const Marker = "<!-- gen diff --summary -->"

// WriteMarkdown writes the summary as a comment on a pull request.
func (s Summary) WriteMarkdown(w io.Writer, accepted []string) error {
	var b strings.Builder
	b.WriteString(Marker + "\n")
	dangers := s.Dangerous(nil)
	if len(dangers) == 0 {
		b.WriteString("### What this change does\n\n")
	} else {
		fmt.Fprintf(&b, "### What this change does: %s to look at twice\n\n", format.Count(len(dangers), "thing"))
	}
	for _, i := range dangers {
		fmt.Fprintf(&b, "- ⚠️ **%s** – %s%s", i.Danger, markdown(i.Text), because(i.Why))
		if slices.Contains(accepted, string(i.Danger)) {
			b.WriteString(" *(accepted)*")
		}
		b.WriteByte('\n')
	}
	if len(dangers) > 0 {
		b.WriteByte('\n')
	}
	for _, layer := range Layers() {
		for _, i := range s.Items {
			if i.Layer == layer && i.Danger == "" {
				fmt.Fprintf(&b, "- *%s*: %s%s\n", layer, markdown(i.Text), because(i.Why))
			}
		}
	}
	s.folded(&b)
	fmt.Fprintf(&b, "\n%s.\n", markdown(s.counts()))
	_, err := io.WriteString(w, b.String())
	return err
}

// maxComment is the most that GitHub takes as a comment, in characters.
const maxComment = 65536

func because(why string) string {
	if why == "" {
		return ""
	}
	return " (" + markdown(why) + ")"
}

// folded are the details, which are there for who opens them.
func (s Summary) folded(b *strings.Builder) {
	if len(s.Fields) > 0 {
		fmt.Fprintf(b, "\n<details><summary>%s of the spec</summary>\n\n", format.Count(len(s.Fields), "value"))
		for i, f := range s.Fields {
			if i == 3*maxFields {
				fmt.Fprintf(b, "- and %d more\n", len(s.Fields)-i)
				break
			}
			fmt.Fprintf(b, "- %s\n", markdown(f.line()))
		}
		b.WriteString("\n</details>\n")
	}
	for _, i := range s.Items {
		lines := strings.Split(strings.TrimSpace(i.Detail), "\n")
		if len(lines) < 2 || b.Len() > maxComment/2 {
			continue
		}
		fmt.Fprintf(b, "\n<details><summary>%s: %s</summary>\n\n", i.Layer, markdown(i.Text))
		for n, line := range lines {
			if n == 3*maxFields {
				fmt.Fprintf(b, "- and %d more\n", len(lines)-n)
				break
			}
			fmt.Fprintf(b, "- %s\n", markdown(line))
		}
		b.WriteString("\n</details>\n")
	}
}

// markdown is a text of the spec's that no Markdown can come out of.
func markdown(text string) string {
	if out, err := md.Text(text); err == nil {
		return out
	}
	return "?"
}
