package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// A site is one that is measured.
type site struct {
	*bench
	clients, hostnames int
	files              int    // that gen writes
	dir                string // in memory, with the specs in it
	got                map[string][]sample
}

// measure runs everything by turns, so that a slow moment of the machine hits all.
func (s *site) measure(steps []func() error) error {
	for range s.runs {
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
	}
	return nil
}

// nothingToDo are the steps of gen beside CUE where the output is there.
func (s *site) nothingToDo() []func() error {
	return []func() error{
		s.prepare,
		func() error { return s.time("cue", exec.Command(s.self, "-cue", s.spec())) },
		func() error { return s.time("again", s.genInto(s.out())) },
		s.export,
	}
}

// firstWrite are the steps of gen beside tar where nothing is there.
func (s *site) firstWrite() []func() error {
	steps := []func() error{func() error { return s.time("again", s.genInto(s.out())) }}
	for where, in := range s.places() {
		into := filepath.Join(in, "first")
		steps = append(steps,
			func() error { return s.time("first "+where, s.genInto(into)) },
			func() error { return os.RemoveAll(into) },
			func() error { return s.unpack("tar "+where, filepath.Join(in, "tar")) },
		)
	}
	return append(steps, s.terramate)
}

// places are the folders to write to, by their names in the table.
func (s *site) places() map[string]string { return map[string]string{inMemory: s.dir, onDisk: s.disk} }

const inMemory, onDisk = "in memory", "on disk"

func (s *site) out() string { return filepath.Join(s.dir, "out") }

func (s *site) genInto(out string) *exec.Cmd {
	return exec.Command(s.gen, "-spec", s.spec(), "-out", out)
}

// prepare writes the output and an archive of it, once, and counts its files.
func (s *site) prepare() error {
	if s.files > 0 {
		return nil
	}
	if out, err := s.genInto(s.out()).CombinedOutput(); err != nil {
		return fmt.Errorf("%v\n%s", err, out)
	}
	err := filepath.WalkDir(s.out(), func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.files++
		}
		return err
	})
	if err != nil {
		return err
	}
	return exec.Command("tar", "-cf", s.archive(), "-C", s.out(), ".").Run()
}

func (s *site) archive() string { return filepath.Join(s.dir, "files.tar") }

func (s *site) unpack(name, into string) error {
	if err := os.Mkdir(into, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(into)
	return s.time(name, exec.Command("tar", "-xf", s.archive(), "-C", into))
}

// sample is one run of a program; peak is its largest resident size in bytes.
type sample struct {
	wall, cpu time.Duration
	peak      int64
}

// time runs the program and keeps what it took.
func (s *site) time(name string, cmd *exec.Cmd) error {
	var stderr strings.Builder
	cmd.Stderr = &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%v: %v\n%s", cmd, err, stderr.String())
	}
	m := sample{wall: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.peak = usage.Maxrss << 10 // Linux counts in KiB
	}
	s.got[name] = append(s.got[name], m)
	return nil
}

// median is that of each number by itself; zero when nothing was measured.
func (s *site) median(name string) sample {
	all := s.got[name]
	if len(all) == 0 {
		return sample{}
	}
	var walls, cpus []time.Duration
	var peaks []int64
	for _, m := range all {
		walls, cpus, peaks = append(walls, m.wall), append(cpus, m.cpu), append(peaks, m.peak)
	}
	slices.Sort(walls)
	slices.Sort(cpus)
	slices.Sort(peaks)
	mid := len(all) / 2
	return sample{walls[mid], cpus[mid], peaks[mid]}
}

// kindOf names the file system that a folder is on.
func kindOf(dir string) string {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return err.Error()
	}
	switch st.Type { // statfs(2)
	case 0x01021994:
		return "tmpfs"
	case 0xef53:
		return "ext4"
	case 0x58465342:
		return "xfs"
	case 0x9123683e:
		return "btrfs"
	case 0x794c7630:
		return "overlayfs"
	}
	return fmt.Sprintf("a file system of type %#x", st.Type)
}
