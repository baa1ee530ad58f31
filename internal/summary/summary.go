// Package summary says what a change of a site will do to what runs: what becomes
// public, what is lost, what has to be rebooted or installed anew, what Terraform
// destroys. It compares two trees of gen's, each with the spec that is in it, and
// knows nothing of where they come from.
package summary

import (
	"cmp"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/gen/said"
	"sitegen/internal/site"
	"sitegen/internal/spec"
)

// Layer is the part of a site that an item is about, in the order in which they are read.
type Layer string

// The layers.
const (
	Hosts     Layer = "hosts"
	Terraform Layer = "terraform"
	DNS       Layer = "dns"
	Exposure  Layer = "exposure"
	Workloads Layer = "workloads"
	Secrets   Layer = "secrets"
	Order     Layer = "order"
)

// Layers are all of them, in their order.
func Layers() []Layer { return []Layer{Hosts, Terraform, DNS, Exposure, Workloads, Secrets, Order} }

// Danger is a class of items that want a second look. Its values are stable: --accept
// takes them, and labels of pull requests.
type Danger string

// The classes of danger.
const (
	Never     Danger = "never"     // what never changes on a running site, or not in one step
	Reinstall Danger = "reinstall" // a host has to be installed anew
	Destroy   Danger = "destroy"   // Terraform destroys what does not come back as it was
	Public    Danger = "public"    // what was guarded is open to everybody
	Vanish    Danger = "vanish"    // a hostname, a record of the spec's, or what answers requests goes
	Data      Danger = "data"      // data is lost, or left behind
)

// Dangers are all classes, with what each means.
func Dangers() []struct {
	Danger Danger
	Means  string
} {
	type class = struct {
		Danger Danger
		Means  string
	}
	return []class{
		{Never, "something that never changes on a running site, or not in one step"},
		{Reinstall, "a host that has to be installed anew, or goes"},
		{Destroy, "Terraform destroys or replaces what does not come back as it was"},
		{Public, "something that was guarded is open to everybody"},
		{Vanish, "a hostname or a record of a domain goes, or an object by which requests are answered"},
		{Data, "data is lost or left behind"},
	}
}

// Item is one thing that the change does.
type Item struct {
	Layer  Layer  `json:"layer"`
	Danger Danger `json:"danger,omitempty"`
	Text   string `json:"text"`
	Why    string `json:"why,omitempty"`    // what follows, or what to do instead
	Detail string `json:"detail,omitempty"` // more of it, for those who look closer; several lines

	step step // on a host

	At diag.Path `json:"-"` // what the spec says it with; what is gone has no place

	// Refused is for what gen does not write unless the class is accepted: the running
	// site would take it ill, and there is nearly always another way.
	Refused bool `json:"refused,omitempty"`
}

// Field is a value of the spec that is another, or an entry that comes or goes.
type Field struct {
	Path  string   `json:"path"`
	Old   string   `json:"old,omitempty"` // as CUE; "" where it was not said
	New   string   `json:"new,omitempty"`
	Takes string   `json:"takes,omitempty"` // what a change of it takes, in the schema's words
	Class []string `json:"class,omitempty"` // the same in single words
}

// Summary is what a change does.
type Summary struct {
	Known   bool    `json:"known"` // what the spec said before
	Written int     `json:"written"`
	Deleted int     `json:"deleted"`
	Fields  []Field `json:"fields"`
	Items   []Item  `json:"items"`
}

// Side is a site at one time.
type Side struct {
	Site  *site.Site        // nil: what its spec said is not known
	Said  []byte            // as spec.Index.Said gives it
	Files map[string][]byte // that gen wrote, by path

	// Installed tells whether a host runs, as far as the tree knows; nil: none does.
	Installed func(host string) bool

	// Held tells which keys an encrypted file holds, and whether it is there; nil: none is.
	Held func(file string) (keys []string, there bool)
}

func (s Side) held(file string) (keys []string, there bool) {
	if s.Held == nil {
		return nil, false
	}
	return s.Held(file)
}

// Read makes a side of the files of a tree. Its spec is not known where gen did not
// leave it there, or where it is one that this gen no longer understands.
func Read(files map[string][]byte) Side {
	s := Side{Files: files, Said: files[said.Path]}
	if s.Said == nil {
		return s
	}
	if r := spec.ReadSaid(said.Path, s.Said); r.Fits() {
		s.Site = site.Resolve(r.Spec, r.Index)
		if s.Site.Server == nil || s.Site.Primary == nil {
			s.Site = nil // edited by somebody: no spec of a site
		}
	}
	return s
}

// Of compares two sides.
func Of(old, new Side) Summary {
	s := Summary{Known: old.Site != nil && new.Site != nil}
	for p, data := range new.Files {
		if was, ok := old.Files[p]; !ok || string(was) != string(data) {
			s.Written++
		}
	}
	for p := range old.Files {
		if _, ok := new.Files[p]; !ok {
			s.Deleted++
		}
	}
	if old.Said != nil {
		s.Fields = fields(old.Said, new.Said)
	}
	s.Items = append(s.Items, terraform(old, new)...)
	s.Items = append(s.Items, manifests(old, new)...)
	if s.Known {
		s.Items = append(s.Items, hosts(old, new, s.Fields)...)
		s.Items = append(s.Items, dns(old.Site, new.Site)...)
		s.Items = append(s.Items, left(old.Site, new.Site)...)
		s.Items = append(s.Items, exposure(old.Site, new.Site)...)
		s.Items = append(s.Items, firewall(old.Site, new.Site)...)
		s.Items = append(s.Items, workloads(old.Site, new.Site)...)
		s.Items = append(s.Items, renamedItems(old.Said, new.Said)...)
		s.Items = append(s.Items, secrets(old.Site, new.Site, new.held)...)
	}
	s.Items = append(s.Items, order(s, old, new)...)
	slices.SortStableFunc(s.Items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(slices.Index(Layers(), a.Layer), slices.Index(Layers(), b.Layer)), cmp.Compare(calm(a), calm(b)))
	})
	return s
}

func calm(i Item) int {
	if i.Danger != "" {
		return 0
	}
	return 1
}

// Dangerous are the items of classes that are not accepted.
func (s Summary) Dangerous(accepted []string) []Item {
	return slices.DeleteFunc(slices.Clone(s.Items), func(i Item) bool { return i.Danger == "" || slices.Contains(accepted, string(i.Danger)) })
}

// Refused are those of them that gen does not write.
func (s Summary) Refused(accepted []string) []Item {
	return slices.DeleteFunc(s.Dangerous(accepted), func(i Item) bool { return !i.Refused })
}
