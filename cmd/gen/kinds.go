package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// kinds are what gen add, remove and rename know by a word, and where the spec has them.
// Everything else is a path for gen set.
func kinds() map[string]string {
	return map[string]string{
		"app": "apps", "chart": "charts", "client": "clients", "domain": "domains", "folder": "folders",
		"host": "hosts", "record": "domains", "redirect": "redirects", "route": "routes", "user": "hosts",
	}
}

// named says what a command is about.
type named struct {
	Kind string `arg:"" complete:"kind" help:"client, app, chart, folder, route, redirect, record, domain, user or host."`
	Name string `arg:"" complete:"name" help:"Its name; of a route, redirect or record the hostname."`
}

// inFlags say which one is meant, of users and records.
type inFlags struct {
	Host string `placeholder:"HOST" complete:"host" help:"Of a user: the host (where there is one, that one)."`
	Zone string `placeholder:"DOMAIN" complete:"domain" help:"Of a record: the domain (the longest one of the site that the name ends in)."`
}

// path is where the spec has an entry; of a record, the list that it is in.
func (n *named) path(b *was, in inFlags) (diag.Path, error) {
	at, ok := kinds()[n.Kind]
	switch {
	case !ok:
		all := slices.Sorted(maps.Keys(kinds()))
		message := fmt.Sprintf("there is no kind %q: they are %s; gen set changes everything else by its path", n.Kind, format.AllOf(all))
		if near := format.NearestHint(n.Kind, all); near != "" {
			message += "; " + near
		}
		return nil, errors.New(message)
	case n.Name == "":
		return nil, errors.New("the name is empty")
	case in.Host != "" && n.Kind != "user":
		return nil, fmt.Errorf("--host is for a user, and not for a %s", n.Kind)
	case in.Zone != "" && n.Kind != "record":
		return nil, fmt.Errorf("--zone is for a record, and not for a %s", n.Kind)
	case n.Kind == "user":
		host, err := b.host(in.Host)
		return diag.Path{at, host, "users", n.Name}, err
	case n.Kind == "record":
		zone, err := b.zone(n.Name, in.Zone)
		return diag.Path{at, zone, "records"}, err
	}
	return diag.Path{at, n.Name}, nil
}

// host is the one that is named, or the only one.
func (b *was) host(name string) (string, error) {
	if b.Spec == nil {
		return "", errors.New("the spec cannot be evaluated; gen vet tells why")
	}
	hosts := slices.Sorted(maps.Keys(b.Spec.Hosts))
	switch {
	case name == "" && len(hosts) == 1:
		return hosts[0], nil
	case name == "":
		return "", fmt.Errorf("--host has to say on which host: %s", format.AllOf(hosts))
	case !slices.Contains(hosts, name):
		return "", fmt.Errorf("--host: there is no host %q: they are %s", name, format.AllOf(hosts))
	}
	return name, nil
}

// zone is the domain that is named, or the longest one that a hostname ends in.
func (b *was) zone(hostname, name string) (string, error) {
	if b.Spec == nil {
		return "", errors.New("the spec cannot be evaluated; gen vet tells why")
	}
	known := slices.Sorted(maps.Keys(b.Spec.Domains))
	if b.site != nil {
		known = nil
		for _, z := range b.site.Zones {
			known = append(known, z.Name)
		}
	}
	if name != "" {
		if !slices.Contains(known, name) {
			return "", fmt.Errorf("--zone: there is no domain %q", name)
		}
		return name, nil
	}
	best := ""
	for _, z := range known {
		if (hostname == z || strings.HasSuffix(hostname, "."+z)) && len(z) > len(best) {
			best = z
		}
	}
	switch {
	case best == "" && b.site == nil:
		return "", errors.New("the spec has problems, and not all of its domains are known: gen vet tells them")
	case best == "":
		return "", fmt.Errorf("no domain of the site has %q in it: write the whole hostname, as in mail.%s", hostname, slices.Concat(known, []string{"example.com"})[0])
	}
	return best, nil
}

