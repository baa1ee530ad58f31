package rules

import (
	"sitegen/internal/diag"
	"sitegen/internal/format"
)

func volumeRules() []Rule {
	return []Rule{
		{ID: "volumes-place", Severity: diag.Error, Summary: "The folder of a host's volumes is an absolute path in its shortest form, and a folder of its own: neither the system's, nor one that k3s keeps its own files in or below.",
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
	return ownMount(folder)
}
