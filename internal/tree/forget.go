package tree

import (
	"crypto/sha256"
	"errors"
	"os"
)

// Read returns the file at a path; nil where there is none, or no regular one.
func Read(root *os.Root, path string) (*File, error) {
	var found *File
	err := survey(root, []string{path}, func(_ int, s entry) { found = s.file })
	return found, err
}

// Forget deletes the manifest, and with it those of the paths that it lists and that are as gen
// wrote them: every other file stays as it is, and is nobody's but the user's. It returns the
// paths that were edited, and stay as well.
func Forget(root *os.Root, paths ...string) (kept []string, err error) {
	unlock, err := lock(root, false)
	if err != nil {
		return nil, err
	}
	defer unlock()
	record, own, err := readManifest(root)
	if err != nil || record == nil {
		return nil, err
	}
	for _, p := range paths {
		f, err := Read(root, p)
		switch {
		case err != nil:
			return nil, err
		case f == nil:
		case !own.has(p, sha256.Sum256(f.Data)):
			kept = append(kept, p)
		default:
			if err := root.Remove(p); err != nil {
				return nil, errors.Join(errors.New("nothing was forgotten"), why(err))
			}
		}
	}
	return kept, root.Remove(ManifestName)
}
