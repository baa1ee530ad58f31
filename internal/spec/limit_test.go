package spec

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sitegen/internal/site/sitetest"
)

// loadEnv names a spec that the test binary loads in place of its tests: what an
// evaluation without end leaves behind ends with the process.
const loadEnv = "SITEGEN_TEST_LOAD"

func TestMain(m *testing.M) {
	if Evaluating() {
		return
	}
	if path := os.Getenv(loadEnv); path != "" {
		problems := Source{Path: path, Apart: true}.Read().Problems.Sorted()
		if len(problems) > 20 {
			problems = problems[:20]
		}
		fmt.Print(problems.Error())
		return
	}
	os.Exit(m.Run())
}

// TestBombs loads specs that ask for endless work: each has to be refused with a
// place, within the limits of time and memory.
func TestBombs(t *testing.T) {
	doubling := func(first, next string, n int) string {
		var b strings.Builder
		b.WriteString("_a0: " + first + "\n")
		for i := range n {
			b.WriteString(strings.NewReplacer("NEXT", fmt.Sprintf("_a%d", i+1), "LAST", fmt.Sprintf("_a%d", i)).Replace(next) + "\n")
		}
		return b.String()
	}
	fields := func(n int, of string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, of, i)
		}
		return b.String()
	}
	chain := ""
	for i := range 20_000 {
		chain += fmt.Sprintf("_f%d: _f%d\n", i+1, i)
	}
	for name, text := range map[string]string{
		"range":          "apps: {for i in list.Range(0, 1000000000, 1) {\"a\\(i)\": {image: \"x/y:1\"}}}\n",
		"repeat":         "apps: invoices: env: A: strings.Repeat(\"x\", 8000000000)\n",
		"repeats":        "apps: invoices: env: A: strings.Repeat(strings.Repeat(\"x\", 1000000), 30000)\n",
		"times":          "apps: invoices: env: A: \"x\" * 6000000000\n",
		"bits":           "_n: bits.Lsh(1, 100000000000)\napps: invoices: port: _n\n",
		"squares":        "_n: bits.Lsh(1, 4000000000)\n_m: _n * _n\napps: invoices: port: _m\n",
		"text":           doubling(`"xxxxxxxx"`, "NEXT: LAST + LAST", 40) + "apps: invoices: env: A: _a40\n",
		"structs":        doubling(`{x: 1}`, "NEXT: {l: LAST, r: LAST}", 40) + "apps: _a40\n",
		"loops":          "_n: list.Range(0, 3000, 1)\napps: {for a in _n for b in _n for c in _n {\"x\\(a)-\\(b)-\\(c)\": {image: \"x/y:1\"}}}\n",
		"alternatives":   doubling(`{x: 1} | {x: 2}`, "NEXT: {l: LAST, r: LAST} | {l: LAST, r: LAST, z: 1}", 20) + "apps: _a20\n",
		"self":           "#l: {next: #l}\napps: #l\n",
		"self in lists":  "#l: [#l, #l]\nhosts: #l\n",
		"list":           "_l: [" + strings.Repeat("1,", 15<<20) + "]\nnothing: 1\n",
		"sum":            "_n: 1" + strings.Repeat("+1", 200_000) + "\napps: invoices: port: _n\n",
		"references":     "_f0: 1\n" + chain + "nothing: 1\n",
		"unknown fields": fields(100_000, "x%d: 1\n"),
		"fields":         "apps: {\n" + fields(200_000, "a%d: image: \"x/y:1\"\n") + "}\nnothing: 1\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sp := filepath.Join(t.TempDir(), "site.cue")
			if err := os.WriteFile(sp, []byte(withImports(sitetest.Base(), text)+text), 0o644); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			out, rss := loadElsewhere(t, sp)
			took := time.Since(start)
			t.Logf("%v, %d MiB: %s", took.Round(time.Millisecond), rss>>20, firstLine(out))
			if !strings.HasPrefix(out, sp+":") || sitetest.CUEWords.MatchString(out) {
				t.Errorf("not refused with a place, or in CUE's words: %s", out)
			}
			if most := maxLimits.time * 3 / 2; took > most { // reading the files and a busy machine
				t.Errorf("it took %v, and %v is the most", took, most)
			}
			if uint64(rss) > maxLimits.memory*5/4 {
				t.Errorf("it took %d MiB of memory, and %d is the most", rss>>20, maxLimits.memory>>20)
			}
		})
	}
}

// withImports gives a spec the imports that a text uses.
func withImports(sp, text string) string {
	imports := ""
	for _, name := range []string{"list", "strings", "math/bits"} {
		if strings.Contains(text, path.Base(name)+".") {
			imports += fmt.Sprintf("\nimport %q\n", name)
		}
	}
	return strings.Replace(sp, "package site\n", "package site\n"+imports, 1)
}

// loadElsewhere loads a spec in a process of its own, and says how much memory that
// or its own child took, in bytes.
func loadElsewhere(t *testing.T, path string) (string, int64) {
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
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		t.Fatal("no resource usage")
	}
	return string(out), int64(usage.Maxrss) << 10
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
