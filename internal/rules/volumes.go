package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func volumeRules() []Rule {
	return []Rule{
		{ID: "volumes-place", Severity: diag.Error, Summary: "The folder of a host's volumes is an absolute path in its shortest form, and a folder of its own: neither one that the system, the backup or a user has or clears away, nor one that k3s keeps its own files in or below.",
			Bad: `hosts: web1: volumes: "data/volumes"`, Good: `hosts: web1: volumes: "/data/volumes"`, value: true, check: checkVolumesPlace},
	}
}

func checkVolumesPlace(c *checker) {
	for host, h := range c.spec.Hosts {
		v := h.Volumes
		if v == "" {
			continue
		}
		at := diag.Path{"hosts", host, "volumes"}
		if f := format.Mount(v); f.Bad() {
			c.fault(at, f)
		} else if !mountRE().MatchString(v) {
			c.report(at, "%q has a character in it that a folder of volumes cannot have", v).WithHint("letters, digits, and - . _ + @ / between them")
		} else if why := notForVolumes(v); why != "" {
			c.report(at, "%q cannot hold the volumes: %s", v, why).WithHint("a folder on an array or a disk that is mounted, like \"/data/volumes\" on /data")
		}
	}
}

// notForVolumes says why a folder cannot hold the volumes of apps, or "".
func notForVolumes(folder string) string {
	switch {
	case folder == "/":
		return "the system is there"
	case isBelow(folder, "/nix"):
		return "NixOS makes what is in it"
	case isBelow(folder, "/var/lib/rancher"):
		return "k3s keeps its own files there, and clears some of them away; its default needs no saying"
	case isBelow("/var/lib/rancher", folder):
		return "k3s's own files are below it, and the volumes would be inside of themselves"
	}
	for _, own := range []struct{ folder, why string }{
		{"/home", "the homes of users are there, and the folder of the volumes is root's alone"},
		{"/root", "root's own files are there"},
		{"/var/cache", "what is there may be deleted at any time"},
		{"/var/log", "the system's logs are there"},
		{"/var/empty", "nothing can be written there"},
		{"/var/lib/backup", "the backup keeps its own files there, and would copy every volume twice, those with backup: false too"},
		{"/var/lib/kubelet", "the kubelet keeps its own files there, and clears some of them away"},
		{"/var/lib/nixos", "NixOS keeps its own files there"},
		{"/var/lib/systemd", "systemd keeps its own files there"},
	} {
		if isBelow(folder, own.folder) {
			return own.why
		}
	}
	return ownMount(folder)
}
