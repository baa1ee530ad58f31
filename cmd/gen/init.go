package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/facts"
	"sitegen/internal/format"
	"sitegen/internal/rules"
	"sitegen/internal/site"
	"sitegen/internal/spec"
	"sitegen/internal/start"
)

// specFile is the file that a new spec is written to.
const specFile = "site.cue"

type initCmd struct {
	Dir          string   `arg:"" optional:"" default:"." complete:"files" help:"The folder for spec and output, the top of a repository (${default})."`
	Name         string   `help:"Name of the site (the repository's, else the folder's)."`
	Domain       string   `help:"The site's own domain, a zone at Cloudflare."`
	Email        string   `help:"Address of who runs the site (git's user.email)."`
	Repo         string   `placeholder:"URL" help:"The git repository that the folder is pushed to (git's remote origin)."`
	Forge        string   `enum:"github,gitlab,forgejo,none," default:"" help:"Whose jobs hold pull requests to the spec: github, gitlab, forgejo or none (guessed from the repository)."`
	KnownHosts   string   `placeholder:"FILE" complete:"files" help:"Lines of known_hosts for a git server that Argo CD does not know: ssh-keyscan prints them."`
	User         string   `help:"Name of who logs in and opens secrets (the user of this machine)."`
	SSHKey       []string `name:"ssh-key" sep:"none" placeholder:"FILE" complete:"files" help:"Public SSH key of that user, as a file or as its line; can be repeated (~/.ssh/id_ed25519.pub, or the only one there)."`
	Age          string   `placeholder:"KEY" help:"Public age key of that user, age1… (one is made)."`
	Facts        []string `sep:"none" placeholder:"[HOST=]FILE" complete:"files" help:"What gen probe --script, or nixos-facter, found of a machine; can be repeated. Without, disks and cards are placeholders."`
	Client       string   `placeholder:"NAME" help:"Name of the first client."`
	ClientDomain string   `placeholder:"DOMAIN" help:"The client's domain."`
	ClientImage  string   `placeholder:"IMAGE" help:"The image that serves its website, with a tag,"`
	ClientFolder string   `placeholder:"FOLDER" complete:"files" help:"… or the folder of its files in this repository."`
	Keys         string   `placeholder:"DIR" complete:"files" help:"Where private keys are kept, outside of the repository (~/.config/sitegen/NAME)."`
	Yes          bool     `help:"Ask nothing: what no flag says gets its default, or a placeholder."`
}

// Run writes the first spec and what gen makes of it.
func (c *initCmd) Run(e *env) error {
	dir, err := c.place()
	if err != nil {
		return err
	}
	if err := c.settle(e, dir); err != nil {
		return err
	}
	keys := &start.Keys{Dir: c.keysDir()}
	if err := outside(keys.Dir, dir); err != nil {
		return err
	}
	s, err := c.site(dir, keys)
	if err != nil {
		return err
	}
	text := s.Spec()
	judged, err := c.judge(e, text)
	if err != nil {
		return err
	}
	return c.write(e, dir, text, keys, s, judged)
}

// place is the folder, which holds no spec yet. It need not be there.
func (c *initCmd) place() (string, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return "", err
	}
	if why := insideOf(dir); why != "" {
		return "", fmt.Errorf("the folder %q %s: name another one", c.Dir, why)
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if _, err := os.Stat(filepath.Dir(dir)); err != nil {
			return "", fmt.Errorf("the folder %q cannot be made: the folder it would be in does not exist", c.Dir)
		}
		return dir, nil
	case err != nil:
		return "", fmt.Errorf("the folder %q cannot be read: %w", c.Dir, reason(err))
	case !info.IsDir():
		return "", fmt.Errorf("%q is not a folder", c.Dir)
	case hasCUE(dir) || has(dir, "cue.mod") || isTree(dir):
		return "", fmt.Errorf("%q holds a spec already, or what gen made of one, and gen init begins anew: gen add and gen set change the spec that is there; gen init FOLDER begins another one", c.Dir)
	case dir == filepath.Dir(dir) || isHome(dir):
		return "", fmt.Errorf("%q is no folder for a repository: name another one, as in gen init infra", c.Dir)
	}
	return dir, nil
}

func (c *initCmd) keysDir() string {
	if c.Keys != "" {
		return c.Keys
	}
	home, _ := os.UserHomeDir()
	return filepath.Join(cmp.Or(os.Getenv("XDG_CONFIG_HOME"), filepath.Join(home, ".config")), "sitegen", c.Name)
}

