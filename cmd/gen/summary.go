package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/sopsread"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
)

// acceptFlags let classes of danger through.
type acceptFlags struct {
	Accept []string `placeholder:"CLASS" complete:"danger" help:"Go on although the change is of this class: never, reinstall, destroy, public, vanish or data. Can be repeated."`
}

func (f acceptFlags) check() error {
	for _, a := range f.Accept {
		var known []string
		for _, d := range summary.Dangers() {
			known = append(known, string(d.Danger))
		}
		if !slices.Contains(known, a) {
			return fmt.Errorf("--accept: there is no class %q: they are %s", a, format.AllOf(known))
		}
	}
	return nil
}

// errGuarded is the error of a change that wants a second look.
var errGuarded = errors.New("the change is of a class that is not accepted")

// summaryOf compares the tree on disk with the one that the spec describes.
func summaryOf(root *os.Root, want *gen.Result, changes []tree.Change) summary.Summary {
	if len(changes) == 0 {
		return summary.Summary{Known: true}
	}
	before, after := map[string][]byte{}, map[string][]byte{}
	for _, file := range want.Tree.Files() {
		before[file.Path], after[file.Path] = file.Data, file.Data
	}
	for _, c := range changes {
		switch {
		case c.Path == tree.ManifestName:
		case c.Old == nil || c.Kind == tree.Foreign: // what is there is not the site's
			delete(before, c.Path)
		default:
			before[c.Path] = c.Old.Data
		}
	}
	return summary.Of(summary.Read(before), described(want, after, root))
}

// described is the site that the spec describes.
func described(want *gen.Result, files map[string][]byte, root *os.Root) summary.Side {
	return summary.Side{Site: want.Site, Said: want.Site.Said(), Files: files, Installed: installed(root), Held: held(root)}
}

// had tells whether there was a tree of gen's before the changes: of a first one there is
// nothing to say but that it is new.
func had(changes []tree.Change) bool {
	return slices.ContainsFunc(changes, func(c tree.Change) bool { return c.Path == tree.ManifestName && c.Old != nil })
}

// installed tells which hosts the install script has entered into known_hosts.
func installed(root *os.Root) func(string) bool {
	var data []byte
	if root != nil {
		data, _ = root.ReadFile("known_hosts")
	}
	return func(host string) bool {
		for line := range bytes.Lines(data) {
			names, _, _ := strings.Cut(string(line), " ")
			if slices.Contains(strings.Split(names, ","), host) {
				return true
			}
		}
		return false
	}
}

// held tells which keys an encrypted file holds: sops leaves them readable.
func held(root *os.Root) func(string) ([]string, bool) {
	return func(file string) ([]string, bool) {
		if root == nil {
			return nil, false
		}
		data, err := root.ReadFile(file)
		return sopsread.Keys(data), err == nil && len(data) > 0
	}
}

// revision reads the tree of gen's in the output root as it was at a revision of git.
func revision(dir, rev string) (map[string][]byte, error) {
	git := func(stdin string, args ...string) ([]byte, error) {
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		out, err := cmd.Output()
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			return nil, fmt.Errorf("git %s: %s", args[0], strings.TrimSpace(string(failed.Stderr)))
		}
		return out, err
	}
	commit, err := git("", "rev-parse", "--verify", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("%q is no revision of the repository of %s: %w", rev, dir, err)
	}
	prefix, err := git("", "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	at := strings.TrimSpace(string(commit)) + ":" + strings.TrimSuffix(string(prefix), "\n")
	manifest, err := git("", "cat-file", "blob", at+tree.ManifestName)
	if err != nil {
		return nil, fmt.Errorf("there is no tree of gen's in %s at %s: %w", dir, rev, err)
	}
	paths, err := tree.Listed(manifest)
	if err != nil {
		return nil, err
	}
	var names strings.Builder
	for _, p := range paths {
		names.WriteString(at + p + "\n") // no path of gen's has a line break
	}
	out, err := git(names.String(), "cat-file", "--batch")
	if err != nil {
		return nil, err
	}
	return blobs(paths, out)
}

