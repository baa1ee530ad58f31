package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/kong"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// Exit codes. They are part of the interface: hooks and CI read them.
const (
	exitFine    = 0
	exitDrift   = 1 // check, diff, verify, prove: something in the tree is not right
	exitGuarded = 3 // diff --summary --guard, add, remove, rename, set, unset, adopt: the change is of a class that is not accepted
	exitTrouble = 2 // a bad spec, a needed file that it leaves out, I/O, wrong usage
)

// cli is the command line. The comments of its fields are its help.
type cli struct {
	Write    writeCmd    `cmd:"" default:"withargs" help:"Write the tree that the spec describes (the default command)."`
	Init     initCmd     `cmd:"" help:"Begin a site: ask a few questions, and write its spec, its keys and the tree."`
	Check    checkCmd    `cmd:"" help:"Tell whether the tree is what the spec says; exit 1 if not."`
	Diff     diffCmd     `cmd:"" help:"Show how the tree differs from what the spec says; exit 1 if it does."`
	Vet      vetCmd      `cmd:"" help:"Tell whether the spec is sound."`
	Verify   verifyCmd   `cmd:"" help:"Let the programs that read the tree tell whether they accept it; exit 1 if not."`
	Prove    proveCmd    `cmd:"" help:"Follow each link of the tree: from hostnames to pods and people, from secrets to readers; exit 1 if one does not hold."`
	Add      addCmd      `cmd:"" help:"Add a client, an app, a record … to the spec, and write the tree."`
	Remove   removeCmd   `cmd:"" help:"Take one out of the spec, and write the tree."`
	Rename   renameCmd   `cmd:"" help:"Give one another name in the spec; a client or an app runs on."`
	Set      setCmd      `cmd:"" help:"Give a field of the spec a value, and write the tree."`
	Unset    unsetCmd    `cmd:"" help:"Take a field out of the spec, so that its default holds, and write the tree."`
	Upgrade  upgradeCmd  `cmd:"" help:"Bring a spec that was written for an older gen to today's schema."`
	Rules    rulesCmd    `cmd:"" help:"List the rules that a spec has to keep to."`
	Explain  explainCmd  `cmd:"" help:"Explain one rule, or one field of a spec."`
	Schema   schemaCmd   `cmd:"" help:"Print the schema: every field of a spec, its meaning and its default."`
	Editor   editorCmd   `cmd:"" help:"Write what CUE's language server needs to know the schema, beside the spec."`
	Why      whyCmd      `cmd:"" help:"Name the fields of the spec that are behind a line of the output."`
	Where    whereCmd    `cmd:"" help:"Name the lines of the output that a field of the spec makes."`
	Versions versionsCmd `cmd:"" help:"List every version that the site pins, and where the output has it."`
	Graph    graphCmd    `cmd:"" help:"Draw the site: hostnames, who gets in, Services, hosts, disks and cards."`
	Probe    probeCmd    `cmd:"" help:"Print what a machine is made of, found by a script over ssh, as lines of a spec."`
	Import   importCmd   `cmd:"" help:"Read a repository that was written by hand: print the spec that says the same, and what becomes of each file."`
	Adopt    adoptCmd    `cmd:"" help:"List files of yours that lie where gen has one, and have gen's take their places."`
	Eject    ejectCmd    `cmd:"" help:"Make files of gen's yours: they stay as they are, and gen leaves them alone."`
	Man      manCmd      `cmd:"" help:"Print the manual page."`
	Shell    shellCmd    `cmd:"" name:"completion" help:"Print the completion of gen for a shell."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// specFlags are for commands that read the spec.
type specFlags struct {
	Spec string `placeholder:"PATH" complete:"files" help:"The site spec: a folder of CUE files of one package, or a CUE file that is all of its package (this folder; in a folder of gen's tree, the nearest one above with CUE files)."`
	sourceFlags
}

// sourceFlags say how the spec is read.
type sourceFlags struct {
	OneFile bool     `help:"Read the file of --spec alone, although its package has more files beside it."`
	Tag     []string `short:"t" placeholder:"NAME" help:"Take files whose @if names this, as cue export -t does; can be repeated."`
	Strict  bool     `help:"Take warnings for errors."`
}

// source is which files are the spec.
func (f *specFlags) source() spec.Source {
	return spec.Source{Path: f.Spec, OneFile: f.OneFile, Tags: f.Tag, Apart: true}
}

// formatFlags are for commands that find problems.
type formatFlags struct {
	Format string `default:"text" enum:"text,json,github,sarif" help:"How findings are printed: text, json, github (annotations) or sarif (${default}); docs/FORMATS.md of gen has the shapes."`
}

// outFlags are for commands that look at the output tree.
type outFlags struct {
	Out  outRoot  `placeholder:"DIR" complete:"files" help:"The output root (the tree of gen's that this folder is or lies in, else out)."`
	Only []string `placeholder:"PATH" sep:"none" complete:"output" help:"Look only at this file, folder or pattern of the output root; can be repeated."`
}

// errDrift is the error of a command that found the tree different. Its text has
// been printed.
var errDrift = errors.New("the tree is not what the spec says")

// errShown is the error of a command that has said everything itself.
var errShown = errors.New("problems were found")

// newParser reads a command line into c.
func newParser(c *cli, options ...kong.Option) *kong.Kong {
	parser, err := kong.New(c, append(options,
		kong.Name("gen"),
		kong.Description("gen writes every file of a site's infrastructure repository from one site spec.\n\n"+
			"  gen -spec site.cue    write the tree to out/\n"+
			"  gen -spec infra       … from all files of one package in a folder; without -spec, in this one\n"+
			"  gen check             is out/ what the spec says?\n"+
			"  gen diff              what would gen write?\n\n"+
			"Exit codes: 0 fine, 1 something in the tree is not right (check, diff, verify, prove), 2 trouble (a bad spec, work that is not gen's in the way, I/O, usage), 3 a change that wants a second look (diff --summary --guard; add, remove, rename, set, unset, upgrade and adopt, which write nothing then)."),
	)...)
	if err != nil {
		panic(err) // the structs above are wrong
	}
	return parser
}

// run is the program: it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == completing {
		complete(args[1:], stdout)
		return exitFine
	}
	if i := slices.IndexFunc(args, func(arg string) bool { return !utf8.ValidString(arg) }); i >= 0 { // kong would put other letters in
		fmt.Fprintf(stderr, "gen: %q is no text in UTF-8\n", args[i])
		return exitTrouble
	}
	exited := -1
	parser := newParser(new(cli), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exited = code }))
	ctx, err := parser.Parse(ownFirst(parser.Model, normalize(args)))
	if exited >= 0 { // --help
		return exited
	}
	if err == nil {
		err = once(ctx)
	}
	if err != nil {
		fmt.Fprintf(stderr, "gen: %v%s\n%s\tsee gen --help\n", err, meantCommand(parser, args, err), dashHint(args, err))
		return exitTrouble
	}
	e := &env{stdout: stdout, stderr: stderr, color: wantsColor(stdout)}
	return e.end(ctx.Run(e))
}

// dashHint tells how a value that begins with a dash is given to gen set.
func dashHint(args []string, err error) string {
	if len(args) == 0 || args[0] != "set" || !strings.HasPrefix(err.Error(), "unknown flag") {
		return ""
	}
	return "\t-- goes before a value that begins with a dash: gen set PATH -- -5\n"
}

// meantCommand is a hint at the command that is nearest to one that is not there.
func meantCommand(parser *kong.Kong, args []string, err error) string {
	if len(args) == 0 || err.Error() != "unexpected argument "+args[0] {
		return ""
	}
	var names []string
	for _, n := range parser.Model.Children {
		names = append(names, n.Name)
	}
	if hint := format.NearestHint(args[0], names); hint != "" {
		return "; " + hint
	}
	return ""
}

// once refuses a flag that is given twice and holds one value: one of the two would
// be dropped in silence.
func once(ctx *kong.Context) error {
	given := map[*kong.Flag]bool{}
	for _, p := range ctx.Path {
		if p.Flag == nil || p.Flag.IsCumulative() || p.Flag.IsBool() {
			continue
		}
		if given[p.Flag] {
			return fmt.Errorf("--%s is given twice, and takes one value", p.Flag.Name)
		}
		given[p.Flag] = true
	}
	return nil
}

// normalize lets flags be written with one dash, as in gen -spec site.cue: kong
// would read that as the short flags -s -p -e -c. gen has no short flags that
// could be joined (-h stands alone), so a dash and two letters mean a long one.
func normalize(args []string) []string {
	out := slices.Clone(args)
	for i, arg := range out {
		if arg == "--" {
			break
		}
		if len(arg) > 2 && arg[0] == '-' && arg[1] != '-' {
			out[i] = "-" + arg
		}
	}
	return out
}
