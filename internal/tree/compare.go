package tree

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"slices"
)

// A Kind says what a difference is. The values are the words people read.
type Kind string

// The kinds of differences between a folder and a tree.
const (
	Missing  Kind = "missing"  // wanted, not there
	Stale    Kind = "stale"    // as gen wrote it, but the spec says something else now
	Orphaned Kind = "orphaned" // as gen wrote it, but no longer wanted
	Edited   Kind = "edited"   // gen's own, changed since by someone else; wanted or orphaned
	Foreign  Kind = "foreign"  // wanted, but what is there did not come from gen
	Mode     Kind = "mode"     // the bytes are right, the executable bit is not
	Endings  Kind = "endings"  // as gen wrote it, but for line endings that git converted
)

// NeedsForce reports whether the change would destroy somebody's work.
func (k Kind) NeedsForce() bool { return k == Edited || k == Foreign }

// A Change is one difference. Old nil: to be created; New nil: to be deleted.
// A change at ManifestName stands for the manifest itself and comes last.
type Change struct {
	Path     string
	Kind     Kind
	Old, New *File
}

// Compare returns how the folder differs from the wanted tree, sorted by path
// and without anything that is in order. A nil root is a folder that does not
// exist yet. What no kind can describe, such as a symbolic link in the place of
// a file, is an error: gen neither follows nor replaces it.
//
// Bytes that equal the wanted ones are in order whatever the manifest says.
func Compare(root *os.Root, want *Tree) ([]Change, error) {
	if root == nil {
		return compareEmpty(want), nil
	}
	// Half of what another run writes would look like somebody's edits.
	unlock, err := lock(root, true)
	if err != nil {
		return nil, err
	}
	defer unlock()
	record, own, err := readManifest(root)
	if err != nil {
		return nil, err
	}
	paths, own := toLookAt(root, want, own)
	now := make([]sum, want.Len())
	found := make([]*Change, len(paths))
	blocked := make([]entry, len(paths))
	err = survey(root, paths, func(i int, s entry) {
		var wanted *File
		if i < want.Len() {
			wanted = &want.files[i]
			now[i] = sha256.Sum256(wanted.Data)
			blocked[i] = entry{obstacle: s.obstacle, at: s.at}
		}
		if kind := judge(s.file, wanted, want.known(s, wanted, own[paths[i]])); kind != "" {
			found[i] = &Change{Path: paths[i], Kind: kind, Old: s.file, New: wanted}
		}
	})
	if err != nil {
		return nil, err
	}
	changes := collect(found)
	if err := obstacles(root, paths, paths[want.Len():], blocked, changes); err != nil {
		return nil, err
	}
	return appendManifest(changes, record, manifestOf(want, now)), nil
}

// known are those of the hashes that count for what is there: none for a file that
// is the user's. Of one that is as wanted nobody needs to know.
func (t *Tree) known(s entry, wanted *File, own []sum) []sum {
	if t.spared == nil || s.file == nil || len(own) == 0 || wanted != nil && sameBytes(s.file, wanted) {
		return own
	}
	if t.spared(s.file, s.info, slices.Contains(own, sha256.Sum256(s.file.Data))) {
		return nil
	}
	return own
}

// judge names the difference between what is there and what is wanted. An
// orphan that is no regular file any more is not gen's and none of its business.
func judge(have, want *File, known []sum) Kind {
	switch {
	case have == nil && want == nil:
		return ""
	case have == nil:
		return Missing
	case want != nil && bytes.Equal(have.Data, want.Data):
		if have.Mode != want.Mode && keepsModes {
			return Mode
		}
		return ""
	case len(known) == 0 && want == nil:
		return ""
	case len(known) == 0:
		return Foreign
	}
	converted := false
	if !slices.Contains(known, sha256.Sum256(have.Data)) {
		data := unixEndings(have.Data)
		converted = len(data) < len(have.Data) && slices.Contains(known, sha256.Sum256(data))
		if !converted && !machineMade(data, want, known) {
			return Edited
		}
	}
	switch {
	case want == nil:
		return Orphaned
	case converted:
		return Endings
	}
	return Stale
}

