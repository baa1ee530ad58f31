package scripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/gentest"
)

const rescueFacts = "os debian none\nhostname rescue\nkernel 6.12.48\narch x86_64\nfirmware bios\ncard eth1 00:00:00:00:00:00 igb down 0\ncard eth0 A8:A1:59:0F:10:01 igb up 1000\n" +
	"disk " + diskA + " /dev/nvme0n1 512110190592\ndisk " + diskB + " /dev/nvme1n1 512110190592\n"

const mdstat = "Personalities : [raid1]\nmd127 : active raid1 nvme1n1p3[1] nvme0n1p3[0]\n      497 blocks super 1.2 [2/2] [UU]\n"

// installer turns the facts of the rescue system into those of the installer.
func installer(facts, kernel string) string {
	facts = strings.Replace(facts, "os debian none", "os nixos installer", 1)
	facts = strings.Replace(facts, "hostname rescue", "hostname nixos-installer", 1)
	return strings.Replace(facts, "kernel 6.12.48", "kernel "+kernel, 1)
}

// installRules answer a whole install that goes well.
func installRules(facts string) []rule {
	return []rule{
		{Prog: "age-keygen", Match: `^-y`, Out: hostKey + "\n"},
		{Prog: "sops", Match: `decrypt`, Out: "secret"},
		{Prog: "nix", Match: `eval .*drvPath`, Out: "/nix/store/x.drv"},
		{Prog: "nix", Match: `eval .*kernel.version`, Out: "7.1.5"},
		{Prog: "ssh", Match: `sh -s lines`, Times: 1, Out: facts},
		{Prog: "ssh", Match: `sh -s lines`, Out: installer(facts, "7.0.9")},
		{Prog: "ssh", Match: `lsblk`, Out: "nvme0n1 512G\n"},
		{Prog: "nix", Match: ` run .*--phases kexec$`},
		{Prog: "nix", Match: ` run .*--phases disko,install,reboot$`},
		{Prog: "ssh-keygen", Match: `-t ed25519`},
		{Prog: "ssh-keygen", Match: `^-F`},
		{Prog: "ssh", Match: `nixos-version`, Times: 2, Err: "Connection refused", Exit: 255},
		{Prog: "ssh", Match: `nixos-version`, Out: "26.05.1\n"},
		{Prog: "ssh", Match: `uname -n`, Out: "web1\n"},
		{Prog: "ssh", Match: `mdstat`, Out: mdstat},
		{Prog: "ssh", Match: `is-active k3s`, Times: 1, Out: "activating\n", Exit: 3},
		{Prog: "ssh", Match: `is-active k3s`, Out: "active\n"},
		{Prog: "ssh", Match: `--failed`},
		{Prog: "ssh", Match: `journalctl`},
	}
}

func with(first rule, rules []rule) []rule { return append([]rule{first}, rules...) }

func TestInstall(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	r.write("known_hosts", "web1 ssh-ed25519 AAAAold\nweb9 ssh-ed25519 AAAAother\n", 0o644)
	x := r.script("install-web1.sh", installRules(rescueFacts), "web1\n").want(0, "web1 is installed", "next: scripts/bootstrap-hetzner-k8s.sh\n", diskA, "installer 7.0.9, web1 7.1.5")
	for _, step := range [][]string{
		{"nix ", "run --inputs-from . nixos-anywhere -- --flake .#web1 --target-host root@203.0.113.10 --phases kexec"},
		{"nix ", "--extra-files ", "--phases disko,install,reboot"},
		{"ssh ", "StrictHostKeyChecking=accept-new", "root@203.0.113.10 nixos-version"},
	} {
		x.called(step...)
	}
	if got := r.read("known_hosts"); got != "web9 ssh-ed25519 AAAAother\nweb1 ssh-ed25519 AAAAnew\n" {
		t.Errorf("known_hosts: %q", got)
	}
	for _, c := range x.find("sops decrypt") {
		if c.Env["SOPS_AGE_KEY_FILE"] == "" || strings.HasSuffix(c.Env["HOME"], "/home") {
			t.Error("the secrets were not opened with the host's key alone")
		}
	}
}

func TestInstallAgent(t *testing.T) {
	t.Parallel()
	facts := "os debian none\nhostname rescue\nkernel 6.12.48\narch x86_64\nfirmware bios\ncard eth0 A8:A1:59:0F:20:01 igb up 1000\ndisk " + diskC + " /dev/sda\n"
	rules := with(rule{Prog: "ssh", Match: `uname -n`, Out: "web2\n"}, installRules(facts))
	rules = with(rule{Prog: "age-keygen", Match: `^-y`, Out: gentest.AgeAgent + "\n"}, rules)
	r := newCheckout(t, agentSite(t))
	r.script("install-web2.sh", rules, "web2\n", "-i", "id file", "198.51.100.7").want(0, "next: scripts/verify-hetzner.sh --address web2=198.51.100.7\n").
		called("--target-host root@198.51.100.7", "-i id file", "--kexec https://files.example/kexec.tar.gz").never("mdstat")
	r.script("install-web2.sh", rules, "web2\n").want(2, "Usage:").never("")
}

