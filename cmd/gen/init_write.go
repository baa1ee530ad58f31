package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/start"
)

// write makes keys, spec and output, in the order in which each can be gone on from.
func (c *initCmd) write(e *env, dir, text string, keys *start.Keys, within string) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := keys.Write(); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, specFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	if _, err := f.WriteString(text); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return err
	}
	c.begin(e, dir)
	w := &writeCmd{}
	w.Format, w.Out = "text", outRoot(c.Dir)
	if w.Spec = c.Dir; filepath.Clean(c.Dir) == "." {
		w.Spec = ""
	}
	if err := w.Run(e); err != nil {
		fmt.Fprintf(e.stderr, "gen: %s is written, and private keys are in %s; when that is put right, %s writes the rest\n", filepath.Join(c.Dir, specFile), quoted(keys.Dir), e.command(""))
		return err
	}
	c.hooks(e, dir, path.Join(within, site.Hooks))
	c.next(e, text, keys)
	return nil
}

// hooks turns on those that gen has written, where no others are.
func (c *initCmd) hooks(e *env, dir, folder string) {
	if !inRepository(dir) || git(dir, "config", "--get", "core.hooksPath") != "" {
		return
	}
	if exec.Command("git", "-C", dir, "config", "core.hooksPath", folder).Run() == nil {
		fmt.Fprintf(e.stderr, "gen: turned on the hooks in %s, which refuse a commit that is not what the spec says: git config core.hooksPath\n", folder)
	}
}

// begin makes a git repository of a folder that is in none.
func (c *initCmd) begin(e *env, dir string) {
	if inRepository(dir) {
		return
	}
	if _, err := exec.LookPath("git"); err != nil {
		fmt.Fprintln(e.stderr, "gen: git is not installed, and this folder has to be a git repository")
		return
	}
	args := [][]string{{"init", "-q"}, {"symbolic-ref", "HEAD", "refs/heads/main"}}
	if !strings.Contains(c.Repo, replaceMe) {
		args = append(args, []string{"remote", "add", "origin", c.Repo})
	}
	for _, a := range args {
		if out, err := exec.Command("git", append([]string{"-C", dir}, a...)...).CombinedOutput(); err != nil {
			fmt.Fprintf(e.stderr, "gen: git %s: %v: %s\n", a[0], err, strings.TrimSpace(string(out)))
			return
		}
	}
	fmt.Fprintln(e.stderr, "gen: made this folder a git repository, with the branch main")
}

// next says what was made outside of the repository, and what comes now.
func (c *initCmd) next(e *env, text string, keys *start.Keys) {
	say := func(text string, args ...any) { fmt.Fprintf(e.stdout, text+"\n", args...) }
	step := 0
	then := func(text string, args ...any) { step++; say(fmt.Sprintf("%d. ", step)+text, args...) }
	at := func(file string) string { return quoted(filepath.Join(keys.Dir, file)) }
	say("Private keys are in %s, outside of git: keep a copy where you keep passwords.", quoted(keys.Dir))
	if c.Dir != "." {
		then("cd %s", quoted(c.Dir))
	}
	if c.Age == "" {
		then("export SOPS_AGE_KEY_FILE=%s   # your key, with which sops opens secrets", at(c.User+".key"))
	}
	if strings.Contains(strings.ToLower(text), replaceMe) || strings.Contains(text, "PLACEHOLDERS") {
		then("gen vet names each placeholder in %s; put in what is meant, then gen", specFile)
	}
	if slices.Contains(keys.Made, "deploy-key") {
		then("give %s to the git host as a deploy key that cannot write", at("deploy-key.pub"))
	}
	then("git add -A . && git commit -m 'first site'")
	then("docs/RUNBOOK.md leads on, from the rescue system to a served website")
}

// again is the command with all that was answered.
func (c *initCmd) again() string {
	words := []string{"gen init"}
	add := func(flag string, values ...string) {
		for _, v := range values {
			if v != "" {
				words = append(words, flag+" "+quoted(v))
			}
		}
	}
	add("--name", c.Name)
	add("--domain", c.Domain)
	add("--email", c.Email)
	add("--repo", c.Repo)
	add("--forge", c.Forge)
	add("--known-hosts", c.KnownHosts)
	add("--user", c.User)
	add("--ssh-key", c.SSHKey...)
	add("--age", c.Age)
	add("--facts", c.Facts...)
	add("--client", c.Client)
	add("--client-domain", c.ClientDomain)
	add("--client-image", c.ClientImage)
	add("--client-folder", c.ClientFolder)
	add("--keys", c.Keys)
	if c.Dir != "." {
		words = append(words, quoted(c.Dir))
	}
	return strings.Join(words, " ")
}
