package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

const (
	installSH   = "scripts/install-*.sh"
	bootstrapSH = "scripts/bootstrap-*.sh"
)

// installFaults are about a script that erases disks. Package scripts runs it with
// stand-ins for ssh and nix; here its order is read.
func installFaults() []fault {
	return []fault{
		{
			name:   "folders that close /var of the target",
			breaks: "nixos-anywhere's --extra-files keeps modes: under umask 077 /var and /var/lib become 0700, and services fail",
			check:  extraFiles,
			again: []func(map[string]string){
				swap(installSH, `install -d -m 755 `, "mkdir -p "), swap(installSH, `install -d -m 700 `, "mkdir -p -m 755 "),
				swap(installSH, `install -m 600 "\$key_file"`, `install "$$key_file"`), swap(installSH, `install -m 600 "\$key_file"`, `install -m 644 "$$key_file"`),
				swap(installSH, `^  chmod 600 .*\n`, "  chmod 644 \"$$tmp/extra/etc/ssh/ssh_host_ed25519_key\"\n"),
			},
		},
		{
			name: "disk by its kernel name", nix: true,
			breaks: "/dev/sda is another disk at the next start: the wrong one is erased",
			check: func(r *output) []string {
				var f finding
				for _, host := range r.hostNames() {
					disks := dig(r.hosts[host], "disko", "disko", "devices", "disk")
					want := []string{}
					for _, name := range entries(disks) {
						device := text(disks, name, "device")
						f.unless(strings.HasPrefix(device, "/dev/disk/by-id/"), "%s: %s", host, device)
						want = append(want, device)
					}
					compared := arrayOf(r, r.files["scripts/install-"+host+".sh"], "disks")
					slices.Sort(want)
					slices.Sort(compared)
					f.unless(slices.Equal(want, compared), "%s: disko writes to %q, the script compares %q", host, want, compared)
				}
				return f
			},
			again: []func(map[string]string){
				swap(diskoNix, `device = "/dev/disk/by-id/.*"`, `device = "/dev/sda"`), swap(installSH, `^  /dev/disk/by-id/.*`, "  /dev/sda"),
			},
		},
		{
			name:   "disks erased without a question",
			breaks: "disko does not ask, and the address may be another machine's",
			check:  eachInstall(asksFirst),
			again: []func(map[string]string){
				swap(installSH, `^confirm\n`, ""), swap(installSH, `^show_disks\n`, ""), swap(installSH, `\[\[ \$typed == "\$host" \]\] \|\|`, "[[ -n $$typed ]] ||"),
				swap(installSH, `^  compare_disks\n`, ""), swap(installSH, `^compare_machine\ncompare_kernels\n`, "compare_kernels\n"),
			},
		},
		{
			name:   "installer's kernel that nobody looks at",
			breaks: "its image is rebuilt in place: arrays of a newer kernel than the target's never start there (nixos-anywhere#673)",
			check:  eachInstall(kernelsCompared),
			again: []func(map[string]string){
				swap(installSH, `^compare_kernels\n`, ""), swap(installSH, `--phases kexec `, "--phases kexec,disko,install "), swap(installSH, `^compare_machine\ncompare_kernels\ncompare_pools\n\nrun_install$`, "run_install\ncompare_kernels"),
				swap(installSH, `(the installer does not boot"\n)fetch_facts\n`, "$1"), swap(installSH, `^  echo "kernel .*\n`, ""), swap(installSH, `--phases disko,install,reboot`, "--phases kexec,disko,install,reboot"),
			},
		},
		{
			name:   "CPU that nobody looks at",
			breaks: "the installer starts, the disks are erased, and then nothing that was built runs there",
			check: eachInstall(func(f *finding, r *output, src string) {
				steps := traceOf(r, src)
				f.unless(strings.Contains(functionOf(r, src, "look"), "uname -m"), "the rescue system is not asked")
				f.unless(before(steps, "compare_arch", "confirm") && before(steps, "look lines", "compare_arch"), "nothing compares it before the disks are erased")
				f.unless(strings.Contains(functionOf(r, src, "compare_arch"), "die "), "a difference does not stop it")
			}),
			again: []func(map[string]string){
				swap(installSH, `^  compare_arch\n`, ""), swap(installSH, `^  echo "arch .*\n`, ""), swap(installSH, `^    die "the machine is \$`, `    warn "the machine is $$`),
			},
		},
		{
			name:   "firmware that nobody looks at",
			breaks: "a layout for UEFI on a machine that boots in BIOS mode installs well and never starts",
			check: eachInstall(func(f *finding, r *output, src string) {
				steps := traceOf(r, src)
				f.unless(strings.Contains(functionOf(r, src, "look"), `[ -d "$sys/firmware/efi" ]`), "the rescue system is not asked")
				f.unless(before(steps, "compare_firmware", "confirm") && before(steps, "look lines", "compare_firmware"), "nothing compares it before the disks are erased")
				f.unless(strings.Contains(functionOf(r, src, "compare_firmware"), "die "), "a difference does not stop it")
			}),
			again: []func(map[string]string){
				swap(installSH, `^  compare_firmware\n`, ""), swap(installSH, `\[ -d "\$sys/firmware/efi" \]`, "true"), swap(installSH, `^    die "the machine booted in `, `    warn "the machine booted in `),
			},
		},
	}
}

