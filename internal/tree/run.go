package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"
)

// run does the work in the order that Apply promises. An error leaves the folder
// as a kill would: whole, and for the next run to finish.
func (p *plan) run(d *disk) error {
	if err := d.sweep(p.folders()); err != nil {
		return err
	}
	var record *File // as it is on the disk
	if p.record != nil {
		record = p.record.Old
	}
	if p.record != nil && len(p.changes) > 0 {
		if f := union(p.old, p.new).file(); !sameBytes(f, record) {
			if err := d.write(f); err != nil {
				return err
			}
			record = f
		}
	}
	steps := []func(*disk) error{
		func(d *disk) error { return p.delete(d, true) },
		func(d *disk) error { return d.removeEmpty(slices.Collect(maps.Keys(p.early))) },
		p.write,
		func(d *disk) error { return p.delete(d, false) },
		func(d *disk) error { return d.removeEmpty(p.dropped()) },
	}
	for _, step := range steps {
		if err := step(d); err != nil {
			return err
		}
	}
	if p.record == nil || sameBytes(record, p.record.New) {
		return nil
	}
	return d.write(p.record.New)
}

// write brings the files that are to stay. Folders are made one after the other,
// since two at once in one folder only wait for each other; the files of a folder
// are written by one worker, and there is a worker for each processor.
func (p *plan) write(d *disk) error {
	var todo []*Change
	var paths []string
	for i := range p.changes {
		if c := &p.changes[i]; c.New != nil && !p.done[i] {
			todo = append(todo, c)
			paths = append(paths, c.Path)
		}
	}
	group, ctx := errgroup.WithContext(context.Background())
	group.SetLimit(runtime.GOMAXPROCS(0))
	w := d.walk()
	defer w.close()
	for _, f := range byFolder(paths) {
		// A full disk is full for the other folders too.
		if ctx.Err() != nil {
			break
		}
		sub, err := d.openIn(w, f.dir)
		if err != nil {
			return errors.Join(group.Wait(), err)
		}
		group.Go(func() error {
			defer sub.root.Close()
			for _, i := range f.members {
				if err := p.writeOne(d, sub, todo[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

func (p *plan) writeOne(d, sub *disk, c *Change) error {
	if c.Kind == Mode {
		return sub.chmod(c.New)
	}
	if c.Kind.NeedsForce() {
		if err := p.backup(d, c.Old); err != nil {
			return err
		}
	}
	return sub.write(c.New)
}

// delete removes those orphans that make way for new files, or the others.
func (p *plan) delete(d *disk, early bool) error {
	for i, c := range p.changes {
		if c.New != nil || p.done[i] || p.early[c.Path] != early {
			continue
		}
		if c.Kind.NeedsForce() {
			if err := p.backup(d, c.Old); err != nil {
				return err
			}
		}
		// No lock holds off a person who deletes it at the same moment.
		if err := d.remove(c.Path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// backup keeps a copy of the file beside it, under the first name that is free
// and that gen does not own. A copy of these very bytes that is there already
// is enough: a run that was killed and comes back does not make another.
func (p *plan) backup(d *disk, f *File) error {
	dir, err := d.open(path.Dir(f.Path))
	if err != nil {
		return err
	}
	defer dir.root.Close()
	for n := 0; ; n++ {
		name := f.Path + ".bak"
		if n > 0 {
			name = fmt.Sprintf("%s.%d", name, n)
		}
		s, err := scan(dir.root, name)
		if err != nil {
			return err
		}
		taken := s.file != nil || s.obstacle != "" || len(p.old[name])+len(p.new[name]) > 0
		same := s.file != nil && bytes.Equal(s.file.Data, f.Data)
		if taken && !same {
			continue
		}
		if !same {
			if err := dir.keep(&File{Path: name, Mode: f.Mode, Data: f.Data}); err != nil {
				return err
			}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.backups[f.Path] = name
		return nil
	}
}
