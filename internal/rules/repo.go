package rules

import (
	"fmt"
	"net"
	"path"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

func repoRules() []Rule {
	return []Rule{
		{ID: "repo-url", Severity: diag.Error, Summary: "The repository is reached by ssh or https, without a password in its URL.",
			Bad: `repo: url: "http://git.example.com/infra.git"`, Good: `repo: url: "https://git.example.com/infra.git"`, value: true, check: checkRepoURL},
		{ID: "repo-branch", Severity: diag.Error, Summary: "The branch is one that git would make.",
			Bad: `repo: branch: "feature..x"`, Good: `repo: branch: "feature/x"`, value: true, check: checkRepoBranch},
		{ID: "repo-path", Severity: diag.Error, Summary: "The places of the output and of the spec in the repository are relative paths inside of it.",
			Bad: `repo: path: "/infra"`, Good: `repo: path: "infra"`, value: true, check: checkRepoPath},
		{ID: "repo-known-hosts", Severity: diag.Error, Summary: "The host key of a git server that Argo CD does not know is given, as a line of known_hosts.",
			Bad: `repo: url: "git@git.example.com:infra.git"`, Good: "repo: {\n\turl: \"git@git.example.com:infra.git\"\n\tknownHosts: [\"git.example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBY0JKrrzZRBKd4Hc9iU0Hur3/w+KTzJFUyuvEfDbZXF\"]\n}", check: checkKnownHosts},
	}
}

func checkRepoURL(c *checker) {
	raw, at := c.spec.Repo.URL, diag.Path{"repo", "url"}
	u := site.ParseRepoURL(raw)
	forms := "git@HOST:OWNER/NAME.git, ssh://git@HOST/OWNER/NAME.git or https://HOST/OWNER/NAME.git"
	switch {
	case u.Scheme == "https" && u.User != "":
		c.report(at, "the URL has a user name or a token in it").WithHint("leave it out; the token belongs into the encrypted file, as argocd_repo_token")
	case u.Scheme == "ssh" && strings.Contains(u.User, ":"):
		c.report(at, "the URL has a password in it").WithHint("leave it out; Argo CD uses a deploy key")
	case u.Scheme == "" && strings.Contains(raw, "://"):
		scheme, _, _ := strings.Cut(raw, "://")
		c.report(at, "%q is reached by %q, but has to be by ssh or https", raw, scheme).WithHint("%s", forms)
	case u.Scheme == "" || u.Host == "" || strings.Trim(u.Path, "/") == "" || strings.ContainsAny(raw, " \t\r\n\"'`$\\<>|"):
		c.report(at, "%q is no URL of a git repository", raw).WithHint("%s", forms)
	case strings.ContainsAny(raw, "?#"):
		c.report(at, "%q has more in it than the address of a repository", raw).WithHint("%s", format.DidYouMean(raw[:strings.IndexAny(raw, "?#")]))
	case webPage(u.Path) != "":
		c.report(at, "%q is a page about a part of the repository", raw).WithHint("%s", format.DidYouMean(strings.TrimSuffix(raw, webPage(u.Path))))
	case u.Scheme == "ssh" && u.User == "":
		c.report(at, "%q has no user name, and git servers want one", raw).WithHint("%s", format.DidYouMean(strings.Replace(raw, "ssh://", "ssh://git@", 1)))
	case u.Scheme == "ssh" && !repoUserRE().MatchString(u.User):
		c.report(at, "%q is no user name of a git server", format.Shorten(u.User)).WithHint("most have \"git\"; it starts with a letter or a digit, and has no more than - . _ beside them")
	case !repoPathRE().MatchString(u.Path):
		c.report(at, "%q cannot be the path of a repository: git and the programs that it calls take some of its characters for something else", format.Shorten(u.Path)).
			WithHint("letters, digits, and - . _ ~ + @ %% / between them, no hyphen first")
	default:
		host, port, said := splitPort(u.Host)
		if said && !format.IsPort(port) {
			c.report(at, "%q has no port that there is", raw).WithHint("ports are from 1 to 65535; the usual one need not be said")
			return
		}
		before, after, _ := strings.Cut(raw, host)
		c.fault(at, repoHostFault(host).Within(before, after))
	}
}

// repoHostFault wants a name or an address.
func repoHostFault(host string) format.Fault {
	if format.ParseAddr(strings.Trim(host, "[]")).IsValid() {
		return format.Fault{}
	}
	return format.Hostname(host)
}

func splitPort(text string) (host, port string, said bool) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return text, "", false
	}
	return host, port, true
}

// keyscan is the command that prints the keys of a server.
func keyscan(host string) string {
	name, port, said := splitPort(host)
	if !said {
		return "ssh-keyscan " + host
	}
	return "ssh-keyscan -p " + port + " " + name
}

// What the user and the path of a repository may be: git hands both to ssh, and
// ssh to a shell on the other side.
var (
	repoUserRE = format.Pattern(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)
	repoPathRE = format.Pattern(`^/?[A-Za-z0-9._~][A-Za-z0-9._~+@%/-]*$`)
)

// branchRE leaves out what shells read: scripts and people write the name there.
var branchRE = format.Pattern(`^[\pL\pN._/+@=#,-]+$`)

