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
func (s *site) measure() error {
	defer os.RemoveAll(s.dir)
	archive := filepath.Join(s.dir, "files.tar")
	for range s.runs {
		inMemory, onDisk := filepath.Join(s.dir, "out"), filepath.Join(s.disk, "out")
		steps := []func() error{
			func() error { return s.time("cue", exec.Command(s.self, "-cue", s.spec())) },
			func() error { return s.time("first in memory", s.genInto(inMemory)) },
			func() error { return s.time("again", s.genInto(inMemory)) },
			func() error { return s.pack(inMemory, archive) },
			func() error { return s.unpack("tar in memory", archive, filepath.Join(s.dir, "tar")) },
			func() error { return s.time("first on disk", s.genInto(onDisk)) },
			func() error { return s.unpack("tar on disk", archive, filepath.Join(s.disk, "tar")) },
			func() error { return os.RemoveAll(onDisk) },
			func() error { return os.RemoveAll(inMemory) },
			s.export,
			s.terramate,
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *site) genInto(out string) *exec.Cmd {
	return exec.Command(s.gen, "-spec", s.spec(), "-out", out)
}

// pack puts the files into an archive once, and counts them.
func (s *site) pack(out, archive string) error {
	if s.files > 0 {
		return nil
	}
	err := filepath.WalkDir(out, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			s.files++
		}
		return err
	})
	if err != nil {
		return err
	}
	return exec.Command("tar", "-cf", archive, "-C", out, ".").Run()
}

func (s *site) unpack(name, archive, into string) error {
	if err := os.Mkdir(into, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(into)
	return s.time(name, exec.Command("tar", "-xf", archive, "-C", into))
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
