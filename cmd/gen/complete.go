package main

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

//go:embed shell
var shellScripts embed.FS

type shellCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints a script for a shell, which asks gen itself what can come next.
func (c *shellCmd) Run(e *env) error {
	text, err := shellScripts.ReadFile("shell/gen." + c.Shell)
	if err == nil {
		_, err = e.stdout.Write(text)
	}
	return err
}

// completing is the first argument by which those scripts ask. The shell's name and the
// words behind gen follow, up to the one that is being typed.
const completing = "__complete"

// candidate is what the word being typed can become.
type candidate struct{ text, help string }

// files stands for the names of files, which the shell knows to complete.
var files = []candidate{{text: ":files"}}

// complete answers a shell. What goes wrong gives no candidates: nobody reads an error
// while typing.
func complete(args []string, out io.Writer) {
	if len(args) < 2 {
		return
	}
	shell, words := args[0], args[1:]
	drop := ""
	if shell == "bash" {
		words, drop = joined(words)
	}
	for _, c := range candidates(newParser(new(cli)).Model, words) {
		help, _, _ := strings.Cut(strings.TrimSuffix(c.help, "."), ". ")
		switch {
		case shell == "bash" || c.text == files[0].text:
			fmt.Fprintln(out, strings.TrimPrefix(c.text, drop))
		case shell == "zsh": // as _describe reads them
			fmt.Fprintf(out, "%s:%s\n", strings.ReplaceAll(c.text, ":", `\:`), help)
		default:
			fmt.Fprintf(out, "%s\t%s\n", c.text, help)
		}
	}
}

// joined are bash's words as gen will get them: bash takes --out=DIR for three words,
// completes the last one alone, and leaves backslashes in. drop is what it does not want to hear again.
func joined(words []string) (all []string, drop string) {
	for i, w := range words {
		w = strings.ReplaceAll(w, `\`, "")
		last := len(all) - 1
		switch {
		case last >= 0 && (w == "=" || i > 0 && words[i-1] == "=") && strings.HasPrefix(all[last], "-"):
			drop = strings.TrimSuffix(all[last], "=") + "="
			all[last] += w
		default:
			all, drop = append(all, w), ""
		}
	}
	return all, drop
}

// typed is a command line as far as it is typed.
type typed struct {
	command string
	flags   map[string]string // by their names, those with a value
	args    []string          // of the command
	word    string            // that is being typed
}

// candidates are those for the last word.
func candidates(app *kong.Application, words []string) []candidate {
	l := &typed{flags: map[string]string{}, word: words[len(words)-1]}
	node, dashes := app.Node, false
	var open *kong.Flag // whose value comes next
	for _, w := range normalize(words[:len(words)-1]) {
		flag, value, whole := flagOf(node, w)
		child := commandOf(node, w)
		switch {
		case open != nil:
			l.flags[open.Name], open = w, nil
		case dashes:
			l.args = append(l.args, w)
		case w == "--":
			dashes = true
		case flag != nil && whole:
			l.flags[flag.Name] = value
		case flag != nil && !flag.IsBool():
			open = flag
		case strings.HasPrefix(w, "-"): // a switch, or none that there is
		case child != nil:
			node, l.command = child, child.Name
		default:
			l.args = append(l.args, w)
		}
	}
	flag, value, whole := flagOf(node, normalize([]string{l.word})[0])
	switch {
	case open != nil:
		return l.values(open.Value, l.word, "")
	case !dashes && flag != nil && whole:
		return l.values(flag.Value, value, strings.TrimSuffix(l.word, value))
	case !dashes && strings.HasPrefix(l.word, "-"):
		return l.flagNames(node)
	case len(node.Children) > 0 && len(l.args) == 0:
		return l.commands(node)
	}
	if n := len(node.Positional); n > 0 && (len(l.args) < n || node.Positional[n-1].IsCumulative()) {
		return l.values(node.Positional[min(len(l.args), n-1)], l.word, "")
	}
	return nil
}

func commandOf(node *kong.Node, word string) *kong.Node {
	i := slices.IndexFunc(node.Children, func(n *kong.Node) bool { return n.Name == word })
	if i < 0 {
		return nil
	}
	return node.Children[i]
}

// flagOf is the flag that a word names, and the value behind its =, if there is one.
func flagOf(node *kong.Node, word string) (flag *kong.Flag, value string, whole bool) {
	name, value, whole := strings.Cut(word, "=")
	for _, f := range flagsOf(node) {
		if name == "--"+f.Name || f.Short != 0 && name == "-"+string(f.Short) {
			return f, value, whole
		}
	}
	return nil, "", false
}

// flagsOf are those that can stand behind a command; behind gen alone, those of the
// default command.
func flagsOf(node *kong.Node) []*kong.Flag {
	if node.DefaultCmd != nil {
		node = node.DefaultCmd
	}
	return slices.Concat(node.AllFlags(true)...)
}

// flagNames are the flags that can come next, with the dashes that were typed.
func (l *typed) flagNames(node *kong.Node) []candidate {
	dashes := "--"
	if len(l.word) > 1 && l.word[1] != '-' {
		dashes = "-"
	}
	var all []candidate
	for _, f := range flagsOf(node) {
		if _, given := l.flags[f.Name]; !given || f.IsCumulative() {
			all = append(all, candidate{dashes + f.Name, f.Help})
		}
	}
	return begin(all, l.word)
}

func (l *typed) commands(node *kong.Node) []candidate {
	var all []candidate
	for _, n := range node.Children {
		if !n.Hidden {
			all = append(all, candidate{n.Name, n.Help})
		}
	}
	return begin(all, l.word)
}

// values are what a flag or an argument can be: of an enumeration its words, otherwise
// what the predictor of its tag says, as in complete:"files".
func (l *typed) values(v *kong.Value, word, before string) []candidate {
	var all []candidate
	if v.Enum != "" {
		for _, w := range v.EnumSlice() {
			all = append(all, candidate{text: w})
		}
	} else if predict := predictors()[v.Tag.Get("complete")]; predict != nil {
		all = predict(l, word)
	}
	if slices.Equal(all, files) {
		return all
	}
	for i := range all {
		all[i].text = before + all[i].text
	}
	return begin(all, before+word)
}

// begin are the candidates that begin with what is typed.
func begin(all []candidate, word string) []candidate {
	return slices.DeleteFunc(all, func(c candidate) bool { return !strings.HasPrefix(c.text, word) })
}