// Each of these stops before a disk is touched, and says why.
func TestInstallRefuses(t *testing.T) {
	t.Parallel()
	facts := func(old, new string) []rule {
		return installRules(strings.Replace(rescueFacts, old, new, 1))
	}
	for _, c := range []struct {
		name   string
		change func(*run)
		rules  []rule
		stdin  string
		args   []string
		want   string
	}{
		{name: "no key", change: func(r *run) { r.remove("web1.key") }, want: "private age key of web1"},
		{name: "another key", rules: with(rule{Prog: "age-keygen", Out: "age1other\n"}, installRules(rescueFacts)), want: "belongs to age1other"},
		{name: "key in git", change: func(r *run) { r.git("add", "-f", "web1.key") }, want: "is tracked by git"},
		{name: "no lock", change: func(r *run) { r.remove("flake.lock") }, want: "nix flake lock"},
		{name: "untracked module", change: func(r *run) { r.write("machines/web1/extra.nix", "{ }", 0o644) }, want: "extra.nix"},
		{name: "no secrets", change: func(r *run) { r.remove("secrets/hosts/web1/host-secrets.yaml") }, want: "host-secrets.yaml, which web1 needs"},
		{name: "closed secrets", rules: with(rule{Prog: "sops", Exit: 128}, installRules(rescueFacts)), want: "cannot read smtp_password"},
		{name: "placeholder", rules: with(rule{Prog: "sops", Out: "REPLACE-ME"}, installRules(rescueFacts)), want: "still has the example's value"},
		{name: "bad configuration", rules: with(rule{Prog: "nix", Match: "drvPath", Exit: 1}, installRules(rescueFacts)), want: "does not evaluate"},
		{name: "no answer", rules: with(rule{Prog: "ssh", Match: "lines", Err: "Permission denied", Exit: 255}, installRules(rescueFacts)), want: "Permission denied"},
		{name: "wrong disks", rules: facts(diskB, "/dev/disk/by-id/nvme-OTHER"), want: "missing: " + diskB},
		{name: "one disk twice", rules: facts("/dev/nvme1n1", "/dev/nvme0n1"), want: "are the same disk"},
		{name: "smaller disk", rules: facts("512110190592", "480103981056"), want: "has 480103981056 bytes, and by the spec 512000000000 at least: what the spec puts on it may not fit"},
		{name: "other disk", rules: facts("512110190592", "1024209543168"), want: "537600000000 at most: this is another disk"},
		{name: "a little less", rules: facts("512110190592", "511999999999"), want: "size: \"488281MiB\""},
		{name: "no size", rules: facts(" 512110190592", ""), want: "cannot tell the size of " + diskA},
		{name: "wrong card", rules: facts("A8:A1", "A8:A2"), want: "a8:a1:59:0f:10:01"},
		{name: "another CPU", rules: facts("arch x86_64", "arch aarch64"), want: "the machine is aarch64, but the spec says x86_64"},
		{name: "no CPU", rules: facts("arch x86_64\n", ""), want: "of an unknown architecture"},
		{name: "second run", rules: facts("os debian none\nhostname rescue", "os nixos none\nhostname web1"), want: "already runs the installed web1"},
		{name: "another host", rules: facts("os debian none\nhostname rescue", "os nixos none\nhostname web9"), want: "named web9"},
		{name: "not confirmed", stdin: "yes\n", want: "not confirmed"},
		{name: "nobody there", stdin: "", want: "not confirmed"},
		{name: "wrong fingerprint", args: []string{"-f", "SHA256:right"}, rules: append([]rule{
			{Prog: "ssh-keyscan", Out: "203.0.113.10 ssh-ed25519 AAAA\n"}, {Prog: "ssh-keygen", Match: "-lf", Out: "256 SHA256:wrong 203.0.113.10 (ED25519)\n"},
		}, installRules(rescueFacts)...), want: "no host key at 203.0.113.10"},
		{name: "no kexec", rules: with(rule{Prog: "nix", Match: "--phases kexec", Exit: 1}, installRules(rescueFacts)), want: "the installer did not boot"},
		{name: "disks move", rules: with(rule{Prog: "ssh", Match: "lines", Times: 1, Out: rescueFacts}, with(
			rule{Prog: "ssh", Match: "lines", Out: installer(strings.Replace(rescueFacts, diskA, "/dev/disk/by-id/x", 1), "7.0.9")}, installRules(rescueFacts))), want: "missing: " + diskA},
		{name: "kernel too new", rules: with(rule{Prog: "nix", Match: "kernel.version", Out: "6.18.40"}, installRules(rescueFacts)), want: "installer's kernel 7.0.9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newCheckout(t, testSite(t))
			if c.change != nil {
				c.change(r)
			}
			if c.rules == nil {
				c.rules = installRules(rescueFacts)
			}
			stdin := "web1\n"
			if strings.HasPrefix(c.want, "not confirmed") {
				stdin = c.stdin
			}
			r.script("install-web1.sh", c.rules, stdin, c.args...).want(1, c.want).never("disko")
		})
	}
}

