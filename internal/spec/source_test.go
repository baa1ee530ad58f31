package spec

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sitegen/internal/site/sitetest"
)

// TestSpecFiles reads folders that hold more than plain files, as a checkout of
// somebody else's branch may.
func TestSpecFiles(t *testing.T) {
	pipe := func(p string) error { return syscall.Mkfifo(p, 0o644) }
	cases := []struct {
		name string
		make func(path string) error
		want string // of the message; "" where the file is passed over
	}{
		{"pipe.cue", pipe, "is a pipe"},
		{"folder.cue", func(p string) error { return os.Mkdir(p, 0o755) }, ""},
		{"linked.cue", func(p string) error { return os.Symlink(".", p) }, "is a directory"},
		{"device.cue", func(p string) error { return os.Symlink("/dev/zero", p) }, "is a device"},
		{"dangling.cue", func(p string) error { return os.Symlink("nowhere.cue", p) }, "no such file"},
		{".#site.cue", pipe, ""},
		{"_draft.cue", func(p string) error { return os.WriteFile(p, []byte("not CUE {"), 0o644) }, ""},
		{"notes.txt", pipe, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "site.cue"), []byte(sitetest.Base()), 0o644); err != nil {
				t.Fatal(err)
			}
			odd := filepath.Join(dir, tc.name)
			if err := tc.make(odd); err != nil {
				t.Fatal(err)
			}
			problems := Source{Path: dir}.Read().Problems
			if tc.want == "" {
				if len(problems) > 0 {
					t.Errorf("not passed over:\n%s", problems.Error())
				}
				return
			}
			if got := problems.Error(); !strings.Contains(got, tc.want) || !strings.Contains(got, tc.name) {
				t.Errorf("want %q about %s, got:\n%s", tc.want, tc.name, got)
			}
		})
	}
	alone := filepath.Join(t.TempDir(), "site.cue")
	if err := pipe(alone); err != nil {
		t.Fatal(err)
	}
	if problems := (Source{Path: alone}).Read().Problems; !strings.Contains(problems.Error(), "is a pipe") {
		t.Errorf("a spec that is a pipe: %s", problems.Error())
	}
}
