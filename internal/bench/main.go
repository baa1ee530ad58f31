// Command bench measures gen beside what nobody can do without: the CUE library for
// reading the spec, and tar for writing the files. It prints wall time, processor
// time and peak memory as tables, each row when it is measured; each measurement is a
// process of its own, and the median counts. Sites of 10,000 clients take minutes:
// -sizes 20,1000,10000 -hostnames 0,2.
//
// "cue" parses spec and schema, unifies, validates, exports as JSON. "again" is gen
// where it finds all of its output in place, "first" where it finds an empty folder,
// in memory (tmpfs) and on the disk, and "tar" unpacks the same files there. cue and
// terramate, which writes as many files from text templates, are measured too where
// they are on PATH.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

func main() {
	var b bench
	flag.IntVar(&b.runs, "runs", 3, "measurements of each; the median counts")
	sizes := flag.String("sizes", "20,1000", "numbers of clients")
	hostnames := flag.String("hostnames", "0", "numbers of hostnames that each client has beside its domain")
	flag.StringVar(&b.memory, "memory", "/dev/shm", "a folder in memory (tmpfs)")
	flag.StringVar(&b.disk, "disk", os.TempDir(), "a folder on the disk")
	cueOnly := flag.String("cue", "", "only do CUE's part for this spec (used by bench itself)")
	flag.Parse()
	if err := b.run(os.Stdout, *sizes, *hostnames, *cueOnly); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is what a run was told, and the programs that it runs.
type bench struct {
	runs         int
	memory, disk string
	self, gen    string
	cue, tmate   string // "" when not on PATH
}

func (b *bench) run(w io.Writer, sizes, hostnames, cueOnly string) (err error) {
	if cueOnly != "" {
		return evaluate(cueOnly)
	}
	if b.self, err = os.Executable(); err != nil {
		return err
	}
	for _, at := range []*string{&b.memory, &b.disk} {
		if *at, err = os.MkdirTemp(*at, "bench"); err != nil {
			return err
		}
		defer os.RemoveAll(*at)
	}
	b.gen = filepath.Join(b.memory, "gen")
	if out, err := exec.Command("go", "build", "-o", b.gen, "./cmd/gen").CombinedOutput(); err != nil {
		return fmt.Errorf("%v\n%s", err, out)
	}
	b.cue, b.tmate = look(w, "cue"), look(w, "terramate")
	fmt.Fprintf(w, "memory is %s, the disk is %s\n", kindOf(b.memory), kindOf(b.disk))
	var all []*site
	for _, size := range strings.Split(sizes, ",") {
		for _, more := range strings.Split(hostnames, ",") {
			s, err := b.site(size, more)
			if err != nil {
				return err
			}
			all = append(all, s)
		}
	}
	for _, t := range []table{again, first} {
		fmt.Fprint(w, t.head)
		for _, s := range all {
			if err := s.measure(t.steps(s)); err != nil {
				return err
			}
			fmt.Fprint(w, t.rows(s))
		}
	}
	return nil
}

// look finds a program that need not be there, and says so when it is not.
func look(w io.Writer, name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		fmt.Fprintf(w, "NOT MEASURED: %s, which is not on PATH\n", name)
	}
	return path
}

// site makes the specs of one site.
func (b *bench) site(size, more string) (*site, error) {
	n, err := strconv.Atoi(size)
	if err != nil {
		return nil, err
	}
	h, err := strconv.Atoi(more)
	if err != nil {
		return nil, err
	}
	s := &site{bench: b, clients: n, hostnames: h, got: map[string][]sample{}, dir: filepath.Join(b.memory, size+"-"+more)}
	return s, s.write()
}
