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

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
	"sitegen/internal/start"
)

// write makes keys, spec and output, in the order in which each can be gone on from. judged
// is the site that the spec describes.
func (c *initCmd) write(e *env, dir, text string, keys *start.Keys, s *start.Site, judged *site.Site) error {
	if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	if err := keys.Write(); err != nil {
		return err
	}
	if len(keys.Found) > 0 {
		fmt.Fprintf(e.stderr, "gen: %s in %s already, and this site takes them: %s\n", format.Count(len(keys.Found), "key")+verb(len(keys.Found)), quoted(keys.Dir), format.AllOf(keys.Found))
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
	failed := w.Run(e)
	if err := c.machines(e, s, judged); err != nil {
		return errors.Join(failed, err)
	}
	hooks := path.Join(s.Repo.Path, site.Hooks)
	if failed != nil {
		fmt.Fprintf(e.stderr, "gen: %s is written, and the other files are not; when that is put right, %s writes them. What is left after it:\n", filepath.Join(c.Dir, specFile), e.command(""))
		if !hooksFree(dir) {
			hooks = ""
		}
		c.next(e, text, keys, hooks)
		return failed
	}
	c.hooks(e, dir, hooks)
	c.next(e, text, keys, "")
	return nil
}

func verb(n int) string {
	if n == 1 {
		return " was"
	}
	return " were"
}

// machines says what is wrong with the machines that facts were given of, as gen check
// --facts does: a disk that fails is no mistake in the spec.
func (c *initCmd) machines(e *env, s *start.Site, judged *site.Site) error {
	for _, h := range s.Hosts {
		i := slices.IndexFunc(judged.Hosts, func(host *site.Host) bool { return host.Name == h.Name })
		if h.Facts == nil || i < 0 {
			continue
		}
		found := differences(judged, h.Facts, judged.Hosts[i], diag.Warning)
		for i := range found {
			found[i].Pos.File = filepath.Join(c.Dir, specFile) // it was judged elsewhere
		}
		if err := e.find(found...); err != nil {
			return err
		}
	}
	return nil
}

// hooksFree tells whether the folder is in a repository that has no hooks set.
func hooksFree(dir string) bool {
	return inRepository(dir) && git(dir, "config", "--get", "core.hooksPath") == ""
}

// hooks turns on those that gen has written, where no others are.
func (c *initCmd) hooks(e *env, dir, folder string) {
	if !hooksFree(dir) {
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

// next says what was made outside of the repository, and what comes now; hooks is the
// folder of those that are still to be turned on, "" where none are.
func (c *initCmd) next(e *env, text string, keys *start.Keys, hooks string) {
	say := func(text string, args ...any) { fmt.Fprintf(e.stdout, text+"\n", args...) }
	step := 0
	then := func(text string, args ...any) { step++; say(fmt.Sprintf("%d. ", step)+text, args...) }
	at := func(file string) string { return quoted(filepath.Join(keys.Dir, file)) }
	say("Private keys are in %s, outside of git: keep a copy where you keep passwords.", quoted(keys.Dir))
	if c.Dir != "." {
		then("cd %s", quoted(c.Dir))
	}
	if hooks != "" {
		then("git config core.hooksPath %s   # hooks that refuse a commit that is not what the spec says", quoted(hooks))
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
