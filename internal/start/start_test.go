package start

import (
	"crypto/ed25519"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue/format"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"sitegen/internal/diag"
	"sitegen/internal/facts"
	"sitegen/internal/rules"
	"sitegen/internal/spec"
)

// newSite is a site with fresh keys.
func newSite(t *testing.T, hosts ...Host) *Site {
	t.Helper()
	keys := &Keys{Dir: filepath.Join(t.TempDir(), "keys")}
	key := func(name string) string {
		t.Helper()
		public, err := keys.Age(name, "a test")
		if err != nil {
			t.Fatal(err)
		}
		return public
	}
	s := &Site{
		Name: "agency", Domain: "example.net", Email: "ops@example.net", Repo: Repo{URL: "git@github.com:agency/infra.git"},
		User: "maria", Keys: []string{sshKey(t) + " maria"},
		Person: key("maria"), ArgoCD: key("argocd"), Hosts: hosts,
	}
	for i := range s.Hosts {
		s.Hosts[i].Age = key(s.Hosts[i].Name)
	}
	return s
}

// sshKey is the public part of a fresh key.
func sshKey(t *testing.T) string {
	t.Helper()
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

func machine(t *testing.T, file string) *facts.Machine {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "facts", "testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := facts.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Whatever is said, the spec is sound, is laid out as cue fmt does, and is warned of
// for its placeholders alone.
func TestSpec(t *testing.T) {
	server, virtual := machine(t, "facter-server.json"), machine(t, "facter-virtual.json")
	for name, s := range map[string]*Site{
		"placeholders": newSite(t, Host{Name: "web1"}),
		"report":       newSite(t, Host{Name: "web1", Facts: server}),
		"virtual":      newSite(t, Host{Name: "web1", Facts: virtual}),
		"two":          newSite(t, Host{Name: "web1", Facts: server}, Host{Name: "web-2"}),
		"three":        newSite(t, Host{Name: "a", Facts: server}, Host{Name: "b"}, Host{Name: "c", Facts: virtual}),
		"four":         newSite(t, Host{Name: "a"}, Host{Name: "b"}, Host{Name: "c"}, Host{Name: "d"}),
		"six":          newSite(t, Host{Name: "a"}, Host{Name: "b"}, Host{Name: "c"}, Host{Name: "d"}, Host{Name: "e"}, Host{Name: "f"}),
	} {
		holds(t, name, s)
		s.Forge = "forgejo"
		holds(t, name+", with jobs", s)
		s.Forge = ""
		s.User, s.Repo.Path, s.Repo.Branch = "anna-maria", "infra/web", "production"
		s.Repo.URL, s.Repo.KnownHosts = "git@git.agency.net:infra.git", []string{"git.agency.net " + sshKey(t)}
		s.Keys = append(s.Keys, sshKey(t)+" \"quoted\"")
		s.Client = &Client{Name: "bakery-1", Domain: "bakery.example", Image: "ghcr.io/example/bakery-site:1.4.2"}
		holds(t, name+", with more", s)
		s.Client = &Client{Name: "bakery", Domain: "bakery.example", Folder: "sites/bakery"}
		holds(t, name+", with a folder", s)
	}
}

func holds(t *testing.T, name string, s *Site) {
	t.Helper()
	text := s.Spec()
	if laidOut, err := format.Source([]byte(text)); err != nil || string(laidOut) != text {
		t.Errorf("%s: cue fmt has it otherwise (%v):\n%s", name, err, cmp.Diff(text, string(laidOut)))
	}
	file := filepath.Join(t.TempDir(), "site.cue")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, problems := rules.Load(spec.Source{Path: file})
	for _, p := range problems {
		if p.Severity == diag.Error || p.Rule != "placeholder" && p.Rule != "address-reserved" && !strings.HasPrefix(p.Rule, "mixed-arch") {
			t.Errorf("%s: %v\n%s", name, p, text)
		}
	}
	if strings.Contains(text, "REPLACE-ME") && len(problems) == 0 {
		t.Errorf("%s: nobody is told of the placeholders", name)
	}
}

// The release that a new site begins with is that of the example.
func TestRelease(t *testing.T) {
	example, err := os.ReadFile("../../site.cue")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(example), "release:      "+spec.Quote(release)) {
		t.Errorf("site.cue is not of release %s", release)
	}
}
