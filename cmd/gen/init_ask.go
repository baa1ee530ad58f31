package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"charm.land/huh/v2"
	"golang.org/x/term"

	"sitegen/internal/format"
	"sitegen/internal/rules"
)

// replaceMe is the mark of a placeholder, which a rule warns of.
const replaceMe = "replace-me"

// settle gives each question an answer: that of a flag, of a person, or a default.
func (c *initCmd) settle(e *env, dir string) error {
	said := *c
	c.defaults(dir)
	switch {
	case c.Yes:
		c.placeholders()
		c.Forge = cmp.Or(c.Forge, forgeOf(dir, c.Repo))
	case term.IsTerminal(int(os.Stdin.Fd())):
		if err := c.ask(e, dir, said); err != nil {
			return err
		}
	default:
		if missing := said.missing(); len(missing) > 0 {
			return fmt.Errorf("there is no terminal to ask in, and these flags are missing: %s; --yes takes defaults and placeholders for them", strings.Join(missing, ", "))
		}
		c.Forge = cmp.Or(c.Forge, forgeOf(dir, c.Repo))
	}
	if len(c.SSHKey) == 0 {
		return errors.New("--ssh-key: without a public key nobody could log in, and ~/.ssh holds none, or several: ssh-keygen -t ed25519 makes one")
	}
	if f := format.Label("a site", c.Name, 63); f.Bad() {
		return fmt.Errorf("--name: %s: %s", f.What, f.Advice())
	}
	if scan := rules.Keyscan(c.Repo); scan != "" && c.KnownHosts == "" {
		return fmt.Errorf("the keys of that git server are not known to Argo CD: %s > known_hosts, compare them with what its owner publishes, then %s --known-hosts known_hosts", scan, c.again())
	}
	return nil
}

// missing are the flags of questions that have no certain answer.
func (c *initCmd) missing() []string {
	var all []string
	for _, q := range []struct{ flag, value string }{
		{"--name", c.Name}, {"--domain", c.Domain}, {"--email", c.Email}, {"--repo", c.Repo}, {"--user", c.User}, {"--ssh-key", strings.Join(c.SSHKey, "")},
	} {
		if q.value == "" {
			all = append(all, q.flag)
		}
	}
	return all
}

// placeholders takes the place of answers.
func (c *initCmd) placeholders() {
	for _, q := range []struct {
		value *string
		text  string
	}{{&c.Domain, replaceMe + ".example"}, {&c.Email, "admin@" + replaceMe + ".example"}, {&c.Repo, "git@github.com:" + replaceMe + "/infra.git"}} {
		if *q.value == "" {
			*q.value = q.text
		}
	}
}

// ask asks for what no flag said, with the defaults as what is proposed.
func (c *initCmd) ask(e *env, dir string, said initCmd) error {
	f := &form{plain: plainTerminal(e)}
	f.text(said.Name, &c.Name, "Name of the site (it stays)", faultless(func(v string) format.Fault { return format.Label("a site", v, 63) }))
	f.text(said.Domain, &c.Domain, "Its own domain, a zone at Cloudflare", faultless(format.Hostname))
	f.text(said.Email, &c.Email, "E-mail address of who runs it", faultless(format.Email))
	f.text(said.Repo, &c.Repo, "Git repository (git@github.com:OWNER/NAME.git)", wanted)
	f.text(said.User, &c.User, "Name of who logs in to the hosts", faultless(func(v string) format.Fault { return format.Label("a user", v, 31) }))
	keys := strings.Join(c.SSHKey, ", ")
	found := publicKeys()
	switch {
	case len(said.SSHKey) > 0:
	case len(found) > 1:
		f.add(huh.NewMultiSelect[string]().Title("SSH keys that open the hosts").Options(huh.NewOptions(found...)...).Value(&c.SSHKey).Validate(some))
	default:
		f.text("", &keys, "Public SSH key that opens the hosts, or its file", wanted)
	}
	var machines, serves string
	f.text(strings.Join(said.Facts, ""), &machines, "Facts of the machines, files of gen probe or nixos-facter (nothing: placeholders)", readable)
	f.text(said.Client, &c.Client, "Name of the first client (nothing: none yet)", func(string) error { return nil })
	ofClient := func(v string) error {
		if c.Client == "" {
			return nil
		}
		return wanted(v)
	}
	f.text(said.ClientDomain, &c.ClientDomain, "The client's domain", ofClient)
	f.text(said.ClientImage+said.ClientFolder, &serves, "What serves it: an image with a tag, or a folder of files here", ofClient)
	if err := f.run(e); err != nil {
		return err
	}
	if err := c.askForge(e, dir); err != nil {
		return err
	}
	if len(found) < 2 && len(said.SSHKey) == 0 {
		c.SSHKey = split(keys)
	}
	c.Facts = slices.Concat(c.Facts, split(machines))
	if strings.Contains(serves, ":") {
		c.ClientImage = serves
	} else if serves != "" {
		c.ClientFolder = serves
	}
	return nil
}

