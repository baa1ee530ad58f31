package main

import (
	"bytes"
	"flag"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sitegen/internal/tree"
)

var update = flag.Bool("update", false, "rewrite golden/*/want and out/ from the specs")

// goldenCases are the folders of golden/ that hold a spec and the tree wanted
// from it. (The cases of golden/bad are package site's.)
func goldenCases(t *testing.T) []string {
	t.Helper()
	specs, err := filepath.Glob("../../golden/*/site.cue")
	if err != nil || len(specs) < 5 {
		t.Fatalf("found %d golden specs: %v", len(specs), err)
	}
	var dirs []string
	for _, s := range specs {
		dirs = append(dirs, filepath.Dir(s))
	}
	return dirs
}

// generate runs gen and returns what it wrote.
func generate(t *testing.T, spec string) map[string]string {
	t.Helper()
	out := t.TempDir()
	copyOwn(t, filepath.Join(filepath.Dir(spec), "want"), out)
	var stdout, stderr bytes.Buffer
	if code := run([]string{"-spec", spec, "--one-file", "-out", out}, &stdout, &stderr); code != 0 {
		t.Fatalf("gen -spec %s: exit %d\n%s", spec, code, stderr.String())
	}
	return readTree(t, out)
}

// copyOwn copies the files of a tree that are the user's, which gen reads.
func copyOwn(t *testing.T, from, to string) {
	t.Helper()
	manifest, err := os.ReadFile(filepath.Join(from, tree.ManifestName))
	if err != nil {
		return // there is no tree yet, or none with files of the user's
	}
	for name, data := range readTree(t, from) {
		if !strings.Contains(string(manifest), "  "+strings.TrimPrefix(name, "x ")+"\n") && !strings.Contains(data, tree.Header) && name != tree.ManifestName {
			writeFile(t, filepath.Join(to, filepath.FromSlash(name)), data)
			writeFile(t, filepath.Join(to, ".git", "HEAD"), "") // a folder of other files is a place for the output where git has it
		}
	}
}

// readTree maps each path to its content; a leading "x " marks an executable.
func readTree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Name() == ".git" {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if info.Mode()&0o111 != 0 {
			rel = "x " + rel
		}
		files[rel] = string(data)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestGolden holds every byte, every file and every executable bit.
func TestGolden(t *testing.T) {
	for _, dir := range goldenCases(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			checkGolden(t, filepath.Join(dir, "site.cue"), filepath.Join(dir, "want"))
		})
	}
}

// TestOut is TestGolden for the example: out/ is what gen writes from site.cue.
func TestOut(t *testing.T) { checkGolden(t, "../../site.cue", "../../out") }

func checkGolden(t *testing.T, spec, want string) {
	t.Helper()
	got := generate(t, spec)
	if *update {
		rewrite(t, got, want)
		return
	}
	if diff := cmp.Diff(readTree(t, want), got); diff != "" {
		t.Errorf("%s is not what gen writes (-want +got); go test ./cmd/gen -update rewrites it:\n%s", want, diff)
	}
}

func rewrite(t *testing.T, got map[string]string, want string) {
	t.Helper()
	if err := os.RemoveAll(want); err != nil {
		t.Fatal(err)
	}
	for rel, data := range got {
		mode := fs.FileMode(0o644)
		if strings.HasPrefix(rel, "x ") {
			rel, mode = rel[2:], 0o755
		}
		p := filepath.Join(want, filepath.FromSlash(rel))
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(data), mode); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDeterminism wants the same bytes from every run.
func TestDeterminism(t *testing.T) {
	spec := "../../golden/full/site.cue"
	first := generate(t, spec)
	for range 5 {
		if diff := cmp.Diff(first, generate(t, spec)); diff != "" {
			t.Fatalf("two runs differ:\n%s", diff)
		}
	}
}

// TestOneMoreClient adds a client to the full site and reads the diff as a
// reviewer would: no line goes away, and each block of added lines names the
// client.
func TestOneMoreClient(t *testing.T) {
	spec, err := os.ReadFile("../../golden/full/site.cue")
	if err != nil {
		t.Fatal(err)
	}
	more := filepath.Join(t.TempDir(), "site.cue")
	added := "\nclients: juniper: {domain: \"juniper.example\", image: \"ghcr.io/example/juniper:1.0.0\"}\n"
	if err := os.WriteFile(more, append(spec, added...), 0o644); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	copyOwn(t, "../../golden/full/want", out)
	var diff, stderr bytes.Buffer
	if code := run([]string{"-spec", "../../golden/full/site.cue", "-out", out}, io.Discard, &stderr); code != 0 {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	if code := run([]string{"diff", "-spec", more, "-out", out}, &diff, &stderr); code != exitDrift {
		t.Fatalf("exit %d\n%s", code, stderr.String())
	}
	blocks := 0
	for file := range strings.SplitSeq(diff.String(), "diff --git ") {
		name, _, _ := strings.Cut(file, "\n")
		if strings.Contains(name, "/juniper/") {
			continue
		}
		for _, block := range changedBlocks(file) {
			blocks++
			if strings.Contains(name, "docs/site.svg") && sizes.MatchString(block) { // the picture grows
				continue
			}
			if strings.Contains(block, "\n-") || !strings.Contains(block, "juniper") {
				t.Errorf("%s: a change that is not about the client:%s", name, block)
			}
		}
	}
	if blocks == 0 {
		t.Errorf("the diff says nothing:\n%s", diff.String())
	}
	t.Logf("%d blocks in shared files", blocks)
}

// sizes are changes of a picture's size, and of the box around a column.
var sizes = regexp.MustCompile(`^(\n[-+]<(svg|rect) [^\n]*)+$`)

// changedBlocks are the runs of changed lines in a file's unified diff, each with
// a newline in front.
func changedBlocks(file string) []string {
	_, hunks, _ := strings.Cut(file, "\n@@")
	var blocks []string
	block := ""
	for line := range strings.Lines(hunks) {
		if line[0] == '+' || line[0] == '-' {
			block += "\n" + strings.TrimSuffix(line, "\n")
			continue
		}
		if block != "" {
			blocks = append(blocks, block)
		}
		block = ""
	}
	if block != "" {
		blocks = append(blocks, block)
	}
	return blocks
}
