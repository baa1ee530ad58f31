package main

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path"
	"path/filepath"
	"strings"

	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/start"
)

// defaults answers what this machine knows: git's settings, the user, the folder.
func (c *initCmd) defaults(dir string) {
	c.Repo = cmp.Or(c.Repo, git(dir, "config", "--get", "remote.origin.url"))
	c.Email = cmp.Or(c.Email, git(dir, "config", "--get", "user.email"))
	if c.Name == "" {
		name := strings.TrimSuffix(path.Base(site.ParseRepoURL(c.Repo).Path), ".git")
		for _, name := range []string{name, filepath.Base(dir), "site"} {
			if slug := format.Slug(name); !format.Label("a site", slug, 63).Bad() && slug[0] > '9' {
				c.Name = slug
				break
			}
		}
	}
	if c.User == "" {
		c.User = "admin"
		if u, err := user.Current(); err == nil && u.Username != "root" && !format.Label("a user", format.Slug(u.Username), 31).Bad() {
			c.User = format.Slug(u.Username)
		}
	}
	if len(c.SSHKey) == 0 {
		found := publicKeys()
		for _, name := range found {
			if len(found) == 1 || filepath.Base(name) == "id_ed25519.pub" {
				c.SSHKey = []string{name}
			}
		}
	}
}

// git is what git prints about a folder, "" where there is no git, or nothing to print.
func git(dir string, args ...string) string {
	out, err := exec.Command("git", append([]string{"-C", existing(dir)}, args...)...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// repository is where the repository is, by whatever way it is reached; "" for a placeholder.
func (c *initCmd) repository() string {
	if strings.Contains(c.Repo, replaceMe) {
		return ""
	}
	url := site.ParseRepoURL(c.Repo)
	if url.Host == "" {
		return c.Repo // a rule refuses it
	}
	return strings.ToLower(url.Host) + "/" + strings.TrimSuffix(strings.Trim(url.Path, "/"), ".git")
}

// existing is the folder, or the one that it will be in.
func existing(dir string) string {
	if _, err := os.Stat(dir); err != nil {
		return filepath.Dir(dir)
	}
	return dir
}

// repoOf is where a folder is in its repository, and the branch there.
func repoOf(dir string) start.Repo {
	var r start.Repo
	for d := dir; d != filepath.Dir(d); d = filepath.Dir(d) {
		if has(d, ".git") {
			if rel, err := filepath.Rel(d, dir); err == nil && rel != "." {
				r.Path = filepath.ToSlash(rel)
			}
			if branch := git(d, "symbolic-ref", "--short", "HEAD"); branch != "main" {
				r.Branch = branch
			}
			break
		}
	}
	return r
}

// knownHosts are the lines of a file of known_hosts that the spec takes.
func (c *initCmd) knownHosts() ([]string, error) {
	if c.KnownHosts == "" {
		return nil, nil
	}
	data, err := os.ReadFile(c.KnownHosts)
	if err != nil {
		return nil, fmt.Errorf("--known-hosts: %w", err)
	}
	var all []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			all = append(all, line)
		}
	}
	return all, nil
}

// sshKeys are lines of authorized_keys: each is given as itself, or as the name of its file.
func sshKeys(given []string) ([]string, error) {
	var all []string
	for _, key := range given {
		if format.SSHKey(key).Bad() {
			if rest, ok := strings.CutPrefix(key, "~/"); ok {
				home, _ := os.UserHomeDir()
				key = filepath.Join(home, rest)
			}
			data, err := os.ReadFile(key)
			if err != nil {
				return nil, fmt.Errorf("--ssh-key: %w", err)
			}
			key = strings.TrimSpace(string(data))
		}
		if f := format.SSHKey(key); f.Bad() {
			return nil, fmt.Errorf("--ssh-key: %s: %s", f.What, f.Advice())
		}
		all = append(all, key)
	}
	return all, nil
}

// forgeOf guesses whose a git server is. Forges read jobs at the top of a repository.
func forgeOf(dir, repo string) string {
	host, _, _ := strings.Cut(site.ParseRepoURL(repo).Host, ":")
	switch {
	case repoOf(dir).Path != "":
		return "none"
	case host == "github.com" && !strings.Contains(repo, replaceMe):
		return "github"
	case strings.Contains(host, "gitlab"):
		return "gitlab"
	case host == "codeberg.org", strings.Contains(host, "forgejo"), strings.Contains(host, "gitea"):
		return "forgejo"
	}
	return "none"
}
