package nixos

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// shell runs one of the scripts that NixOS would, with stand-ins for the
// programs under /stub: each writes its name and arguments into a log, and
// those of the name that fail ends in exits with 1.
type shell struct {
	t      *testing.T
	dir    string
	Mounts []string // what mountpoint says yes to
	Fail   string
	Env    []string
}

func newShell(t *testing.T) *shell {
	need(t, "bash", "bash")
	return &shell{t: t, dir: t.TempDir()}
}

func (s *shell) run(script string, args ...string) (log []string, output string, ok bool) {
	s.t.Helper()
	must := func(err error) {
		if err != nil {
			s.t.Helper()
			s.t.Fatal(err)
		}
	}
	stub, logFile := filepath.Join(s.dir, "stub"), filepath.Join(s.dir, "log")
	must(os.WriteFile(logFile, nil, 0o644))
	for _, name := range []string{
		"grub2/bin/grub-install", "grub2_efi/bin/grub-install", "rsync/bin/rsync", "notify/bin/notify", "systemd/bin/systemd-cat", "util-linux/bin/mount",
	} {
		s.program(filepath.Join(stub, name), fmt.Sprintf("echo %s \"$@\" >>%s\ncase \"$*\" in *%s) exit 1 ;; esac",
			filepath.Base(filepath.Dir(filepath.Dir(name)))+"/"+filepath.Base(name), logFile, or(s.Fail, "never")))
	}
	s.program(filepath.Join(stub, "systemd/bin/systemctl"), "echo systemd/systemctl \"$@\" >>"+logFile+"; echo Result=exit-code; echo NRestarts=${NRESTARTS:-0}")
	s.program(filepath.Join(stub, "util-linux/bin/mountpoint"), `case " `+strings.Join(s.Mounts, " ")+` " in *" $2 "*) ;; *) exit 1 ;; esac`)
	must(os.MkdirAll(filepath.Join(stub, "coreutils/bin"), 0o755))
	for _, name := range []string{"cat", "date", "stat", "touch"} {
		path, err := exec.LookPath(name)
		must(err)
		_ = os.Symlink(path, filepath.Join(stub, "coreutils/bin", name))
	}
	text := strings.NewReplacer("/stub/", stub+"/", "/boot", s.dir+"/boot", "/run/told-of-", s.dir+"/told-of-", "/dev/disk/by-id/", s.dir+"/disk/", "/proc/mdstat", s.dir+"/mdstat").Replace(script)
	file := filepath.Join(s.dir, "script")
	must(os.WriteFile(file, []byte(text), 0o644))
	cmd := exec.Command("bash", append([]string{file}, args...)...)
	cmd.Env = append(os.Environ(), s.Env...)
	out, err := cmd.CombinedOutput()
	lines, readErr := os.ReadFile(logFile)
	must(readErr)
	short := strings.ReplaceAll(strings.ReplaceAll(string(lines), s.dir+"/disk/", "DISK/"), s.dir+"/", "/")
	return strings.Split(strings.TrimSuffix(short, "\n"), "\n"), strings.ReplaceAll(string(out), s.dir, ""), err == nil
}

func (s *shell) program(path, body string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		s.t.Fatal(err)
	}
}