func TestInstallOptions(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	r.script("install-web1.sh", installRules(rescueFacts), "", "--check").want(0, "nothing was changed").never(" run ")
	installed := strings.Replace(rescueFacts, "os debian none", "os nixos none", 1)
	r.script("install-web1.sh", installRules(installed), "web1\n", "--reinstall").want(1, "not the installer")
	old := with(rule{Prog: "nix", Match: "kernel.version", Out: "6.18.40"}, installRules(rescueFacts))
	r.script("install-web1.sh", old, "web1\n", "--known-kernel").want(0).called("--phases disko,install,reboot")
	same := with(rule{Prog: "nix", Match: "kernel.version", Out: "6.12.1"}, with(
		rule{Prog: "ssh", Match: "lines", Times: 1, Out: rescueFacts}, with(rule{Prog: "ssh", Match: "lines", Out: installer(rescueFacts, "6.18.9")}, installRules(rescueFacts))))
	r.script("install-web1.sh", same, "web1\n").want(0)
	r.script("install-web1.sh", nil, "", "--help").want(0, "Usage:")
	r.script("install-web1.sh", nil, "", "--no-such-option").want(2, "Usage:")
}

// The facts are there before keys, secrets and a spec that fits.
func TestInstallFacts(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	r.remove("web1.key")
	r.remove("flake.lock")
	json := rule{Prog: "ssh", Match: `root@198.51.100.7 sh -s json$`, Out: "{\"version\": 1}\n"}
	r.script("install-web1.sh", []rule{json}, "", "--facts-json", "198.51.100.7").want(0, `{"version": 1}`).never("nix").never("gen")
	r.script("install-web1.sh", []rule{json}, "", "--facts", "198.51.100.7").want(0, `{"version": 1}`, "gen is not installed: gen probe --name web1 FILE")
	r.script("install-web1.sh", []rule{{Prog: "ssh", Err: "Permission denied", Exit: 255}}, "", "--facts").want(1, "Permission denied", "ssh-copy-id root@203.0.113.10")
	if err := os.Symlink(standInBinary, filepath.Join(r.dir, "gen")); err != nil {
		t.Fatal(err)
	}
	gen := rule{Prog: "gen", Match: `^probe --name web1 .*facts.json$`, Out: "hosts: web1: {\n"}
	r.script("install-web1.sh", []rule{json, gen}, "", "--facts", "198.51.100.7").want(0, "hosts: web1: {").never("version")
	gen.Exit = 2
	r.script("install-web1.sh", []rule{json, gen}, "", "--facts", "198.51.100.7").want(1, "--facts-json prints them")
}

// What fails after the disks were formatted says how to go on.
func TestInstallFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule rule
		want string
	}{
		"nixos-anywhere": {rule{Prog: "nix", Match: "disko,install", Exit: 1}, "run this again"},
		"never up":       {rule{Prog: "ssh", Match: "nixos-version", Err: "timed out", Exit: 255}, "web1 does not answer"},
		"degraded":       {rule{Prog: "ssh", Match: "mdstat", Out: strings.Replace(mdstat, "[UU]", "[U_]", 1)}, "an array lacks a disk"},
		"another name":   {rule{Prog: "ssh", Match: "uname -n", Out: "web9\n"}, "calls itself web9"},
		"no k3s":         {rule{Prog: "ssh", Match: "is-active", Out: "failed\n", Exit: 3}, "k3s is not active"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newCheckout(t, testSite(t))
			rules := with(c.rule, installRules(rescueFacts))
			if strings.HasPrefix(name, "no") || name == "never up" {
				rules = append([]rule{c.rule, {Prog: "ssh", Match: "nixos-version", Out: "26.05.1\n"}}, installRules(rescueFacts)...)
				r.wait = "0"
			}
			r.script("install-web1.sh", rules, "web1\n").want(1, c.want)
		})
	}
}