// blobs takes the answers of git cat-file --batch apart: NAME TYPE SIZE, the bytes and a line break for each, or NAME missing.
func blobs(paths []string, out []byte) (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, p := range paths {
		head, rest, ok := bytes.Cut(out, []byte("\n"))
		if !ok {
			return nil, errors.New("git cat-file said less than was asked")
		}
		var size int
		fields := strings.Fields(string(head))
		out = rest
		if fields[len(fields)-1] == "missing" {
			continue
		}
		if _, err := fmt.Sscan(fields[len(fields)-1], &size); err != nil || size >= len(rest) {
			return nil, fmt.Errorf("git cat-file said %q of %s", head, path.Base(p))
		}
		files[p], out = rest[:size], rest[size+1:]
	}
	return files, nil
}

type summaryFlags struct {
	Summary bool   `help:"Say what the change does to what runs, in place of the differences between files."`
	From    string `placeholder:"REV" help:"With --summary: compare with the tree at this revision of git, in place of that on disk."`
	To      string `placeholder:"REV" help:"With --from: compare that at this revision, in place of what the spec says."`
	Format  string `default:"text" enum:"text,markdown,json" help:"With --summary: text, markdown (a comment on a pull request) or json (${default})."`
	Guard   bool   `help:"With --summary: exit 3 where the change is of a class of danger that --accept does not name."`
	acceptFlags
}

// check refuses flags that would do nothing.
func (f *summaryFlags) check() error {
	switch {
	case f.To != "" && f.From == "":
		return errors.New("--to wants --from")
	case !f.Summary && (f.From != "" || f.Format != "text" || f.Guard || len(f.Accept) > 0):
		return errors.New("--from, --to, --format, --guard and --accept are for --summary")
	}
	return f.acceptFlags.check()
}

// summarize prints the summary that the flags ask for.
func (c *diffCmd) summarize(e *env) error {
	s, err := c.compareSides(e)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		err = s.WriteJSON(e.stdout)
	case "markdown":
		err = s.WriteMarkdown(e.stdout, c.Accept)
	default:
		err = s.WriteText(e.stdout)
	}
	switch {
	case err != nil:
		return err
	case c.Guard && len(s.Dangerous(c.Accept)) > 0:
		return errGuarded
	case c.Guard || s.Written+s.Deleted == 0:
		return nil
	}
	return errDrift
}

func (c *diffCmd) compareSides(e *env) (summary.Summary, error) {
	dir := c.Out.dir()
	sides := map[string]summary.Side{}
	for _, rev := range []string{c.From, c.To} {
		if rev == "" {
			continue
		}
		files, err := revision(dir, rev)
		if err != nil {
			return summary.Summary{}, err
		}
		sides[rev] = summary.Read(files)
	}
	root, err := c.open(e)
	if err != nil {
		return summary.Summary{}, err
	}
	if root != nil {
		defer root.Close()
	}
	if c.To != "" {
		to := sides[c.To]
		to.Installed, to.Held = installed(root), held(root)
		return summary.Of(sides[c.From], to), nil
	}
	want, err := c.wanted(e, c.Out, false)
	if err != nil {
		return summary.Summary{}, err
	}
	if c.From != "" {
		files := map[string][]byte{}
		for _, f := range want.Tree.Files() {
			files[f.Path] = f.Data
		}
		return summary.Of(sides[c.From], described(want, files, root)), nil
	}
	changes, err := c.compare(e, root, c.Spec, want)
	if err != nil {
		return summary.Summary{}, err
	}
	return summaryOf(root, want, changes), nil
}

// refuse stops a change that a running site would take ill, before it is written.
func refuse(e *env, s *site.Site, does summary.Summary, accepted []string) error {
	refused := does.Refused(accepted)
	if len(refused) == 0 {
		return nil
	}
	var found diag.Problems
	for _, i := range refused {
		found = append(found, diag.Problem{Pos: s.At(i.At), Path: i.At.String(), Message: i.Text, Hint: i.Why + "; --accept " + string(i.Danger) + " writes it all the same",
			Rule: rules.RuleRefused, Severity: diag.Error})
	}
	if err := e.find(found...); err != nil {
		return err
	}
	return errShown
}
