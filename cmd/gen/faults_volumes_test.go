package main

import (
	"slices"

	"sitegen/internal/site"
)

// volumeFaults are about the data of apps, which has to outlive its host.
func volumeFaults() []fault {
	return []fault{
		{
			name: "volumes beneath a file system that is missing", nix: true,
			breaks: "local-path makes the folder anew: the apps begin with nothing, on the wrong disk, and their data is back after the next start (local-path-provisioner#137)",
			check: eachHost(func(f *finding, host string, m any) {
				wait := texts(m, "k3s", "systemd", "services", "k3s", "unitConfig", "RequiresMountsFor")
				f.unless(slices.Contains(wait, site.VolumesDir), "%s: k3s waits for %q", host, wait)
			}),
			again: []func(map[string]string){swap(k3sNix, `^ +"/var/lib/rancher/k3s/storage"\n`, "")},
		},
		{
			name: "volumes that are not where the spec says", nix: true,
			breaks:  "they fill the system's disk, and the array that is meant for them stays empty",
			applies: func(r *output) bool { return slices.ContainsFunc(r.site.Hosts, hasVolumes) },
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Hosts {
					if !hasVolumes(h) {
						continue
					}
					fs := dig(r.hosts[h.Name], "machine", "fileSystems", site.VolumesDir)
					options := texts(fs, "options")
					f.unless(text(fs, "device") == h.Volumes && slices.Contains(options, "bind"), "%s: %s is not %s", h.Name, site.VolumesDir, h.Volumes)
					f.unless(slices.Contains(options, "nofail"), "%s does not start without %s", h.Name, h.Volumes)
				}
				return f
			},
			again: []func(map[string]string){
				swap(machineNix, `(?s)^  fileSystems\..*?\n  \};\n`, ""), swap(machineNix, `^ +"bind"\n`, ""), swap(machineNix, `^( +"bind"\n) +"nofail"\n`, "$1"),
			},
		},
	}
}

func hasVolumes(h *site.Host) bool { return h.Volumes != "" }
