package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"sitegen/internal/differ"
	"sitegen/internal/format"
	"sitegen/internal/gen"
	"sitegen/internal/summary"
	"sitegen/internal/tree"
)

// treeChange is what a command does to files of the tree, beside what follows from the spec.
type treeChange struct {
	paths   []string // that it is about
	alone   bool     // nothing else is written
	force   []string // replaced although they are the user's; a backup is kept
	forget  []string // no longer gen's, and left as they are
	confirm func(e *env) error
}

// narrow leaves all else as it is where that is wanted, or where other files of the user's are
// in the way, of which this command is not.
func (t *treeChange) narrow(e *env, w *writeCmd, p *treePlan) (err error) {
	if t == nil {
		return nil
	}
	others := isTree(w.Out.dir()) && tree.Blocked(p.changes, w.Force) != nil
	if !t.alone && !others && isTree(w.Out.dir()) {
		return nil
	}
	if others && !t.alone {
		fmt.Fprintf(e.stderr, "gen: only %s: other files are in the way of gen, and %s lists them\n", strings.Join(t.paths, ", "), e.command("adopt"))
	}
	w.Only = t.paths
	p.changes, err = tree.Filter(p.changes, t.paths)
	return err
}

// weighed are files of the user's beside those that gen puts in their places, with all else
// that is read with them.
type weighed struct {
	files         []yours
	before, after map[string][]byte
	yes           bool
}

// sides are the files of gen's tree, with the user's in the places of the chosen, and without.
// What stays the user's is the user's in both: files that are excluded, and Terraform's beside gen's,
// where what is moved or given up may be said.
func sides(root *os.Root, want *gen.Result, chosen []yours) (before, after map[string][]byte) {
	before, after = map[string][]byte{}, map[string][]byte{}
	both := func(p string, data []byte) { before[p], after[p] = data, data }
	folders := map[string]bool{}
	for _, f := range want.Tree.Files() {
		both(f.Path, f.Data)
		if path.Ext(f.Path) == ".tf" {
			folders[path.Dir(f.Path)] = true
		}
	}
	for _, f := range want.Excluded {
		if data, err := root.ReadFile(f.Path); err == nil {
			both(f.Path, data)
		}
	}
	for folder := range folders {
		entries, _ := fs.ReadDir(root.FS(), folder) // what is not there says nothing
		for _, entry := range entries {
			p := path.Join(folder, entry.Name())
			if _, gens := after[p]; gens || path.Ext(p) != ".tf" {
				continue
			}
			if data, err := root.ReadFile(p); err == nil {
				both(p, data)
			}
		}
	}
	for _, f := range chosen {
		before[f.Path], after[f.Path] = f.Old.Data, f.New.Data
	}
	return before, after
}

// does is what the change does to what runs, as far as files tell.
func (w *weighed) does() summary.Summary {
	var of []string
	for _, f := range w.files {
		of = append(of, f.Path)
	}
	return summary.Summary{Items: summary.Taken(of, w.before, w.after), Written: len(w.files)}
}

// show prints the difference of each file, and what it means.
func (w *weighed) show(e *env) error {
	var changes []tree.Change
	for _, f := range w.files {
		changes = append(changes, f.Change)
	}
	if err := tree.Diff(e.stdout, changes, e.color); err != nil {
		return err
	}
	for _, f := range w.files {
		if err := f.tell(e); err != nil {
			return err
		}
	}
	return w.does().WriteText(e.stdout)
}

// maxDifferences is how many differences in meaning are told of a file.
const maxDifferences = 8

// tell says below the diff what is otherwise to the program that reads the file.
func (f yours) tell(e *env) error {
	var b strings.Builder
	if b.WriteString(f.Path + ": " + f.meaning() + "\n"); !f.same() && differ.Known(f.Path) {
		all := differ.Files(f.Path, f.New.Data, f.Old.Data)
		for i, d := range all {
			if i == maxDifferences {
				fmt.Fprintf(&b, "  … and %d more\n", len(all)-i)
				break
			}
			b.WriteString("  " + d.String() + "\n")
		}
	}
	_, err := e.stdout.Write([]byte(b.String()))
	return err
}

// advice is what can be done with a file that is alone in the way.
func (w *weighed) advice() string {
	f := w.files[0]
	var classes []string
	for _, i := range w.does().Dangerous(nil) {
		if class := string(i.Danger); !slices.Contains(classes, class) {
			classes = append(classes, class)
		}
	}
	danger := ""
	if len(classes) > 0 {
		danger = " (adopting is of " + format.AllOf(classes) + ")"
	}
	switch {
	case f.what == "excluded" && !f.same():
		return "keep" + danger
	case danger != "":
		return "exclude" + danger
	case f.same():
		return "adopt"
	}
	return "adopt or exclude"
}