// outside refuses a folder for private keys that git could take in.
func outside(keys, dir string) error {
	full, err := filepath.Abs(keys)
	if err != nil {
		return err
	}
	if full == dir || strings.HasPrefix(full, dir+string(filepath.Separator)) || inRepository(full) {
		return fmt.Errorf("private keys would be in %q, which is inside of a repository: name another folder with --keys", keys)
	}
	return nil
}

// site is what the flags say, with keys.
func (c *initCmd) site(dir string, keys *start.Keys) (*start.Site, error) {
	s := &start.Site{Name: c.Name, Domain: c.Domain, Email: c.Email, User: c.User, Person: c.Age, Repo: repoOf(dir)}
	s.Repo.URL = c.Repo
	if c.Forge != "none" {
		s.Forge = c.Forge
	}
	if err := keys.Claim(c.repository()); err != nil {
		return nil, err
	}
	var err error
	if s.Repo.KnownHosts, err = c.knownHosts(); err != nil {
		return nil, err
	}
	if s.Keys, err = sshKeys(c.SSHKey); err != nil {
		return nil, err
	}
	if s.Client, err = c.client(dir); err != nil {
		return nil, err
	}
	if s.Hosts, err = c.hosts(); err != nil {
		return nil, err
	}
	if s.Person == "" {
		if s.Person, err = keys.Age(c.User, "opens the secrets of "+c.Name+", as SOPS_AGE_KEY_FILE"); err != nil {
			return nil, err
		}
	}
	for i := range s.Hosts {
		h := &s.Hosts[i]
		if h.Age, err = keys.Age(h.Name, "of the host "+h.Name+", which its install puts there"); err != nil {
			return nil, err
		}
	}
	if s.ArgoCD, err = keys.Age("argocd", "argocd_age_key in secrets/…/k8s-secrets.yaml"); err != nil {
		return nil, err
	}
	if site.ParseRepoURL(c.Repo).Scheme == "ssh" {
		err = keys.Deploy("argocd@" + c.Name)
	}
	return s, err
}

// hosts are those that facts are given of, or one that nobody has looked at.
func (c *initCmd) hosts() ([]start.Host, error) {
	if len(c.Facts) == 0 {
		return []start.Host{{Name: "web1"}}, nil
	}
	var all []start.Host
	for i, arg := range c.Facts {
		name, file, ok := strings.Cut(arg, "=")
		if !ok || format.Label("a host", name, 63).Bad() {
			name, file = fmt.Sprintf("web%d", i+1), arg
		}
		if slices.ContainsFunc(all, func(h start.Host) bool { return h.Name == name }) {
			return nil, fmt.Errorf("--facts: two machines are called %s: say --facts OTHER=%s", name, file)
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, fmt.Errorf("--facts: %w", err)
		}
		m, err := facts.Read(f)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("--facts: %s: %w", file, err)
		}
		all = append(all, start.Host{Name: name, Facts: m})
	}
	return all, nil
}

// client is the first client, where one is named.
func (c *initCmd) client(dir string) (*start.Client, error) {
	client := &start.Client{Name: c.Client, Domain: c.ClientDomain, Image: c.ClientImage, Folder: c.ClientFolder}
	switch {
	case *client == start.Client{}:
		return nil, nil
	case c.Client == "" || c.ClientDomain == "" || (c.ClientImage == "") == (c.ClientFolder == ""):
		return nil, errors.New("a client has --client NAME, --client-domain DOMAIN, and either --client-image IMAGE or --client-folder FOLDER")
	case c.ClientFolder == "":
		return client, nil
	}
	if info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(c.ClientFolder))); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("--client-folder: there is no folder %q in %q: put the website's files there first", c.ClientFolder, c.Dir)
	}
	return client, nil
}

// judge holds the spec to the rules before anything is written. Warnings are told when
// the output is made of it.
func (c *initCmd) judge(e *env, text string) (*site.Site, error) {
	tmp, err := os.MkdirTemp("", "gen-init-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(tmp)
	file := filepath.Join(tmp, specFile)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	s, problems := rules.Load(spec.Source{Path: file})
	if problems.Errors() == 0 {
		return s, nil
	}
	problems = slices.DeleteFunc(problems, func(p diag.Problem) bool { return p.Severity != diag.Error })
	for i := range problems {
		problems[i].Pos = diag.Pos{} // in a file that is not there
		problems[i].Notes = nil
	}
	if err := e.find(problems...); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("nothing was written; with what was answered: %s", c.again())
}
