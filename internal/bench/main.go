// Command bench measures gen beside the CUE library alone: wall time and peak
// memory for sites of 10 to 10,000 clients, each measurement in a process of its
// own, both in one run, as a table.
//
// "cue" is what nobody can do without who reads the spec with the schema: parse
// both, unify, validate, export as JSON. "gen" is the program: first into an
// empty folder, then over its own output, where nothing changes.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

func main() {
	runs := flag.Int("runs", 5, "measurements of each; the median counts")
	sizes := flag.String("sizes", "10,100,1000,10000", "numbers of clients")
	cueOnly := flag.String("cue", "", "only do CUE's part for this spec (used by bench itself)")
	flag.Parse()
	if err := run(os.Stdout, *runs, *sizes, *cueOnly); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, runs int, sizes, cueOnly string) error {
	if cueOnly != "" {
		return evaluate(cueOnly)
	}
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	gen := filepath.Join(dir, "gen")
	if out, err := exec.Command("go", "build", "-o", gen, "./cmd/gen").CombinedOutput(); err != nil {
		return fmt.Errorf("%v\n%s", err, out)
	}
	fmt.Fprintln(w, "| clients | files | cue | gen, first | ratio | gen, again | ratio | cue MiB | gen MiB |")
	fmt.Fprintln(w, "|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, text := range strings.Split(sizes, ",") {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if err := row(w, gen, filepath.Join(dir, text), n, runs); err != nil {
			return err
		}
	}
	return nil
}

// row measures one size. Runs alternate between the programs, so that a slow
// moment of the machine hits both.
func row(w io.Writer, gen, dir string, n, runs int) error {
	spec, err := writeSpec(dir, n)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var cue, first, again []sample
	for i := range runs {
		out := filepath.Join(dir, "out"+strconv.Itoa(i))
		for _, m := range []struct {
			into *[]sample
			cmd  *exec.Cmd
		}{
			{&cue, exec.Command(self, "-cue", spec)},
			{&first, exec.Command(gen, "-spec", spec, "-out", out)},
			{&again, exec.Command(gen, "-spec", spec, "-out", out)},
		} {
			s, err := measure(m.cmd)
			if err != nil {
				return err
			}
			*m.into = append(*m.into, s)
		}
		if i == runs-1 {
			return report(w, n, out, cue, first, again)
		}
		if err := os.RemoveAll(out); err != nil {
			return err
		}
	}
	return nil
}

func report(w io.Writer, n int, out string, cue, first, again []sample) error {
	files := 0
	err := filepath.WalkDir(out, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files++
		}
		return err
	})
	if err != nil {
		return err
	}
	c, f, a := median(cue), median(first), median(again)
	_, err = fmt.Fprintf(w, "| %d | %d | %v | %v | %.2f | %v | %.2f | %d | %d |\n", n, files,
		c.wall.Round(time.Millisecond), f.wall.Round(time.Millisecond), ratio(f, c), a.wall.Round(time.Millisecond), ratio(a, c), c.peak>>20, f.peak>>20)
	return err
}

// sample is one run of a program; peak is its largest resident size in bytes.
type sample struct {
	wall time.Duration
	peak int64
}

func measure(cmd *exec.Cmd) (sample, error) {
	cmd.Stdout = nil
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("%v: %v\n%s", cmd, err, stderr.String())
	}
	s := sample{wall: time.Since(start)}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		s.peak = usage.Maxrss << 10 // Linux counts in KiB
	}
	return s, nil
}

func median(samples []sample) sample {
	slices.SortFunc(samples, func(a, b sample) int { return int(a.wall - b.wall) })
	return samples[len(samples)/2]
}

func ratio(a, b sample) float64 { return float64(a.wall) / float64(b.wall) }

// writeSpec makes a spec directory: the example site and n more clients.
func writeSpec(dir string, n int) (string, error) {
	spec := filepath.Join(dir, "spec")
	if err := os.MkdirAll(spec, 0o755); err != nil {
		return "", err
	}
	example, err := os.ReadFile("site.cue")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(spec, "site.cue"), example, 0o644); err != nil {
		return "", err
	}
	var b strings.Builder
	// More hostnames than a tunnel can be told of, which is no matter here.
	b.WriteString("package site\n\nsilence: {\"tunnel-size\": \"nothing is deployed\", \"pod-room\": \"nothing is deployed\"}\n\nclients: {\n")
	for i := range n {
		fmt.Fprintf(&b, "\tc%05d: {domain: \"c%05d.example\", image: \"ghcr.io/example/c%05d:1.0.0\"}\n", i, i, i)
	}
	b.WriteString("}\n")
	return spec, os.WriteFile(filepath.Join(spec, "clients.cue"), []byte(b.String()), 0o644)
}