// inZone is a record's name in its zone; "@" is the zone itself.
func inZone(hostname, zone string) string {
	if hostname == zone {
		return "@"
	}
	return strings.TrimSuffix(hostname, "."+zone)
}

// record is the place of a record in the list of its zone.
func (b *was) record(list diag.Path, hostname, kind, content string) (diag.Path, error) {
	zone, _ := list[1].(string)
	var found []int
	if d := b.Spec.Domains[zone]; d != nil {
		for i, r := range d.Records {
			if r.Name == inZone(hostname, zone) && (kind == "" || r.Type == kind) && (content == "" || r.Content == content) {
				found = append(found, i)
			}
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("%s has no such record of %s", list, hostname)
	case 1:
		if len(b.Spec.Domains[zone].Records) == 1 {
			return list, nil // an empty list says nothing
		}
		return list.With(found[0]), nil
	}
	return nil, fmt.Errorf("%s has %d records of %s: --type and --content say which", list, len(found), hostname)
}

// fields reads --field VALUE, --field=VALUE and, where a field is true or false, --field,
// into the CUE of an entry at a path. Fields are in the order of the flags, after the first ones.
func fields(entry diag.Path, args []string, first ...string) (string, error) {
	var top node
	for i := 0; i < len(args); i++ {
		flag, ok := strings.CutPrefix(args[i], "--")
		if !ok || flag == "" {
			return "", fmt.Errorf("%q stands where a field has to: --FIELD VALUE", args[i])
		}
		name, word, given := strings.Cut(flag, "=")
		at, ok := diag.ParsePath(name)
		if !ok {
			return "", fmt.Errorf("--%s is no field", name)
		}
		path := entry.With(at...)
		if err := spec.Known(path); err != nil {
			return "", fmt.Errorf("--%s: %w", name, err)
		}
		switch next := i+1 < len(args); {
		case given:
		case spec.Flag(path) && (!next || strings.HasPrefix(args[i+1], "--")):
			word = "true"
		case !next:
			return "", fmt.Errorf("--%s wants a value", name)
		case strings.HasPrefix(args[i+1], "--"): // more likely the next flag
			return "", fmt.Errorf("--%s wants a value; one that begins with dashes is written --%s=%s", name, name, args[i+1])
		default:
			i++
			word = args[i]
		}
		if err := top.add(at, path, word); err != nil {
			return "", fmt.Errorf("--%s: %w", name, err)
		}
	}
	for _, name := range slices.Backward(first) {
		if i := slices.Index(top.names, name); i > 0 {
			top.names = append([]string{name}, slices.Delete(top.names, i, i+1)...)
		}
	}
	return top.text(entry)
}

// node is a field with those in it, in the order in which they were given.
type node struct {
	names []string
	in    map[string]*node
	path  diag.Path
	words []string
}

func (n *node) add(at, path diag.Path, word string) error {
	for i, e := range at {
		name, ok := e.(string)
		if !ok {
			return errors.New("elements of a list are given one after the other, without [ ]")
		}
		if len(n.words) > 0 {
			return fmt.Errorf("%s has a value already", path[:len(path)-len(at)+i])
		}
		if n.in == nil {
			n.in = map[string]*node{}
		}
		if n.in[name] == nil {
			n.names, n.in[name] = append(n.names, name), &node{}
		}
		n = n.in[name]
	}
	if len(n.in) > 0 {
		return fmt.Errorf("%s has fields already", path)
	}
	n.path, n.words = path, append(n.words, word)
	return nil
}

// text is the CUE of what is in a node: a field that is alone needs no braces around it.
func (n *node) text(at diag.Path) (string, error) {
	if len(n.words) > 0 {
		return spec.Literal(n.path, n.words)
	}
	var all []string
	for _, name := range n.names {
		text, err := n.in[name].text(at.With(name))
		if err != nil {
			return "", err
		}
		if one := n.in[name]; len(one.names) == 1 {
			text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
		}
		all = append(all, spec.Label(name)+": "+text)
	}
	return "{" + strings.Join(all, ", ") + "}", nil
}
