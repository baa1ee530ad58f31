package tree

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
)

// A breaker makes file-system operations fail: the k-th and, when it stands for
// a kill, all that follow, the cleaning up included.
type breaker struct {
	mu   sync.Mutex
	left int
	kill bool
	hit  bool
}

var errBroken = errors.New("broken on purpose")

func (b *breaker) step(op, path string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left--
	if b.left == 0 || b.left < 0 && b.kill {
		b.hit = true
		return fmt.Errorf("%s %s: %w", op, path, errBroken)
	}
	return nil
}

var faultForce = []string{"edited", "edited-orphan", "foreign"}

// TestFaults breaks a run at each of its file-system operations in turn, as a
// kill and as an error of the disk. The run after it, with the same spec or
// with the old one, has to find nothing but its own files and finish the work.
func TestFaults(t *testing.T) {
	before := tree(t, map[string]string{
		"same": "same\n", "stale": "1\n", "deep/er/stale": "1\n", "*mode": "m\n", "lost/file": "l\n",
		"orphan": "o\n", "gone/a/b/orphan": "o\n", "gone/orphan": "o\n", "mixed/orphan": "o\n",
		"file-to-folder": "f\n", "folder-to-file/a": "f\n", "folder-to-file/b/c": "f\n",
		"edited": "gen\n", "edited-orphan": "gen\n",
	})
	after := tree(t, map[string]string{
		"same": "same\n", "stale": "2\n", "deep/er/stale": "2\n", "*mode": "m\n", "lost/file": "l\n",
		"new/one": "n\n", "*new/two": "n\n", "brand/new/place": "n\n", "mixed/new": "n\n",
		"file-to-folder/x": "f\n", "folder-to-file": "f\n",
		"edited": "gen 2\n", "foreign": "gen\n",
	})
	mine := map[string]string{"mixed/mine": "mine\n", "mine/too": "mine\n", ".sitegen-tmp-notes": "mine\n"}
	backups := map[string]string{"edited.bak": "mine\n", "edited-orphan.bak": "mine\n", "foreign.bak": "mine\n"}
	for _, test := range []struct {
		name string
		kill bool
		next *Tree
	}{
		{"killed, same spec", true, after},
		{"killed, old spec", true, before},
		{"disk error, same spec", false, after},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			steps := 0
			for hit := true; hit; {
				steps++
				hit = breakAt(t, steps, test.kill, before, after, test.next, mine, backups)
			}
			// Fewer would mean that operations go past the breaker.
			if steps < 60 {
				t.Errorf("only %d operations were seen", steps)
			}
		})
	}
}

// breakAt breaks a run at the k-th operation and reports whether it had as many.
func breakAt(t *testing.T, k int, kill bool, before, after, next *Tree, mine, backups map[string]string) bool {
	root := openRoot(t, t.TempDir())
	apply(t, root, before, Options{})
	for p, data := range mine {
		put(t, root, p, data)
	}
	for p := range backups {
		put(t, root, p[:len(p)-len(".bak")], "mine\n")
	}
	for _, p := range []string{"lost/file", "lost"} {
		if err := root.Remove(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := root.Chmod("mode", 0o644); err != nil {
		t.Fatal(err)
	}

	b := &breaker{left: k, kill: kill}
	err := run(root, after, Options{Force: faultForce, step: b.step})
	if b.hit != (err != nil) || err != nil && !errors.Is(err, errBroken) {
		t.Fatalf("operation %d: broken: %v, but the error is %v", k, b.hit, err)
	}
	for _, p := range blockedPaths(compare(t, root, next)) {
		if !slices.Contains(faultForce, p) {
			t.Fatalf("operation %d (%v): gen takes its own %q for somebody's", k, err, p)
		}
	}
	apply(t, root, next, Options{Force: faultForce})

	got := snapshot(t, root)
	want := union2(generated(next), mine)
	for p, data := range backups {
		forced := p[:len(p)-len(".bak")]
		_, wanted := next.Lookup(forced)
		switch _, kept := got[p]; {
		case kept:
			want[p] = data
		case !wanted:
			// Not reached by the broken run, and the old spec is not about it.
			want[forced] = data
		default:
			t.Fatalf("operation %d: %q was replaced without a backup", k, forced)
		}
	}
	if t.Failed() {
		return false
	}
	sameFolder(t, got, want)
	return b.hit
}

// TestTakenBack breaks a run at each of its operations, as a kill, and goes back to
// the version before, which was in order: no temporary file stays, although there
// may be nothing left to do.
func TestTakenBack(t *testing.T) {
	t.Parallel()
	before := tree(t, map[string]string{"a/same": "1\n", "a/stale": "1\n", "orphan": "1\n"})
	more := tree(t, map[string]string{"a/same": "1\n", "a/stale": "1\n", "orphan": "1\n", "a/new": "2\n", "b/c/new": "2\n"})
	other := tree(t, map[string]string{"a/same": "1\n", "a/stale": "2\n", "b/c/new": "2\n"})
	idle := 0
	for _, after := range []*Tree{more, other} {
		for k, hit := 1, true; hit; k++ {
			root := openRoot(t, t.TempDir())
			apply(t, root, before, Options{})
			b := &breaker{left: k, kill: true}
			if err := run(root, after, Options{step: b.step}); b.hit != (err != nil) {
				t.Fatalf("operation %d: %v", k, err)
			}
			if len(compare(t, root, before)) == 0 {
				idle++
			}
			apply(t, root, before, Options{})
			sameFolder(t, snapshot(t, root), generated(before))
			hit = b.hit
		}
	}
	if idle < 6 { // before the manifest is in place, twice
		t.Errorf("only %d of the broken runs left nothing to do", idle)
	}
}