// webPage is what stands behind the repository in the address of one of its pages.
func webPage(path string) string {
	for _, mark := range []string{"/tree/", "/blob/", "/-/tree/", "/-/blob/", "/src/branch/", "/commits/"} {
		if i := strings.Index(path, mark); i > 0 && strings.Contains(path[:i], "/") {
			return path[i:]
		}
	}
	return ""
}

// checkRepoBranch follows git check-ref-format (git Documentation/git-check-ref-format.adoc).
func checkRepoBranch(c *checker) {
	b := c.spec.Repo.Branch
	bad := func(why string) {
		c.report(diag.Path{"repo", "branch"}, "%q cannot name a branch: %s", b, why).WithHint("letters, digits, and - . _ / between them")
	}
	switch {
	case b == "" || b == "@" || b == "HEAD":
		bad("git keeps that name for itself")
	case strings.HasPrefix(b, "-"):
		bad("it starts with a hyphen")
	case strings.HasPrefix(b, "/") || strings.HasSuffix(b, "/") || strings.Contains(b, "//"):
		bad("it has an empty part between slashes")
	case strings.HasSuffix(b, "."):
		bad("it ends with a dot")
	case strings.Contains(b, ".."):
		bad("it has two dots in a row")
	case strings.Contains(b, "@{"):
		bad("it has @{ in it")
	case strings.ContainsAny(b, " ~^:?*[\\") || strings.ContainsFunc(b, func(r rune) bool { return r < 0x20 || r == 0x7f }):
		bad("it has a blank, a control character or one of ~ ^ : ? * [ \\ in it")
	case !branchRE().MatchString(b):
		bad("it has a character in it that shells take for something else")
	case slices.ContainsFunc(strings.Split(b, "/"), func(p string) bool { return strings.HasPrefix(p, ".") || strings.HasSuffix(p, ".lock") }):
		bad("a part of it starts with a dot or ends with .lock")
	}
}

func checkRepoPath(c *checker) {
	for name, p := range map[string]string{"path": c.spec.Repo.Path, "spec": c.spec.Repo.Spec} {
		if p == "" {
			continue
		}
		at := diag.Path{"repo", name}
		if f := format.Inside(p); f.Bad() {
			c.fault(at, f)
		} else if p == "." {
			c.report(at, "the top of the repository is the default").WithHint("leave repo.%s out", name)
		} else if p == ".git" || strings.HasPrefix(p, ".git/") {
			c.report(at, "%q is git's own folder", p).WithHint("say another one")
		} else if strings.ContainsAny(path.Clean(p), "*?[{") {
			c.report(at, "%q has a character in it that stands for others in patterns", p).WithHint("rename the folder")
		}
	}
}

// knownToArgoCD are the git servers in Argo CD's own known_hosts (argo-cd
// manifests/base/config/argocd-ssh-known-hosts-cm.yaml).
func knownToArgoCD(host string) bool {
	switch host {
	case "github.com", "gitlab.com", "bitbucket.org", "ssh.dev.azure.com", "vs-ssh.visualstudio.com", "ssh.github.com:443":
		return true
	}
	return false
}

// Keyscan is the command that prints the keys of a repository's server, where Argo CD
// does not know them; "" where it does, or needs none.
func Keyscan(repo string) string {
	u := site.ParseRepoURL(repo)
	host := strings.TrimSuffix(u.Host, ":22")
	name, port, said := splitPort(host)
	if u.Scheme != "ssh" || host == "" || knownToArgoCD(host) || repoHostFault(name).Bad() || said && !format.IsPort(port) {
		return ""
	}
	return keyscan(host)
}

func checkKnownHosts(c *checker) {
	repo := c.spec.Repo
	for i, line := range repo.KnownHosts {
		if why := knownHostsFault(line); why != "" {
			c.report(diag.Path{"repo", "knownHosts", i}, "%q is no line of known_hosts: %s", format.Shorten(line), why).WithHint("`ssh-keyscan HOST` prints them; compare with what the server's owner publishes")
		}
	}
	scan := Keyscan(repo.URL)
	if scan == "" {
		return // repo-url tells names that are none, which are in no command
	}
	host := strings.TrimSuffix(site.ParseRepoURL(repo.URL).Host, ":22")
	want := knownhosts.Normalize(host)
	for _, line := range repo.KnownHosts {
		names, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		if strings.HasPrefix(names, "|1|") || slices.Contains(strings.Split(names, ","), want) {
			return
		}
	}
	c.report(diag.Path{"repo", "url"}, "Argo CD does not know the host key of %s", host).
		WithHint("put what `%s` prints into repo.knownHosts, after comparing it", scan)
}

func knownHostsFault(line string) string {
	if strings.ContainsAny(line, "\r\n") {
		return "it is more than one line"
	}
	marker, _, key, _, _, err := ssh.ParseKnownHosts([]byte(line))
	switch {
	case !strings.Contains(strings.TrimSpace(line), " "):
		return "it has no key"
	case err != nil:
		return "it is not the name of a server, the kind of its key and the key"
	case marker != "":
		return fmt.Sprintf("it has a mark before it, @%s", marker)
	}
	if f := format.SSHKey(string(ssh.MarshalAuthorizedKey(key))); f.Bad() {
		return fmt.Sprintf("the key %s", strings.TrimPrefix(f.What, "the key "))
	}
	return ""
}