func eachInstall(check func(f *finding, r *output, src string)) func(*output) []string {
	return func(r *output) []string {
		var f finding
		for _, p := range matching(r.files, installSH) {
			check(&f, r, r.files[p])
		}
		f.unless(len(matching(r.files, installSH)) == len(r.site.Hosts), "not one script for each host")
		return f
	}
}

// arrayOf is a list that a script begins with.
func arrayOf(r *output, src, name string) []string {
	var all []string
	syntax.Walk(parseShell(r, src), func(n syntax.Node) bool {
		if a, ok := n.(*syntax.Assign); ok && a.Name != nil && a.Name.Value == name && a.Array != nil {
			for _, e := range a.Array.Elems {
				all = append(all, strings.Trim(src[e.Value.Pos().Offset():e.Value.End().Offset()], `'"`))
			}
		}
		return true
	})
	return all
}

// stepAt is where the first step with a command is, and -1 where none has it.
func stepAt(steps []string, part string) int {
	return slices.IndexFunc(steps, func(s string) bool {
		return s == part || strings.Contains(s, part+" ") || strings.HasSuffix(s, " "+part)
	})
}

func before(steps []string, first, second string) bool {
	a, b := stepAt(steps, first), stepAt(steps, second)
	return a >= 0 && b >= 0 && a < b
}

// erases is the first step that lets nixos-anywhere at the disks.
func erases(steps []string) int {
	return slices.IndexFunc(steps, func(s string) bool {
		_, phases, said := strings.Cut(s, "--phases ")
		return strings.HasPrefix(s, "anywhere ") && (!said || strings.Contains(strings.Fields(phases)[0], "disko"))
	})
}

func asksFirst(f *finding, r *output, src string) {
	steps := traceOf(r, src)
	erased := erases(steps)
	f.unless(erased >= 0, "nothing installs")
	for _, step := range []string{"compare_disks", "show_disks", "confirm"} {
		at := stepAt(steps, step)
		f.unless(at >= 0 && at < erased, "%s does not come before the disks are erased", step)
	}
	f.unless(before(steps, "show_disks", "confirm"), "the question comes before the disks are shown")
	f.unless(regexp.MustCompile(`\[\[ \$typed == "\$host" \]\] \|\| die `).MatchString(functionOf(r, src, "confirm")), "any answer will do")
	compared := 0
	for i, step := range steps {
		if step == "compare_disks" && i < erased {
			compared++
		}
	}
	f.unless(compared >= 2, "the installer's disks are not compared, only the rescue system's")
}

// kernelsCompared: boot the installer, ask it for its kernel, compare, and only then
// let it at the disks.
func kernelsCompared(f *finding, r *output, src string) {
	steps := traceOf(r, src)
	kexec := slices.IndexFunc(steps, func(s string) bool { return strings.HasPrefix(s, "anywhere ") && strings.Contains(s, "--phases kexec") })
	asked, compared := -1, stepAt(steps, "compare_kernels")
	for i, step := range steps {
		if step == "look lines" && i < compared {
			asked = i
		}
	}
	f.unless(kexec >= 0 && kexec < asked && asked < compared && compared < erases(steps), "installer %d, question %d, comparison %d, disks %d", kexec, asked, compared, erases(steps))
	for i, step := range steps {
		f.unless(i <= kexec || !strings.HasPrefix(step, "anywhere ") || !strings.Contains(step, "kexec"), "another installer is booted: %s", step)
	}
	f.unless(strings.Contains(functionOf(r, src, "look"), `echo "kernel $(uname -r)"`), "the installer is not asked for its kernel")
	f.unless(strings.Contains(functionOf(r, src, "compare_kernels"), "\n  die "), "a difference does not stop it")
}