// file makes an empty file, a disk for one.
func (s *shell) file(name string) {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if len(want) == 0 {
		want = []string{""}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// TestGrubWithADiskMissing runs the script that installs GRUB.
func TestGrubWithADiskMissing(t *testing.T) {
	t.Parallel()
	commands := host(t, newSite(t), "web1", "7.0").at("boot", "boot", "loader", "grub", "extraInstallCommands").text()
	// The stub's writeShellScript leaves the text in place of a path, and the arguments follow it.
	script, args, found := strings.Cut(commands, "exit $failed\n")
	if want := "'/boot' '/dev/disk/by-id/nvme-A' '/boot-fallback' '/dev/disk/by-id/nvme-B'"; !found || strings.TrimSpace(args) != want {
		t.Fatalf("the script is called with %s, want %s", args, want)
	}
	script += "exit $failed\n"

	s := newShell(t)
	arguments := []string{s.dir + "/boot", s.dir + "/disk/nvme-A", s.dir + "/boot-fallback", s.dir + "/disk/nvme-B"}
	install := func(mount, disk string) []string {
		return []string{
			"grub2/grub-install --target=i386-pc --boot-directory=" + mount + " DISK/" + disk,
			"grub2_efi/grub-install --target=x86_64-efi --boot-directory=" + mount + " --efi-directory=" + mount + " --no-nvram --removable",
		}
	}
	s.file("disk/nvme-B")
	s.file("boot/grub/x")
	s.file("boot-fallback/grub/x")
	if log, out, ok := s.run(script, arguments...); log[0] != "" || ok || !strings.Contains(out, "no disk is there with its boot partition mounted") {
		t.Errorf("nothing mounted, and the rebuild is fine: %v, %t, said %q", log, ok, out)
	}
	s.Mounts = []string{s.dir + "/boot-fallback"}

	log, out, ok := s.run(script, arguments...)
	same(t, "first disk dead", log, install("/boot-fallback", "nvme-B")...)
	if !ok || !strings.Contains(out, "nvme-A gets no boot loader") {
		t.Errorf("first disk dead: fine %t, said %q", ok, out)
	}

	s.file("disk/nvme-A")
	if log, out, ok = s.run(script, arguments...); log[0] != "" || !ok || !strings.Contains(out, "nvme-A gets no boot loader") {
		t.Errorf("first boot partition not mounted: %v, fine %t, said %q", log, ok, out)
	}
	s.Mounts = append(s.Mounts, s.dir+"/boot")
	log, _, ok = s.run(script, arguments...)
	same(t, "the disk is back, and the other has its GRUB already", log, install("/boot", "nvme-A")...)
	if log, _, _ := s.run(script, arguments...); !ok || log[0] != "" {
		t.Errorf("installed again: %v", log)
	}
	s.Env = []string{"NIXOS_INSTALL_BOOTLOADER=1"}
	log, _, _ = s.run(script, arguments...)
	same(t, "asked for", log, append(install("/boot", "nvme-A"), install("/boot-fallback", "nvme-B")...)...)

	s.Fail = "nvme-A"
	log, _, ok = s.run(script, arguments...)
	same(t, "first disk fails", log, append(install("/boot", "nvme-A")[:1], install("/boot-fallback", "nvme-B")...)...)
	if ok {
		t.Error("the failure of a disk that is there goes unseen")
	}
}

// TestCopyOfBootPartition: with nofail, a directory of a dead disk is empty, and
// neither a source nor a target.
func TestCopyOfBootPartition(t *testing.T) {
	t.Parallel()
	role := host(t, cases(t)["uefi"], "web1", "7.0").at("boot")
	hook := role.at("boot", "loader", "systemd-boot", "extraInstallCommands").text()
	s := newShell(t)
	both := []string{s.dir + "/boot", s.dir + "/boot-fallback"}
	for _, tc := range []struct {
		name   string
		mounts []string
		before string
		fail   string
		copied bool
		ok     bool
	}{
		{"both there", both, "true\n", "", true, true},
		{"second dead", both[:1], "true\n", "", false, true},
		{"first dead", both[1:], "true\n", "", false, true},
		{"none", nil, "true\n", "", false, true},
		{"installer failed", both, "false\n", "", false, false},
		{"copy failed", both, "true\n", "boot-fallback/", true, false},
	} {
		s.Mounts, s.Fail = tc.mounts, tc.fail
		log, out, ok := s.run(tc.before + hook)
		want := ""
		if tc.copied {
			want = "rsync/rsync -rt --modify-window=2 --delete-before --exclude=/loader/random-seed /boot/ /boot-fallback/"
		}
		same(t, tc.name, log, want)
		if ok != tc.ok {
			t.Errorf("%s: fine %t, want %t: %s", tc.name, ok, tc.ok, out)
		}
	}

	standIn := role.at("systemd", "services", "boot-stand-in")
	standIn.at("after").is(list("boot.mount", `boot\x2dfallback.mount`))
	standIn.at("serviceConfig").is(attrs{"Type": "oneshot", "RemainAfterExit": true})
	s.Fail = ""
	for mounts, want := range map[string]string{"boot-fallback": "util-linux/mount --bind /boot-fallback /boot", "boot": ""} {
		s.Mounts = []string{s.dir + "/" + mounts}
		log, _, _ := s.run("PATH=/stub/util-linux/bin\n" + standIn.at("script").text())
		same(t, "with "+mounts, log, want)
	}
}
