package site

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// loadEnv names a spec that the test binary loads in place of its tests: what an
// evaluation without end leaves behind ends with the process.
const loadEnv = "SITEGEN_TEST_LOAD"

func TestMain(m *testing.M) {
	if path := os.Getenv(loadEnv); path != "" {
		_, problems := Load(path)
		fmt.Print(problems.Error())
		return
	}
	os.Exit(m.Run())
}

// TestBombs loads specs that ask for endless work: each has to be refused with a
// place, in time.
func TestBombs(t *testing.T) {
	doubling := func(first, next string, n int) string {
		var b strings.Builder
		b.WriteString("_a0: " + first + "\n")
		for i := range n {
			b.WriteString(strings.NewReplacer("NEXT", fmt.Sprintf("_a%d", i+1), "LAST", fmt.Sprintf("_a%d", i)).Replace(next) + "\n")
		}
		return b.String()
	}
	for name, text := range map[string]string{
		"range":         "apps: {for i in list.Range(0, 1000000000, 1) {\"a\\(i)\": {image: \"x/y:1\"}}}\n",
		"repeat":        "apps: invoices: env: A: strings.Repeat(\"x\", 8000000000)\n",
		"text":          doubling(`"xxxxxxxx"`, "NEXT: LAST + LAST", 40) + "apps: invoices: env: A: _a40\n",
		"structs":       doubling(`{x: 1}`, "NEXT: {l: LAST, r: LAST}", 40) + "apps: _a40\n",
		"loops":         "_n: list.Range(0, 3000, 1)\napps: {for a in _n for b in _n for c in _n {\"x\\(a)-\\(b)-\\(c)\": {image: \"x/y:1\"}}}\n",
		"alternatives":  doubling(`{x: 1} | {x: 2}`, "NEXT: {l: LAST, r: LAST} | {l: LAST, r: LAST, z: 1}", 20) + "apps: _a20\n",
		"self":          "#l: {next: #l}\napps: #l\n",
		"self in lists": "#l: [#l, #l]\nhosts: #l\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "site.cue")
			if err := os.WriteFile(path, []byte(withImports(baseSite(t), text)+text), 0o644); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			out := loadElsewhere(t, path)
			t.Logf("%v: %s", time.Since(start).Round(time.Millisecond), firstLine(out))
			if !strings.HasPrefix(out, path+":") || cueWords.MatchString(out) {
				t.Errorf("not refused with a place, or in CUE's words: %s", out)
			}
		})
	}
}

// withImports gives a spec the imports that a text uses.
func withImports(spec, text string) string {
	imports := ""
	for _, name := range []string{"list", "strings"} {
		if strings.Contains(text, name+".") {
			imports += fmt.Sprintf("\nimport %q\n", name)
		}
	}
	return strings.Replace(spec, "package site\n", "package site\n"+imports, 1)
}

// loadElsewhere loads a spec in a process of its own.
func loadElsewhere(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), loadEnv+"="+path)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) || errs.Len() > 0 {
		t.Fatalf("%v: %.2000s", err, errs.String())
	}
	return string(out)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
