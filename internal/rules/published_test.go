package rules

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"sitegen/internal/format"
)

// TestPublishedKeys: each sound key in this repository is in the list of those that
// no real site may have.
func TestPublishedKeys(t *testing.T) {
	keys := regexp.MustCompile(`\bage1[02-9ac-hj-np-z]{58}\b|\bAAAA[A-Z][A-Za-z0-9+/]{60,}=*`)
	found := map[string]bool{}
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && d.Name() == ".git" {
			return fs.SkipDir
		}
		if !slices.Contains([]string{".cue", ".go", ".md", ".sh", ".yaml"}, filepath.Ext(path)) {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, key := range keys.FindAllString(string(text), -1) {
			if found[key] {
				continue
			}
			found[key] = true
			sound := !format.AgeKey(key, false).Bad() || !format.SSHKey("ssh-ed25519 "+key).Bad()
			if sound && !slices.Contains(publishedKeys(), key) {
				t.Errorf("%s: the key %s is missing from publishedKeys", path, key)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range publishedKeys() {
		if !found[key] {
			t.Errorf("%s is nowhere published", key)
		}
	}
}