// extraFiles runs the part of the script that makes them, under the umask that it
// sets, and looks at the modes: they are those of the target.
func extraFiles(r *output) []string {
	var f finding
	bash := need(r.t, "bash", "bash")
	for _, p := range matching(r.files, installSH) {
		dir := r.t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "key"), []byte("AGE-SECRET-KEY\n"), 0o644); err != nil {
			r.t.Fatal(err)
		}
		script := "set -eu\numask 077\ntmp=$PWD key_file=$PWD/key host=h root=$PWD/none\n" +
			// as the real one: a private key, and its public part
			"ssh-keygen() { while [ $# -gt 1 ]; do if [ \"$1\" = -f ]; then echo 'ssh-ed25519 AAAA root@h' | tee \"$2\" >\"$2.pub\"; fi; shift; done; }\n" +
			functionOf(r, r.files[p], "prepare_extra_files") + "\nprepare_extra_files\n"
		cmd := exec.Command(bash, "-c", script)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			r.t.Fatalf("%s: %v\n%s", p, err, out)
		}
		for name, want := range map[string]fs.FileMode{
			"": 0o755, "var": 0o755, "var/lib": 0o755, "etc": 0o755, "etc/ssh": 0o755, "var/lib/sops-nix": 0o700,
			"var/lib/sops-nix/keys.txt": 0o600, "etc/ssh/ssh_host_ed25519_key": 0o600,
		} {
			info, err := os.Stat(filepath.Join(dir, "extra", name))
			if err != nil {
				f.unless(false, "%s: %v", p, err)
				continue
			}
			f.unless(info.Mode().Perm() == want, "%s: /%s has the mode %v", p, name, info.Mode().Perm())
		}
	}
	return f
}

// scriptFaults are about scripts that people run when they are in a hurry.
func scriptFaults() []fault {
	allSH := "scripts/*.sh"
	return []fault{
		{
			name:   "variable without quotes",
			breaks: "a blank or a star in a value makes other words of it: shellcheck SC2086",
			check:  eachScript(unquoted),
			again: []func(map[string]string){
				swap(allSH, `"root@\$address"`, "root@$$address"), swap(allSH, `sleep "\$poll_seconds"`, "sleep $$poll_seconds"),
			},
		},
		{
			name:   "ssh that is left running",
			breaks: "the port stays taken, and the next run talks to the API of another cluster",
			check:  eachScript(backgroundEnds),
			again: []func(map[string]string){
				swap(allSH, `^trap cleanup EXIT\n`, ""), swap(allSH, `^    kill "\$background_pid" 2>/dev/null \|\| true\n    wait "\$background_pid" 2>/dev/null \|\| true\n  fi\n  if`, "    :\n  fi\n  if"),
				swap(bootstrapSH, `^    background_pid=\$!\n`, ""), swap(bootstrapSH, ` -N -o ExitOnForwardFailure`, " -f -N -o ExitOnForwardFailure"),
			},
		},
		{
			name:   "sleep that stands for a wait",
			breaks: "too short on a slow day, and then the next step fails for no reason that anybody sees",
			check:  eachScript(onlyPolls),
			again:  []func(map[string]string){swap(bootstrapSH, `^wait_for 300 "the API"`, "sleep 30\n$0"), swap(allSH, `^    sleep "\$poll_seconds"`, "    sleep 30")},
		},
		{
			name:   "plan that nobody reads",
			breaks: "-auto-approve deletes the tunnel, or every record, as readily as it adds one",
			check:  planIsRead,
			again: []func(map[string]string){
				swap(bootstrapSH, `apply -input=false "\$tmp/plan"`, "apply -input=false -auto-approve"), swap(bootstrapSH, `^    confirm\n`, ""), swap(bootstrapSH, `apply -input=false "\$tmp/plan"`, "apply -input=false"),
				swap(runbook, `tofu apply`, "tofu apply -auto-approve"), swap(bootstrapSH, `\[\[ \$answer == yes \]\]`, "[[ $$answer != no ]]"),
			},
		},
	}
}
