package start

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
)

// Keys are what age and ssh read, nobody else reads them, and what is there stays.
func TestKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sitegen", "agency")
	keys := &Keys{Dir: dir}
	public, err := keys.Age("web1", "of the host web1")
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.Deploy("argocd@agency"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("keys are written before Write")
	}
	if err := keys.Write(); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	ids, err := age.ParseIdentities(strings.NewReader(before["web1.key"]))
	if err != nil || len(ids) != 1 || ids[0].(*age.X25519Identity).Recipient().String() != public {
		t.Errorf("web1.key is %v, %v", ids, err)
	}
	private, err := ssh.ParsePrivateKey([]byte(before["deploy-key"]))
	if err != nil {
		t.Fatal(err)
	}
	if line := string(ssh.MarshalAuthorizedKey(private.PublicKey())); strings.TrimSpace(line)+" argocd@agency\n" != before["deploy-key.pub"] {
		t.Errorf("deploy-key.pub is %q, and the private key's %q", before["deploy-key.pub"], line)
	}
	program(t, dir, public+"\n", "age-keygen", "-y", "web1.key")
	program(t, dir, before["deploy-key.pub"], "ssh-keygen", "-y", "-f", "deploy-key")

	again := &Keys{Dir: dir}
	if same, err := again.Age("web1", ""); err != nil || same != public {
		t.Errorf("the second time: %q, %v", same, err)
	}
	if err := again.Deploy("other"); err != nil {
		t.Fatal(err)
	}
	today := time.Now().Format(time.DateOnly)
	if diff := cmp.Diff([]string{"web1.key of " + today, "deploy-key of " + today}, again.Found); diff != "" {
		t.Errorf("found: -want +got\n%s", diff)
	}
	if err := again.Write(); err != nil || len(again.Made) > 0 {
		t.Errorf("the second time made %v, %v", again.Made, err)
	}
	for name, text := range files(t, dir) {
		if text != before[name] {
			t.Errorf("%s is another one", name)
		}
	}
}

// Keys are of the repository that they were made for, once one has been named.
func TestKeysClaim(t *testing.T) {
	dir := t.TempDir()
	for _, c := range []struct {
		repo    string
		refused bool
	}{{"", false}, {"github.com/agency/infra", false}, {"github.com/agency/infra", false}, {"github.com/agency/other", true}, {"", true}} {
		keys := &Keys{Dir: dir}
		err := keys.Claim(c.repo)
		if (err != nil) != c.refused || c.refused && !strings.Contains(err.Error(), "of the repository github.com/agency/infra") {
			t.Errorf("%q: %v", c.repo, err)
		}
		if err := keys.Write(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestKeysRefuse(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"empty.key": "", "other.key": "hello\n", "deploy-key": "hello\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := &Keys{Dir: dir}
	for _, name := range []string{"empty", "other"} {
		if _, err := keys.Age(name, ""); err == nil || !strings.Contains(err.Error(), "no file with one age key") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := keys.Deploy(""); err == nil || !strings.Contains(err.Error(), "no SSH key") {
		t.Errorf("deploy-key: %v", err)
	}
	if _, err := keys.Age("web1", ""); err != nil {
		t.Error(err)
	}
	if _, err := keys.Age("web1", ""); err == nil || !strings.Contains(err.Error(), "two keys would be in web1.key") {
		t.Errorf("twice: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "web1.key"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := keys.Write(); err == nil {
		t.Error("a key that came in between is written over")
	}
}

// files are those of a folder that only its owner reads.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has the mode %v", path, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		all[d.Name()] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// program wants the real program to print something of a key.
func program(t *testing.T, dir, want, name string, args ...string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("%s is not installed", name)
		}
		t.Logf("SKIPPED: %s is not installed: it DID NOT READ THE KEY", name)
		return
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || string(out) != want {
		t.Errorf("%s: %v\n%s, want %s", name, err, out, want)
	}
}