// unixEndings takes back what git does to a text on its way into the folder where
// core.autocrlf is set, if it did it to every line: nobody's work looks like that.
func unixEndings(data []byte) []byte {
	if n := bytes.Count(data, []byte("\r\n")); n == 0 || n != bytes.Count(data, []byte("\n")) {
		return data
	}
	return bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
}

// keepsModes is false where files have no executable bit.
const keepsModes = runtime.GOOS != "windows"

// toLookAt returns the wanted paths, followed by those that gen owns and that
// are not wanted any more.
//
// On a file system without case, a renamed Foo that is wanted as foo now is one
// file under both names: deleting the orphan would delete the wanted file. Then
// the old name is dropped, and the new one inherits what is known about it.
func toLookAt(root *os.Root, want *Tree, own sums) ([]string, sums) {
	paths := make([]string, 0, want.Len())
	folded := make(map[string]string, want.Len())
	for _, f := range want.files {
		paths = append(paths, f.Path)
		folded[fold(f.Path)] = f.Path
	}
	inherited := make(sums)
	for p, hashes := range own {
		if _, ok := want.find(p); ok || want.left[p] {
			continue
		}
		if twin, ok := folded[fold(p)]; ok && sameFile(root, p, twin) {
			inherited[twin] = hashes
			continue
		}
		paths = append(paths, p)
	}
	slices.Sort(paths[want.Len():])
	if len(inherited) > 0 {
		own = union(own, inherited)
	}
	return paths, own
}

func sameFile(root *os.Root, a, b string) bool {
	x, err := root.Lstat(a)
	if err != nil {
		return false
	}
	y, err := root.Lstat(b)
	return err == nil && os.SameFile(x, y)
}

// compareEmpty is Compare with a folder that does not exist.
func compareEmpty(want *Tree) []Change {
	now := make([]sum, want.Len())
	found := make([]*Change, want.Len())
	for i := range want.files {
		f := &want.files[i]
		now[i] = sha256.Sum256(f.Data)
		found[i] = &Change{Path: f.Path, Kind: Missing, New: f}
	}
	return appendManifest(collect(found), nil, manifestOf(want, now))
}

// collect sorts what was found: the orphans come between the wanted files.
func collect(found []*Change) []Change {
	var changes []Change
	for _, c := range found {
		if c != nil {
			changes = append(changes, *c)
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes
}

// readManifest returns the manifest's file, nil when there is none, and what
// it says.
func readManifest(root *os.Root) (*File, sums, error) {
	s, err := scan(root, ManifestName)
	if err != nil {
		return nil, nil, fmt.Errorf("read %q: %w", ManifestName, why(err))
	}
	if s.obstacle != "" {
		return nil, nil, s.refuse(ManifestName)
	}
	if s.file == nil {
		return nil, sums{}, nil
	}
	own, err := parseManifest(s.file.Data)
	return s.file, own, err
}

// Owned returns the paths that gen wrote, as the manifest says, whatever is there
// now. It is nil when there is no manifest.
func Owned(root *os.Root) (map[string]bool, error) {
	f, own, err := readManifest(root)
	if err != nil || f == nil {
		return nil, err
	}
	paths := make(map[string]bool, len(own))
	for p := range own {
		paths[p] = true
	}
	return paths, nil
}

// manifestOf returns what the manifest says when all is in order.
func manifestOf(want *Tree, now []sum) sums {
	s := make(sums, want.Len())
	for i, f := range want.files {
		s[f.Path] = []sum{now[i]}
	}
	return s
}

// appendManifest adds the change of the manifest itself. It is never edited or
// foreign: what it says is either right or out of date.
func appendManifest(changes []Change, record *File, now sums) []Change {
	c := Change{Path: ManifestName, Kind: Stale, Old: record, New: now.file()}
	if record == nil {
		c.Kind = Missing
	} else if bytes.Equal(record.Data, c.New.Data) {
		return changes
	}
	return append(changes, c)
}
