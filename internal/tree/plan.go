package tree

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"slices"
	"sync"
)

// A plan is what one Apply does.
type plan struct {
	record   *Change // of the manifest, nil when it is right already
	old, new sums    // what the manifest says before and after
	changes  []Change
	done     []bool          // by change: it was made already, by another run of gen
	early    map[string]bool // the unwanted paths that make way first

	mu      sync.Mutex
	backups map[string]string // path to the path of its backup
}

func newPlan(changes []Change) (*plan, error) {
	p := &plan{backups: make(map[string]string)}
	for _, c := range changes {
		if c.Path != ManifestName {
			p.changes = append(p.changes, c)
			continue
		}
		p.record = &c
		var err error
		if p.old, p.new, err = manifests(c); err != nil {
			return nil, err
		}
	}
	p.done = make([]bool, len(p.changes))
	p.early = inTheWay(p.changes, p.dropped())
	return p, nil
}

// manifests reads both states of the manifest's change.
func manifests(c Change) (old, new sums, err error) {
	if c.Old != nil {
		if old, err = parseManifest(c.Old.Data); err != nil {
			return nil, nil, err
		}
	}
	new, err = parseManifest(c.New.Data)
	return old, new, err
}

// verify looks again, now that nobody else can write: what was decided has to
// be about what is there. A file that is as wanted by now is fine, then another
// run of gen was faster.
func (p *plan) verify(root *os.Root) error {
	paths := make([]string, 0, len(p.changes)+1)
	for _, c := range p.changes {
		paths = append(paths, c.Path)
	}
	if p.record != nil {
		paths = append(paths, p.record.Path)
	}
	errs := make([]error, len(paths))
	err := survey(root, paths, func(i int, s entry) {
		// The manifest is written in any case, and never as one of the files.
		isRecord := i == len(p.changes)
		c := p.record
		if !isRecord {
			c = &p.changes[i]
		}
		switch {
		case s.obstacle != "" && c.New != nil && !p.clears(s.at):
			errs[i] = s.refuse(c.Path)
		// Of a mode the bytes say nothing; changing it twice does no harm.
		case sameBytes(s.file, c.New) && c.Kind != Mode:
			if !isRecord {
				p.done[i] = true
			}
		case !sameBytes(s.file, c.Old):
			errs[i] = &PathError{Path: c.Path, Problem: "changed while gen was at work, nothing was written", Advice: "run gen again"}
		}
	})
	return errors.Join(append(errs, err)...)
}

// clears reports whether an obstacle goes away before anything is written. When
// it is a folder that was found to hold orphans only and that has got another
// file meanwhile, the rename onto it fails.
func (p *plan) clears(at string) bool {
	for c := range p.early {
		if below(at, c) {
			return true
		}
	}
	return false
}

// sameBytes takes two files that are not there for the same.
func sameBytes(a, b *File) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.Data, b.Data)
}

// folders are all those in which an earlier run that was killed can have left
// a temporary file: its paths are in the manifest or among the changes.
func (p *plan) folders() []folder {
	paths := []string{ManifestName}
	for _, c := range p.changes {
		paths = append(paths, c.Path)
	}
	paths = slices.AppendSeq(paths, maps.Keys(p.old))
	paths = slices.AppendSeq(paths, maps.Keys(p.new))
	return byFolder(paths)
}

// dropped are the paths that gen gives up, those of them included that were
// deleted by an earlier run or by somebody else.
func (p *plan) dropped() []string {
	var paths []string
	for _, c := range p.changes {
		if c.New == nil {
			paths = append(paths, c.Path)
		}
	}
	for path := range p.old {
		if len(p.new[path]) == 0 {
			paths = append(paths, path)
		}
	}
	return paths
}
