package rules

import (
	"cmp"
	"maps"
	"slices"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func workloadRules() []Rule {
	return []Rule{
		{ID: "client-hostname", Severity: diag.Error, Summary: "A client has a domain or a hostname.",
			Bad: `clients: nobody: {image: "ghcr.io/example/site:1.0"}`, Good: `clients: nobody: {domain: "nobody.example", image: "ghcr.io/example/site:1.0"}`, check: checkClientHostnames},
		{ID: "app-allow", Severity: diag.Error, Summary: "allow names apps of the site, each once, and not the app itself.",
			Bad: `apps: invoices: allow: ["shop"]`, Good: "apps: {\n\tinvoices: allow: [\"shop\"]\n\tshop: image: \"ghcr.io/example/shop:1.0\"\n}", check: checkAllow},
		{ID: "env-name", Severity: diag.Error, Summary: "Environment variables have names that shells take: letters, digits and underscores, no digit first.",
			Bad: `apps: invoices: env: "LOG-LEVEL": "info"`, Good: `apps: invoices: env: LOG_LEVEL: "info"`, value: true, check: checkEnvNames},
		{ID: "env-twice", Severity: diag.Error, Summary: "No environment variable is given twice.",
			Bad: `apps: invoices: {secrets: ["API_KEY"], env: API_KEY: "none"}`, Good: `apps: invoices: {secrets: ["API_KEY"], env: API_URL: "https://example.com"}`, check: checkEnvTwice},
		{ID: "env-secret", Severity: diag.Warning, Summary: "Variables that are called passwords, tokens or keys come from secrets, not from the spec.",
			Bad: `apps: invoices: env: SMTP_PASSWORD: "changeme"`, Good: `apps: invoices: secrets: ["SMTP_PASSWORD"]`, value: true, check: checkEnvSecrets},
		{ID: "volume-replicas", Severity: diag.Error, Summary: "An app with volumes runs once, unless it is stateful: its volumes lie on one node, and are written by one pod.",
			Bad: `apps: invoices: {replicas: 2, volumes: data: {mount: "/data", size: "10Gi"}}`, Good: `apps: invoices: {kind: "stateful", replicas: 2, volumes: data: {mount: "/data", size: "10Gi"}}`, check: checkVolumeReplicas},
		{ID: "container-path", Severity: diag.Error, Summary: "Paths in a container are absolute, in their shortest form, and none is mounted twice.",
			Bad: `apps: invoices: writable: ["cache"]`, Good: `apps: invoices: writable: ["/cache"]`, value: true, check: checkContainerPaths},
	}
}

func checkClientHostnames(c *checker) {
	for name, cl := range c.spec.Clients {
		if cl.Domain == "" && len(cl.Hostnames) == 0 {
			c.reportName(diag.Path{"clients", name}, "the client has neither a domain nor a hostname").WithHint("say domain: %q", name+".example")
		}
		if cl.Domain == "" && cl.WWW != "" {
			c.report(diag.Path{"clients", name, "www"}, "there is no domain that www. could stand before").WithHint("say domain, or leave www out")
		}
	}
}

func checkAllow(c *checker) {
	for name, a := range c.spec.Apps {
		c.allow(diag.Path{"apps", name, "allow"}, a.Allow, name)
	}
	for _, b := range besides(c.spec) {
		c.allow(b.at.With("allow"), b.Allow, "")
	}
}

// allow checks a list of apps; self is the app that it is of, if it is one's.
func (c *checker) allow(at diag.Path, list []string, self string) {
	seen := map[string]bool{}
	for i, other := range list {
		at := at.With(i)
		switch _, known := c.spec.Apps[other]; {
		case !known:
			unknownName(c, at, "app", other, c.spec.Apps, append(slices.Clone(list), self)...)
		case other == self:
			c.report(at, "an app reaches itself anyway").WithHint("leave it out")
		case seen[other]:
			c.report(at, "%q is in the list already", other)
		}
		seen[other] = true
	}
}

func checkEnvNames(c *checker) {
	for _, w := range c.parts {
		for name := range w.Env {
			if !isEnvName(name) {
				c.reportName(w.at.With("env", name), "%q cannot name an environment variable", format.Shorten(name)).WithHint("letters, digits and underscores, no digit first: %q", envName(name))
			}
		}
	}
	for _, w := range c.containers {
		if w.app == nil {
			continue
		}
		for i, name := range w.app.Secrets {
			if !isEnvName(name) {
				c.report(w.at.With("secrets", i), "%q cannot name a secret, which is an environment variable", format.Shorten(name)).WithHint("letters, digits and underscores, no digit first: %q", envName(name))
			}
		}
	}
}

func isEnvName(name string) bool {
	for i := range len(name) {
		b := name[i]
		if b != '_' && !(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') && !(i > 0 && b >= '0' && b <= '9') {
			return false
		}
	}
	return name != "" && len(name) <= 253
}

// envName is the nearest name that is sound.
func envName(name string) string {
	out := []byte{}
	for i := range min(len(name), 60) {
		if b := name[i]; isEnvName(string(b)) || i > 0 && b >= '0' && b <= '9' {
			out = append(out, b)
		} else if len(out) > 0 && out[len(out)-1] != '_' {
			out = append(out, '_')
		}
	}
	return cmp.Or(string(out), "LOG_LEVEL")
}

func checkEnvTwice(c *checker) {
	for name, a := range c.spec.Apps {
		seen := map[string]int{}
		for i, key := range a.Secrets {
			at := diag.Path{"apps", name, "secrets", i}
			if first, ok := seen[key]; ok {
				c.note(c.report(at, "%q is in the list already", key), at.Parent().With(first), "here")
				continue
			}
			seen[key] = i
			if _, ok := a.Env[key]; ok {
				p := c.report(diag.Path{"apps", name, "env", key}, "%q is a secret of the app already", key).WithHint("leave one of them out")
				c.note(p, at, "the secret")
			}
		}
	}
}

func checkEnvSecrets(c *checker) {
	for _, w := range c.parts {
		for name, value := range w.Env {
			if value == "" || !namesSecret(name) {
				continue
			}
			p := c.report(w.at.With("env", name), "%q is called like a secret, and everybody who reads the repository would read its value", name)
			if w.app != nil {
				p.WithHint("list it under secrets, and put the value into the app's encrypted file")
			} else {
				p.WithHint("make the website an app, which can have secrets")
			}
		}
	}
}

func checkVolumeReplicas(c *checker) {
	for name, a := range c.spec.Apps {
		if len(a.Volumes) > 0 && a.Replicas > 1 && a.Kind != "stateful" {
			at := diag.Path{"apps", name}
			p := c.report(at.With("replicas"), "the app has volumes, which one pod can write, and would run in %d", a.Replicas).WithHint("say replicas: 1; or kind: \"stateful\", where each pod has volumes of its own, and nothing in common with the others")
			c.note(p, at.With("volumes"), "the volumes")
		}
	}
}

// checkContainerPaths looks at what is mounted into containers. Each has a /tmp
// of its own.
func checkContainerPaths(c *checker) {
	for _, w := range c.containers {
		if len(w.Writable) == 0 && len(w.Files) == 0 && (w.app == nil || len(w.app.Volumes) == 0) {
			continue
		}
		seen := map[string]diag.Path{}
		report := c.report
		one := func(mount string, at diag.Path) {
			first, twice := seen[mount]
			switch f := format.Mount(mount); {
			case f.Bad():
				report(at, "%s", f.What).WithHint("%s", f.Advice())
			case hidesSystem(mount):
				report(at, "%q would hide what the container needs", mount).WithHint("take a folder of its own, like \"/data\"")
			case mount == "/tmp":
				report(at, "%q is always there, empty and writable", mount).WithHint("leave it out")
			case twice:
				c.note(report(at, "%q is mounted already", mount), first, "here")
			default:
				seen[mount] = at
			}
		}
		if w.app != nil {
			for _, v := range slices.Sorted(maps.Keys(w.app.Volumes)) {
				one(w.app.Volumes[v].Mount, w.at.With("volumes", v, "mount"))
			}
		}
		for i, dir := range w.Writable {
			one(dir, w.at.With("writable", i))
		}
		report = c.reportName
		for _, p := range slices.Sorted(maps.Keys(w.Files)) {
			one(p, w.at.With("files", p))
		}
		c.belowFiles(w, seen)
	}
}

// hidesSystem tells mounts that would take the place of the kernel's files, of the
// programs, or of what Kubernetes gives to a container.
func hidesSystem(mount string) bool {
	return slices.Contains([]string{"/", "/dev", "/etc", "/etc/passwd", "/etc/group", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/usr/bin", "/usr/lib", "/nix", "/nix/store"}, mount) ||
		isBelow(mount, "/proc") || isBelow(mount, "/sys") || isBelow(mount, "/var/run/secrets/kubernetes.io") || isBelow(mount, "/run/secrets/kubernetes.io")
}
