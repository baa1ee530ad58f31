package rules

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sitegen/internal/site/sitetest"
	"sitegen/internal/spec"
)

// TestGrowth: what gen says of a spec with many mistakes takes time in proportion to
// them.
func TestGrowth(t *testing.T) {
	for name, line := range map[string]string{
		"unknown fields":   "x%d: 1\n",
		"missing fields":   "clients: c%d: domain: \"c.example\"\n",
		"values":           "clients: c%d: {domain: \"C %[1]d\", image: \"ghcr.io/example/A:1\"}\n",
		"references":       "clients: c%d: _c\n",
		"same place often": "_n: n%d: {}\n",
	} {
		t.Run(name, func(t *testing.T) {
			small, large := explaining(t, line, 200), explaining(t, line, 1600)
			for range 5 { // a moment when the machine was busy with something else
				if large < 24*small {
					break
				}
				small, large = max(small, explaining(t, line, 200)), min(large, explaining(t, line, 1600))
			}
			if large >= 24*small {
				t.Errorf("8 times as many take %v, and not %v", large, small)
			}
		})
	}
}

// explaining is how long it takes to say what is wrong with n lines.
func explaining(t *testing.T, line string, n int) time.Duration {
	t.Helper()
	var b strings.Builder
	b.WriteString(sitetest.Base() + "\n_c: {domain: \"c example\", image: \"ghcr.io/example/A:1\"}\nfor k, _ in _n {clients: (k): {image: \"A\"}}\n_n: {}\n")
	for i := range n {
		fmt.Fprintf(&b, line, i)
	}
	path := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if _, problems := Load(spec.Source{Path: path}); len(problems) == 0 {
		t.Fatal("nothing is wrong")
	}
	return time.Since(start)
}
