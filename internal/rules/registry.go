package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func registryRules() []Rule {
	return []Rule{
		{ID: "registry", Severity: diag.Error, Summary: "A registry is a host as images name it, with a port where it has one, and no scheme or path.",
			Bad: `registries: ghcr: {host: "https://ghcr.io", user: "example-bot"}`, Good: `registries: ghcr: {host: "ghcr.io", user: "example-bot"}`, value: true, check: checkRegistryHosts},
		{ID: "registry-twice", Severity: diag.Error, Summary: "No registry is given twice: a host has one user for each.",
			Bad:  `registries: {ghcr: {host: "ghcr.io", user: "example-bot"}, github: {host: "ghcr.io", user: "other-bot"}}`,
			Good: `registries: ghcr: {host: "ghcr.io", user: "example-bot"}`, check: checkRegistryTwice},
		{ID: "registry-unused", Severity: diag.Warning, Summary: "Some image comes from each registry, where the spec names all images: not beside charts, folders and components.",
			Bad: `registries: quay: {host: "quay.io", user: "example-bot"}`, Good: `registries: ghcr: {host: "ghcr.io", user: "example-bot"}`, check: checkRegistryUnused},
	}
}

func checkRegistryHosts(c *checker) {
	for name, r := range c.spec.Registries {
		c.fault(diag.Path{"registries", name, "host"}, registryFault(r.Host))
	}
}

// registryFault wants what stands at the front of an image.
func registryFault(host string) format.Fault {
	but := func(what, better string) format.Fault {
		return format.Fault{What: fmt.Sprintf("%q ", format.Shorten(host)) + what, Meant: format.Suggest(better, registryFault), Hint: "write what images have before their first slash: \"ghcr.io\""}
	}
	switch scheme, rest, said := strings.Cut(host, "://"); {
	case said && scheme == "http":
		return format.Fault{What: fmt.Sprintf("%q is reached without TLS, and would be sent its password in clear text", format.Shorten(host)), Hint: "put TLS before the registry, and write its host alone"}
	case said:
		return but("has a scheme in it", rest)
	case strings.Contains(host, "/"):
		return but("has a path in it, and a registry is the host alone", host[:strings.Index(host, "/")])
	case slices.Contains([]string{"index.docker.io", "registry-1.docker.io", "hub.docker.com", "registry.hub.docker.com"}, strings.ToLower(host)):
		return but("is not what images call Docker's registry", "docker.io")
	case strings.ToLower(host) != host:
		return but("has capitals in it", strings.ToLower(host))
	}
	if registryOf(host+"/x/y") != host || imageFault(host+"/x/y").Bad() {
		return format.Fault{What: fmt.Sprintf("%q is no host of a registry", format.Shorten(host)), Hint: "a host with a dot or a port in it: \"ghcr.io\", \"registry.example.com:5000\""}
	}
	return format.Fault{}
}

// registryOf is the registry that an image comes from (distribution/reference,
// splitDockerDomain).
func registryOf(image string) string {
	host, _, ok := strings.Cut(image, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" || host == "index.docker.io" {
		return "docker.io"
	}
	return host
}

func checkRegistryTwice(c *checker) {
	seen := map[string]diag.Path{}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Registries)) {
		at := diag.Path{"registries", name, "host"}
		host := c.spec.Registries[name].Host
		if first, twice := seen[host]; twice {
			newer, older := c.later(at, first)
			c.note(c.report(newer, "%q is a registry already, and a host logs in to each with one user", host).WithHint("leave one of them out"), older, "the other one")
			continue
		}
		seen[host] = at
	}
}

func checkRegistryUnused(c *checker) {
	if len(c.spec.Registries) == 0 || len(c.spec.Charts) > 0 || len(c.spec.Folders) > 0 {
		return
	}
	if slices.ContainsFunc(c.containers, func(w container) bool { return w.Component != nil }) {
		return
	}
	used := map[string]bool{}
	for _, w := range c.parts {
		used[registryOf(w.Image)] = true
	}
	for _, name := range slices.Sorted(maps.Keys(c.spec.Registries)) {
		host := c.spec.Registries[name].Host
		if used[host] || registryFault(host).Bad() || meantRegistry(host) != "" {
			continue
		}
		hint := format.NearestHint(host, slices.Sorted(maps.Keys(used)))
		c.report(diag.Path{"registries", name, "host"}, "no image of the spec comes from %q", host).
			WithHint("%s", cmp.Or(hint, "leave it out, or name it in an image: "+fmt.Sprintf("%q", host+"/example/site:1.0.0")))
	}
}
