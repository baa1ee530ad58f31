package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestLeftOutSilenced silences the warning of a file that is left out, which is
// said when there is none.
func TestLeftOutSilenced(t *testing.T) {
	silence := "\nsilence: \"spec-left-out\": \"one for staging\"\n"
	staging := "@if(staging)\n\npackage site\n\napps: preview: replicas: 2\n"
	dir := t.TempDir()
	for name, text := range map[string]string{"site.cue": sitetest.Base() + silence, "staging.cue": staging} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, problems := Load(spec.Source{Path: dir}); len(problems) > 0 {
		t.Errorf("not silenced:\n%s", problems.Error())
	}
	if _, problems := Load(spec.Source{Path: dir, Tags: []string{"staging"}}); problems.Errors() == 0 || !strings.Contains(problems.Error(), "apps.preview") {
		t.Errorf("-t staging reads no more:\n%s", problems.Error())
	}
	if err := os.Remove(filepath.Join(dir, "staging.cue")); err != nil {
		t.Fatal(err)
	}
	if s, problems := Load(spec.Source{Path: dir}); s == nil || len(problems) != 1 || problems[0].Rule != "silence-unused" || problems[0].Pos.Line == 0 {
		t.Errorf("silenced without need:\n%s", problems.Error())
	}
}
