package archtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestVendorHash: buildGoModule of nixpkgs runs go mod vendor, and takes the result by its
// hash alone (pkgs/build-support/go/module.nix, goModules). One that go.mod has moved away
// from builds with the old libraries where they are cached, and nowhere else.
func TestVendorHash(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "vendor")
	cmd := exec.Command("go", "mod", "vendor", "-o", dir)
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go mod vendor: %v\n%s", err, out)
	}
	h := sha256.New()
	words(h, "nix-archive-1")
	archive(t, h, dir)
	want := "sha256-" + base64.StdEncoding.EncodeToString(h.Sum(nil))
	flake, err := os.ReadFile("../../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	if got := regexp.MustCompile(`vendorHash = "([^"]*)";`).FindSubmatch(flake); got == nil || string(got[1]) != want {
		t.Errorf("flake.nix does not build: go.mod has moved. Write there:\n          vendorHash = %q;", want)
	}
}

// archive writes a file or a folder in the form that Nix hashes (Eelco Dolstra, The Purely
// Functional Software Deployment Model, figure 5.2): the mode but for its x, and no times.
func archive(t *testing.T, h hash.Hash, name string) {
	t.Helper()
	info, err := os.Lstat(name)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case info.IsDir():
		words(h, "(", "type", "directory")
		entries, err := os.ReadDir(name) // sorted by name, by bytes
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			words(h, "entry", "(", "name", e.Name(), "node")
			archive(t, h, filepath.Join(name, e.Name()))
			words(h, ")")
		}
		words(h, ")")
	case info.Mode().IsRegular():
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		words(h, "(", "type", "regular")
		if info.Mode()&0o111 != 0 {
			words(h, "executable", "")
		}
		words(h, "contents", string(data), ")")
	default:
		t.Fatalf("%s is neither a file nor a folder", name)
	}
}

// words writes texts with their lengths before them, filled up to eight bytes each.
func words(h hash.Hash, texts ...string) {
	for _, s := range texts {
		_ = binary.Write(h, binary.LittleEndian, uint64(len(s)))
		_, _ = io.WriteString(h, s+strings.Repeat("\x00", (8-len(s)%8)%8))
	}
}

// inNixpkgs are the packages of nixpkgs that have the programs which the tests look for.
var inNixpkgs = map[string]string{
	"bash": "", "sha256sum": "", // every shell of Nix has them
	"busybox": "busybox-alone", "ip": "iproute2", "kube-apiserver": "kubernetes", "nft": "nftables", "sqlite3": "sqlite",
	"nix-instantiate": "nix", "python3": "python3-pyyaml", "ssh-keygen": "openssh", "helm": "kubernetes-helm",
}

// TestFlake evaluates the flake with stand-ins for nixpkgs: the shell has every program
// that the tests and gen verify look for.
func TestFlake(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip("SKIPPED: nix-instantiate is not installed: the flake is not evaluated")
	}
	flake, err := filepath.Abs("../../flake.nix")
	if err != nil {
		t.Fatal(err)
	}
	const nixpkgs = `rec {
		lib = { genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
			optionals = c: l: if c then l else [ ]; licenses.asl20 = "Apache-2.0"; };
		legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" "x86_64-darwin" "aarch64-darwin" ] (system:
			builtins.listToAttrs (map (name: { inherit name; value = name; }) (builtins.filter builtins.isString (builtins.split " " NAMES))) // {
				inherit lib; buildGo126Module = a: a // { name = a.pname; }; mkShell = a: a.packages; runCommand = name: env: script: name;
				python3.withPackages = f: "python3-" + builtins.head (f { pyyaml = "pyyaml"; });
				stdenv.hostPlatform.isLinux = builtins.match ".*linux" system != null; });
	}`
	const names = `"age busybox cloudflared cue curl etcd fish git go_1_26 iproute2 jq kubeconform kubernetes kubernetes-helm kustomize kustomize-sops mandoc nftables nginx nix openssh openssl opentofu restic shellcheck sops sqlite zsh"`
	expr := `let o = (import ` + flake + `).outputs { self = { rev = "abc"; shortRev = "a"; outPath = "src"; }; nixpkgs = ` + strings.ReplaceAll(nixpkgs, "NAMES", names) + `; };
		in { package = builtins.removeAttrs o.packages.aarch64-darwin.default [ "src" ]; shell = o.devShells.x86_64-linux.default; mac = o.devShells.aarch64-darwin.default; }`
	out, err := exec.Command(nix, "--eval", "--strict", "--json", "--expr", expr).Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			t.Fatalf("%v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var got struct {
		Package struct {
			SubPackages, Ldflags []string
		}
		Shell, Mac []string
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(got.Package.Ldflags, "-X main.version=abc") || !slices.Equal(got.Package.SubPackages, []string{"cmd/gen"}) {
		t.Errorf("the package: %+v", got.Package)
	}
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	readers := strings.Fields(string(regexp.MustCompile(`(?m)^READERS = (.*)$`).FindSubmatch(makefile)[1]))
	verify := []string{"nix", "opentofu", "kubernetes-helm", "kustomize", "kustomize-sops", "kubeconform", "cloudflared", "shellcheck", "sops", "age", "openssl", "go_1_26"}
	for _, program := range append(readers, verify...) {
		name, other := inNixpkgs[program]
		if !other {
			name = program
		}
		if name != "" && !slices.Contains(got.Shell, name) {
			t.Errorf("the shell lacks %s", program)
		}
	}
	if len(got.Mac) >= len(got.Shell) || !slices.Contains(got.Mac, "sops") {
		t.Errorf("the shell of a Mac: %q", got.Mac)
	}
}
