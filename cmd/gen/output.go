package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sitegen/internal/tree"
)

// create opens the output root, and makes it if only it is missing.
func (f *outFlags) create() (*os.Root, error) {
	if err := os.Mkdir(f.Out, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("the output root %q cannot be made: the folder it would be in does not exist", f.Out)
		}
		return nil, err
	}
	return f.open()
}

// open opens the output root; nil when there is none.
func (f *outFlags) open() (*os.Root, error) {
	info, err := os.Stat(f.Out)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("the output root %q is not a folder; say another with --out", f.Out)
	}
	return os.OpenRoot(f.Out)
}

// compare is what has to change for the root to be the wanted tree, as far as
// --only looks.
func (f *outFlags) compare(root *os.Root, want *tree.Tree) ([]tree.Change, error) {
	changes, err := tree.Compare(root, want)
	if err != nil || len(f.Only) == 0 {
		return changes, err
	}
	return tree.Filter(changes, f.Only)
}

// differences is compare for commands that only read.
func (f *outFlags) differences(want *tree.Tree) ([]tree.Change, error) {
	root, err := f.open()
	if err != nil {
		return nil, err
	}
	if root != nil {
		defer root.Close()
	}
	return f.compare(root, want)
}

// toRead leaves the manifest out, unless it is all that differs: its hashes say
// nothing to a reader that the files themselves do not.
func toRead(changes []tree.Change) []tree.Change {
	if len(changes) < 2 {
		return changes
	}
	return slices.DeleteFunc(slices.Clone(changes), func(c tree.Change) bool { return c.Path == tree.ManifestName })
}

// summarize says in one line what was written. Nothing changed, nothing said.
func summarize(e *env, changes []tree.Change) {
	written, deleted := 0, 0
	for _, c := range changes {
		switch {
		case c.Path == tree.ManifestName:
		case c.New == nil:
			deleted++
		default:
			written++
		}
	}
	if written+deleted > 0 {
		fmt.Fprintf(e.stderr, "gen: %d files written, %d deleted\n", written, deleted)
	}
}

// shared are files that a repository often has before gen comes to it. What gen
// would write there can be added to them by hand.
var shared = []string{".gitignore", ".sops.yaml", "flake.nix"}

// showBlocked shows what gen would destroy, and the ways on.
func showBlocked(e *env, blocked *tree.BlockedError) error {
	fmt.Fprintf(e.stderr, "gen: %v\n", blocked)
	if err := tree.Diff(e.stderr, blocked.Changes, tree.DiffOptions{}); err != nil {
		return err
	}
	for _, c := range blocked.Changes {
		if c.Kind != tree.Foreign || !slices.Contains(shared, c.Path) {
			continue
		}
		fmt.Fprintf(e.stderr, "gen: %s was there before gen: keep it with\n\toutput: exclude: [%q]\nin the spec, and add to it\n", c.Path, c.Path)
		for _, line := range missingLines(c.Old.Data, c.New.Data) {
			fmt.Fprintf(e.stderr, "\t%s\n", line)
		}
	}
	return errShown
}

// missingLines are the lines of want that have does not hold.
func missingLines(have, want []byte) []string {
	held := map[string]bool{}
	for line := range strings.Lines(string(have)) {
		held[strings.TrimSpace(line)] = true
	}
	var missing []string
	for line := range strings.Lines(string(want)) {
		if line = strings.TrimRight(line, "\n"); !held[strings.TrimSpace(line)] {
			missing = append(missing, line)
		}
	}
	return missing
}
