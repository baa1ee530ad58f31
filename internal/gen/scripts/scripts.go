// Package scripts writes the site's shell scripts: the install of each host, the
// bootstrap of the cluster, and the check of the running site.
//
// The scripts themselves are fixed text in templates/sh; this package only hands
// them the site's values. It quotes nothing and decides nothing that a script can
// decide when it runs.
package scripts

import (
	"bytes"
	"cmp"
	"io/fs"
	"strconv"
	"strings"

	"sitegen/internal/sh"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

// Files returns scripts/install-HOST.sh for each host, bootstrap-NAME-k8s.sh,
// verify-NAME.sh, and where there are several servers maintain-NAME.sh and
// restore-NAME-etcd.sh.
func Files(s *site.Site) ([]tree.File, error) {
	install, err := load("install.sh")
	if err != nil {
		return nil, err
	}
	var files []tree.File
	for _, h := range s.Hosts {
		data, err := install.Execute(tree.Header, installValues(s, h)...)
		if err != nil {
			return nil, err
		}
		files = append(files, script("install-"+h.Name+".sh", data))
	}
	type whole struct {
		template, name string
		values         []sh.Var
	}
	all := []whole{{"bootstrap.sh", "bootstrap-" + s.Name + "-k8s.sh", bootstrapValues(s)}, {"verify.sh", "verify-" + s.Name + ".sh", verifyValues(s)}}
	if s.Quorum() {
		all = append(all, whole{"maintain.sh", "maintain-" + s.Name + ".sh", maintainValues(s)}, whole{"restore.sh", "restore-" + s.Name + "-etcd.sh", restoreValues(s)})
	}
	for _, x := range all {
		t, err := load(x.template)
		if err != nil {
			return nil, err
		}
		data, err := t.Execute(tree.Header, x.values...)
		if err != nil {
			return nil, err
		}
		files = append(files, script(x.name, data))
	}
	return files, nil
}

func script(name string, data []byte) tree.File {
	return tree.File{Path: "scripts/" + name, Mode: 0o755, Data: data}
}

func installValues(s *site.Site, h *site.Host) []sh.Var {
	joins := "" // or yes, for one of several servers
	if s.Quorum() && h.Role == site.RoleServer {
		joins = "yes"
	}
	var devices, least, most, macs, arrays []string
	for _, d := range h.Disks {
		devices = append(devices, d.Device)
		least = append(least, strconv.FormatInt(d.Least, 10))
		most = append(most, strconv.FormatInt(d.Most, 10))
	}
	for _, n := range h.NICs {
		macs = append(macs, n.MAC)
	}
	for _, a := range h.Arrays {
		arrays = append(arrays, a.Name)
	}
	keys := s.HostSecretKeys(h)
	secrets := ""
	if len(keys) > 0 {
		secrets = h.HostSecrets()
	}
	return []sh.Var{
		{Name: "site", Value: s.Name},
		{Name: "host", Value: h.Name},
		{Name: "role", Value: h.Role},
		{Name: "joins", Value: joins},
		{Name: "default_address", Value: h.Address},
		{Name: "arch", Value: h.CPU.Arch},
		{Name: "firmware", Value: h.Firmware},
		{Name: "disks", Value: devices},
		{Name: "least_bytes", Value: least}, // of each disk; 0: not said
		{Name: "most_bytes", Value: most},
		{Name: "arrays", Value: arrays},
		{Name: "pools", Value: poolNames(h)},
		{Name: "macs", Value: macs},
		{Name: "age_recipient", Value: h.Age},
		{Name: "secrets_file", Value: secrets},
		{Name: "secret_keys", Value: keys},
		{Name: "installer_image", Value: h.Installer.Image},
		{Name: "installer_kernel", Value: h.Installer.Kernel},
		{Name: "nixos_anywhere", Value: s.Versions.Flake.NixosAnywhere},
	}
}

func poolNames(h *site.Host) []string {
	var names []string
	for _, p := range h.Pools {
		names = append(names, p.Name)
	}
	return names
}

func bootstrapValues(s *site.Site) []sh.Var {
	var nodes, secrets []string
	for _, h := range s.Hosts {
		nodes = append(nodes, h.Name)
	}
	for _, a := range s.ArgoSecrets() {
		secrets = append(secrets, line(a.Application, a.File()))
	}
	return []sh.Var{
		{Name: "site", Value: s.Name},
		{Name: "servers", Value: serverLines(s)},
		{Name: "nodes", Value: nodes},
		{Name: "repo_url", Value: s.Repo.URL},
		{Name: "repo_branch", Value: s.Repo.Branch},
		{Name: "terraform_dir", Value: s.TerraformDir()},
		{Name: "zone_roots", Value: s.TerraformDirs()[1:]},
		{Name: "k8s_secrets", Value: s.K8sSecrets()},
		{Name: "secret_keys", Value: s.K8sSecretKeys()},
		{Name: "idp_secrets", Value: s.IdPSecrets()},
		{Name: "idp_keys", Value: s.IdPSecretKeys()},
		{Name: "argocd_recipient", Value: s.ArgoCD.Key},
		{Name: "argocd_hostname", Value: argocdHostname(s)},
		{Name: "app_secrets", Value: secrets},
		{Name: "core_applications", Value: coreApplications()},
		{Name: "connectors", Value: s.ConnectorNames()},
	}
}

func verifyValues(s *site.Site) []sh.Var {
	var hosts, routes, redirects []string
	for _, h := range s.Hosts {
		var boots []string
		for _, d := range h.Disks {
			if d.Boot {
				boots = append(boots, d.BootMount)
			}
		}
		hosts = append(hosts, line(h.Name, h.Address, h.SSH.Hostname, strconv.Itoa(len(h.Arrays)), h.Role, strings.Join(boots, ","), strings.Join(poolNames(h), ",")))
	}
	for _, r := range s.Routes {
		kind := string(r.Kind)
		if r.Kind == site.RouteOwn && !r.HTTP() {
			kind = "stream"
		}
		routes = append(routes, guardLine(r.Hostname, kind, s.Group(r.Access)))
		for _, p := range r.AccessPaths {
			routes = append(routes, guardLine(r.Hostname+p.Path, kind, s.Group(p.Access)))
		}
	}
	for _, r := range s.Redirects {
		redirects = append(redirects, line(r.Hostname, strconv.Itoa(r.Status), r.To, strconv.FormatBool(r.KeepPath)))
	}
	copies := ""
	if s.Longhorn() {
		copies = strconv.Itoa(s.Copies())
	}
	return []sh.Var{
		{Name: "site", Value: s.Name},
		{Name: "hosts", Value: hosts},
		{Name: "servers", Value: serverLines(s)},
		{Name: "ways", Value: ways(s)},
		{Name: "copies", Value: copies},
		{Name: "core_applications", Value: coreApplications()},
		{Name: "connectors", Value: s.ConnectorNames()},
		{Name: "routes", Value: routes},
		{Name: "redirects", Value: redirects},
	}
}

// coreApplications are the Applications that every site has below the root one.
func coreApplications() []string { return []string{"cloudflared", "projects", "websites"} }

func argocdHostname(s *site.Site) string {
	for _, r := range s.Routes {
		if r.Kind == site.RouteArgoCD {
			return r.Hostname
		}
	}
	return ""
}

// line is one record of a list: names, addresses and paths, none of which holds a
// blank; the script takes it apart with read.
func line(fields ...string) string {
	for i, f := range fields {
		fields[i] = field(f)
	}
	return strings.Join(fields, " ")
}

// field stands for an empty field too.
func field(f string) string { return cmp.Or(f, "-") }

// load reads a script, with the parts that others share in the place of a line that
// names their file: functions of all scripts, those that go to the servers, and the script that looks at a machine.
func load(name string) (*sh.Template, error) {
	text, err := fs.ReadFile(templates.FS, "sh/"+name)
	if err != nil {
		return nil, err
	}
	for _, part := range []string{"common.sh", "facts.sh", "servers.sh", "hosts.sh"} {
		shared, err := fs.ReadFile(templates.FS, "sh/"+part)
		if err != nil {
			return nil, err
		}
		text = bytes.Replace(text, []byte("#"+part+"\n"), shared, 1)
	}
	return sh.Parse(string(text))
}

// guardLine is a hostname, or a path of one, and who gets in.
func guardLine(what, kind string, g site.AccessGroup) string {
	fields := []string{what, kind, g.Name}
	switch {
	case len(g.IPs) > 0:
		fields = append(fields, "networks")
	case len(g.ServiceTokens) > 0 && !g.Identified():
		fields = append(fields, "machines")
	}
	return line(fields...)
}
