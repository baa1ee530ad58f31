package tree

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Options say how Apply may go about it.
type Options struct {
	// Force are patterns, as Match takes them, of the files that are replaced or
	// deleted although they were edited or are foreign. A backup of each is kept.
	Force []string

	// Kept, when set, is called for every backup once all is written.
	Kept func(path, backup string)

	step func(op, path string) error // see disk
}

// A BlockedError lists the changes that would destroy somebody's work and that
// were not forced. Nothing was written.
type BlockedError struct{ Changes []Change }

func (e *BlockedError) Error() string {
	var b strings.Builder
	b.WriteString("nothing was written, because gen would overwrite work that is not its own:")
	for _, c := range e.Changes {
		fmt.Fprintf(&b, "\n\t%q %s", c.Path, BlockedWhy(c))
		if c.Kind == Foreign { // and is not in the diff
			fmt.Fprintf(&b, " (%s)", count(len(c.Old.Data), "byte"))
		}
	}
	return b.String()
}

// BlockedWhy says in words why gen does not make an edited or a foreign change by
// itself.
func BlockedWhy(c Change) string {
	if c.Kind == Foreign {
		return "was there before and is not from gen"
	}
	if _, _, ok := sides(c.Old.Data); ok {
		return "has a merge conflict with lines that may not be from gen " +
			"(git checkout --ours drops theirs, then gen can go on)"
	}
	if c.New == nil {
		return "was edited since gen wrote it, and is no longer in the spec"
	}
	return "was edited since gen wrote it"
}

// Apply makes the changes that Compare found, all of them or, when one is
// blocked or the folder changed in the meantime, none.
//
// The order is what makes a kill harmless. First the manifest learns the new
// hashes beside the old ones, so that at every later moment each file is either
// as it was or as it will be, and known both ways. Then come the files, each
// through a temporary one and a rename, the orphans, the folders they leave
// empty, and last the manifest without what is gone. Nothing is synced to the
// disk: after a power cut, files can be empty, and they can be made again.
//
// Where the system has locks, Apply and Compare wait for another Apply on the
// same folder; without them, two runs at once can fail, but keep the folder whole.
func Apply(root *os.Root, changes []Change, opts Options) error {
	if err := Blocked(changes, opts.Force); err != nil {
		return err
	}
	unlock, err := lock(root, false)
	if err != nil {
		return err
	}
	defer unlock()
	d := &disk{root: root, step: opts.step}
	p, err := newPlan(changes)
	if err != nil {
		return err
	}
	if p.record == nil { // the manifest is right: it says where a killed run was
		if _, p.old, err = readManifest(root); err != nil {
			return err
		}
		p.new = p.old
	}
	if err := p.verify(root); err != nil {
		return err
	}
	if err := p.run(d); err != nil {
		return err
	}
	if opts.Kept != nil {
		for _, of := range slices.Sorted(maps.Keys(p.backups)) {
			opts.Kept(of, p.backups[of])
		}
	}
	return nil
}

// Blocked is the BlockedError that Apply would end with; nil where no change is blocked.
func Blocked(changes []Change, force []string) error {
	var blocked []Change
	for _, c := range changes {
		if !c.Kind.NeedsForce() {
			continue
		}
		forced, err := matchAny(force, c.Path)
		if err != nil {
			return err
		}
		if !forced {
			blocked = append(blocked, c)
		}
	}
	if len(blocked) > 0 {
		return &BlockedError{blocked}
	}
	return nil
}

// below reports whether p is the file or folder name, or in it.
func below(name, p string) bool {
	return name == "." || p == name || strings.HasPrefix(p, name) && p[len(name)] == '/'
}

func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
