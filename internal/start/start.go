// Package start writes the first spec of a site from what a person says of it, and
// makes the keys that it names.
package start

import (
	"fmt"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/facts"
	"sitegen/internal/spec"
)

// release is the newest NixOS release that gen's output is made for.
const release = "26.05"

// Site is what a person says of a site.
type Site struct {
	Name   string
	Domain string // the primary one
	Email  string
	Repo   Repo
	User   string   // who logs in, and opens secrets
	Keys   []string // of the user: lines of authorized_keys
	Hosts  []Host
	Client *Client // nil: none yet
	Forge  string  // whose jobs: github, gitlab or forgejo; "" for none

	Person, ArgoCD string // public age keys
}

// Repo is the git repository.
type Repo struct {
	URL, Path, Branch string
	KnownHosts        []string
}

// Host is a machine.
type Host struct {
	Name  string
	Facts *facts.Machine // nil: nobody has looked at it
	Age   string         // its public key
}

// Client is the first website: an image, or a folder of files.
type Client struct{ Name, Domain, Image, Folder string }

// Spec writes the spec, with comments for whoever changes it next.
func (s *Site) Spec() string {
	w := &writer{}
	w.line("// The site: what only its owner can know. gen writes the rest of this repository from it.")
	w.line("// `gen schema` prints every field, `gen explain hosts.*.nics` one of them.")
	w.line("package site")
	w.line("")
	w.line("// It names folders, scripts and the tunnel, and stays.")
	w.line("name: %s", spec.Quote(s.Name))
	w.line("")
	w.line("// Where this folder is pushed to, and Argo CD reads it.")
	s.repo(w)
	if s.Forge != "" {
		w.line("")
		w.line("// Jobs that hold pull requests to this spec. install puts gen on the machine that runs them; an image that has it needs none.")
		w.line("ci: {forge: %s, install: [%s]}", spec.Quote(s.Forge), spec.Quote("echo 'REPLACE-ME: put gen on the PATH'; exit 1"))
	}
	w.line("")
	w.line("admin: email: %s", spec.Quote(s.Email))
	for i, h := range s.Hosts {
		w.line("")
		s.host(w, i, h)
	}
	w.line("")
	w.line("// The domain of the site's own hostnames, argocd. and ssh. among them, as a zone at Cloudflare.")
	w.line("domains: %s: primary: true", spec.Quote(s.Domain))
	w.line("")
	w.line("// Who gets in to those: Cloudflare Access sends a code to these addresses.")
	w.line("access: admins: {emails: [%s], default: true}", spec.Quote(s.Email))
	w.line("")
	s.client(w)
	w.line("")
	w.line("// Who opens the secrets in this repository: public age keys.")
	w.open("sops: {")
	w.line("people: %s: %s", diag.Path{s.User}.String(), spec.Quote(s.Person))
	w.line("")
	w.line("argocd: %s", spec.Quote(s.ArgoCD))
	w.close()
	return w.String()
}

func (s *Site) repo(w *writer) {
	r := s.Repo
	if r.Path == "" && r.Branch == "" && len(r.KnownHosts) == 0 {
		w.line("repo: url: %s", spec.Quote(r.URL))
		return
	}
	w.open("repo: {")
	w.line("url: %s", spec.Quote(r.URL))
	if r.Path != "" {
		w.line("")
		w.line("// Where this folder is in it.")
		w.line("path: %s", spec.Quote(r.Path))
	}
	if r.Branch != "" {
		w.line("")
		w.line("branch: %s", spec.Quote(r.Branch))
	}
	if len(r.KnownHosts) > 0 {
		w.line("")
		w.list("knownHosts", r.KnownHosts)
	}
	w.close()
}

func (s *Site) host(w *writer, number int, h Host) {
	w.open("hosts: %s: {", diag.Path{h.Name}.String())
	if role := s.role(number); role != "" {
		w.line("role: %s", spec.Quote(role))
		w.line("")
	}
	w.line("// The NixOS release, and the one that it was installed with, which stays when release moves on.")
	w.line("release:      %s", spec.Quote(release))
	w.line("stateVersion: %s", spec.Quote(release))
	w.line("")
	w.line("// Its public age key; the private part is outside of this repository.")
	w.line("age: %s", spec.Quote(h.Age))
	w.line("")
	w.line("// Who logs in. The keys of those in the group wheel open root.")
	w.open("users: %s: {", diag.Path{s.User}.String())
	w.list("keys", s.Keys)
	w.line("groups: [%s]", spec.Quote("wheel"))
	w.close()
	w.close()
	w.line("")
	if h.Facts == nil {
		w.WriteString(facts.Placeholder(h.Name, number))
		return
	}
	m := *h.Facts
	m.Number = number
	w.WriteString(m.Fragment(h.Name))
}

// role of a host: an odd number of servers, of which one may die, and the rest agents.
// The default is a server.
func (s *Site) role(number int) string {
	servers := min(len(s.Hosts), 5)
	servers -= (servers + 1) % 2
	if number < servers {
		return ""
	}
	return "agent"
}

func (s *Site) client(w *writer) {
	c := s.Client
	if c == nil {
		w.line("// A client's website is a line: its domain, and an image, or a folder of files of this repository.")
		s.image(w)
		w.line("// clients: bakery: {domain: %s, image: %s}", spec.Quote("bakery.example"), spec.Quote("ghcr.io/example/bakery-site:1.4.2"))
		return
	}
	w.line("// A client's website is a line: its domain, with www. under it, and what serves it.")
	what := "image: " + spec.Quote(c.Image)
	if c.Folder != "" {
		what = "static: " + spec.Quote(c.Folder)
	} else {
		s.image(w)
	}
	w.line("clients: %s: {domain: %s, %s}", diag.Path{c.Name}.String(), spec.Quote(c.Domain), what)
}

// image says what gen takes an image for: common ones of nginx and PHP are otherwise.
func (s *Site) image(w *writer) {
	w.line("// Port 8080, no root, files that stay as they are: docs/RUNBOOK.md, What an image must be, has the fields.")
}

// writer indents lines of CUE. Values come to it quoted.
type writer struct {
	strings.Builder
	depth int
}

func (w *writer) line(text string, args ...any) {
	if text != "" {
		w.WriteString(strings.Repeat("\t", w.depth))
		fmt.Fprintf(w, text, args...)
	}
	w.WriteByte('\n')
}

func (w *writer) open(text string, args ...any) { w.line(text, args...); w.depth++ }
func (w *writer) close()                        { w.depth--; w.line("}") }

// list writes a list of texts, one that holds a single one in a line.
func (w *writer) list(name string, texts []string) {
	if len(texts) == 1 {
		w.line("%s: [%s]", name, spec.Quote(texts[0]))
		return
	}
	w.line("%s: [", name)
	for _, text := range texts {
		w.line("\t%s,", spec.Quote(text))
	}
	w.line("]")
}
