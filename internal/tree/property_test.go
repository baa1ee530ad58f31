package tree

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// A world plays gen and people on one folder and keeps its own, slow and
// simple books on what has to be there.
type world struct {
	rnd   *rand.Rand
	wrote map[string]map[string]bool // what gen wrote at a path, as far as it is bound to know
	disk  map[string]string          // what is there, the manifest aside
}

func (w *world) pick(from ...string) string { return from[w.rnd.IntN(len(from))] }

// spec makes a tree from few names and contents, so that they meet often. Files
// and folders take turns at some paths.
func (w *world) spec(t *testing.T) (*Tree, map[string]string) {
	files := make(map[string]string)
	for range w.rnd.IntN(12) {
		p := w.pick("a", "b", "c", "d") + "/" + w.pick("x", "y", "z", "f/x", "f/y", "f")
		if _, clash := files[p+"/x"]; clash {
			continue
		}
		if _, clash := files[p+"/y"]; clash {
			continue
		}
		if _, clash := files[strings.TrimSuffix(strings.TrimSuffix(p, "/x"), "/y")]; clash {
			continue
		}
		files[p] = fmt.Sprintf("gen %d\n", w.rnd.IntN(3))
	}
	return tree(t, files), files
}

// TestProperty: whatever people and specs do, gen writes exactly when nobody's
// work is in the way, then the folder is the tree and what people have beside
// it, and a second look finds nothing.
func TestProperty(t *testing.T) {
	blocked, written := 0, 0
	for seed := range uint64(40) {
		w := &world{rand.New(rand.NewPCG(seed, 1)), map[string]map[string]bool{}, map[string]string{}}
		root := openRoot(t, t.TempDir())
		for range 8 {
			w.meddle(t, root)
			want, files := w.spec(t)
			stuck := w.inTheWay(files)
			was := snapshot(t, root)
			err := run(root, want, Options{})
			if (err != nil) != stuck {
				t.Fatalf("seed %d: somebody's work is in the way: %v, but gen says: %v\nspec: %v\ndisk: %v", seed, stuck, err, files, w.disk)
			}
			if stuck {
				blocked++
				sameFolder(t, snapshot(t, root), was)
				continue
			}
			written++
			for p := range w.wrote {
				if _, ok := w.disk[p]; ok && files[p] == "" {
					delete(w.disk, p)
				}
			}
			w.wrote = map[string]map[string]bool{}
			for p, data := range files {
				w.disk[p] = data
				w.wrote[p] = map[string]bool{data: true}
			}
			got := snapshot(t, root)
			delete(got, ManifestName)
			sameFolder(t, got, w.disk)
			if left := compare(t, root, want); len(left) > 0 {
				t.Fatalf("seed %d: a second look finds:\n%s", seed, report(left))
			}
		}
	}
	if blocked < 40 || written < 40 {
		t.Errorf("blocked %d times, written %d times: the test has become too narrow", blocked, written)
	}
}

// meddle does what people do: new files, edits, deletions, the right content by
// hand. No folder is left empty, git would not keep it either.
func (w *world) meddle(t *testing.T, root *os.Root) {
	for range w.rnd.IntN(3) {
		p := w.pick("a", "b", "c", "d", "e") + "/" + w.pick("x", "y", "z", "mine")
		if info, err := root.Lstat(p); err == nil && info.IsDir() {
			continue
		}
		data := w.pick("mine\n", "mine too\n", "gen 0\n", "gen 1\n")
		put(t, root, p, data)
		w.disk[p] = data
	}
}

// inTheWay says by the book whether gen may write.
func (w *world) inTheWay(files map[string]string) bool {
	for p, data := range w.disk {
		wanted, isWanted := files[p]
		known := w.wrote[p]
		switch {
		case isWanted && wanted == data:
		case len(known) == 0 && !isWanted:
			// Somebody's file, unless a folder is wanted there or it lies in a wanted file.
			for other := range files {
				if below(p, other) || below(other, p) {
					return true
				}
			}
		case !known[data]:
			return true
		}
	}
	return false
}