// askForge asks when the repository is known, by which it guesses.
func (c *initCmd) askForge(e *env, dir string) error {
	if c.Forge != "" {
		return nil
	}
	c.Forge = forgeOf(dir, c.Repo)
	if repoOf(dir).Path != "" {
		return nil // forges read jobs at the top
	}
	f := &form{plain: plainTerminal(e)}
	f.add(huh.NewSelect[string]().Title("Whose jobs hold pull requests to the spec").
		Options(huh.NewOptions("github", "gitlab", "forgejo", "none")...).Value(&c.Forge))
	return f.run(e)
}

// form is the questions that are left.
type form struct {
	plain  bool // line by line, for a dumb terminal or a screen reader
	fields []huh.Field
}

func (f *form) add(field huh.Field) { f.fields = append(f.fields, field) }

// text asks for a text, unless a flag has said it. What Enter takes is shown.
func (f *form) text(flag string, value *string, title string, check func(string) error) {
	if flag != "" {
		return
	}
	if proposed := *value; f.plain && proposed != "" {
		title += " [" + proposed + "]"
		answer := check
		check = func(v string) error { return answer(cmp.Or(v, proposed)) }
	}
	if f.plain {
		title += ":"
	}
	f.add(huh.NewInput().Title(title).Value(value).Validate(check))
}

func (f *form) run(e *env) error {
	if len(f.fields) == 0 {
		return nil
	}
	err := huh.NewForm(huh.NewGroup(f.fields...)).WithInput(os.Stdin).WithOutput(e.stderr).WithAccessible(f.plain).Run()
	if errors.Is(err, huh.ErrUserAborted) {
		return errors.New("stopped, and nothing was written")
	}
	return err
}

func plainTerminal(e *env) bool {
	out, ok := e.stderr.(*os.File)
	return os.Getenv("TERM") == "dumb" || os.Getenv("ACCESSIBLE") != "" || !ok || !term.IsTerminal(int(out.Fd()))
}

func faultless(check func(string) format.Fault) func(string) error {
	return func(v string) error {
		if f := check(strings.TrimSpace(v)); f.Bad() {
			return fmt.Errorf("%s: %s", f.What, f.Advice())
		}
		return nil
	}
}

func wanted(v string) error {
	if strings.TrimSpace(v) == "" {
		return errors.New("this has to be said")
	}
	return nil
}

func some(v []string) error {
	if len(v) == 0 {
		return errors.New("without a key nobody could log in")
	}
	return nil
}

func readable(v string) error {
	for _, arg := range split(v) {
		if _, err := (&initCmd{Facts: []string{arg}}).hosts(); err != nil {
			return err
		}
	}
	return nil
}

// split takes a list apart that a person wrote with commas.
func split(v string) []string {
	var all []string
	for _, part := range strings.Split(v, ",") {
		if part = strings.TrimSpace(part); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// publicKeys are the user's own.
func publicKeys() []string {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(home, ".ssh", "*.pub")) // the pattern is sound
	return slices.DeleteFunc(found, func(name string) bool {
		_, err := sshKeys([]string{name})
		return err != nil
	})
}
