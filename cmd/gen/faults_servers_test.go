package main

import (
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// serverFaults are about several servers, which have one cluster between them.
func serverFaults() []fault {
	several := func(r *output) bool { return r.site.Quorum() }
	return []fault{
		{
			name: "server that begins a second cluster", nix: true,
			breaks:  "told of no other server, k3s begins an empty cluster where its own part of the old one is gone: after an install, after kubectl delete node (k3s pkg/etcd, Start)",
			applies: several,
			check: func(r *output) []string {
				var f finding
				for _, h := range r.site.Servers {
					k3s := dig(r.hosts[h.Name], "machine", "services", "k3s")
					f.unless(text(k3s, "clusterInit") != "true", "%s always begins", h.Name)
					asks := text(r.hosts[h.Name], "k3s", "systemd", "services", "k3s", "preStart")
					for _, other := range r.site.Servers {
						f.unless(strings.Contains(asks, "'"+other.Name+" "+other.NodeIP.String()+"'"), "%s does not ask %s", h.Name, other.Name)
					}
					f.unless(strings.Contains(asks, "\n  exit 1\nfi\necho \"cluster-init: true\""), "%s begins where nobody answers", h.Name)
					f.unless(text(r.hosts[h.Name], "k3s", "systemd", "services", "k3s", "postStart") == "rm -f /var/lib/rancher/k3s/{begin-cluster,server/db/migrating} /etc/rancher/k3s/config.yaml.d/join.yaml", "%s may begin again later", h.Name)
				}
				return f
			},
			again: []func(map[string]string){
				swap(k3sNix, `^  systemd\.services\.k3s\.preStart = .*\n`, ""), swap(k3sNix, `^  systemd\.services\.k3s\.postStart = .*\n`, ""),
				swap(joinScript, `^  exit 1$`, "  exit 0"),
			},
		},
		{
			name: "etcd that the other servers do not reach", nix: true,
			breaks:  "members find no majority, and the API does not start (k3s docs, Requirements: TCP 2379-2380 between servers)",
			applies: several,
			check: eachServer(func(f *finding, s *site.Site, host string, m any) {
				rules := text(m, "k3s", "networking", "firewall", "extraInputRules")
				line := ""
				for l := range strings.Lines(rules) {
					if strings.Contains(l, "2379, 2380") {
						line = l
					}
				}
				for _, other := range s.Servers {
					f.unless(strings.Contains(line, other.NodeIP.String()), "%s is closed to %s", host, other.Name)
				}
				for _, agent := range s.Agents {
					from := strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune(" ,{}", r) })
					f.unless(!slices.Contains(from, agent.NodeIP.String()), "%s is open to the agent %s", host, agent.Name)
				}
			}),
			again: []func(map[string]string){swap(k3sNix, `^ +\$\{fromServers\} .*\n`, ""), swap(k3sNix, `2379, 2380`, "2380"), swap(k3sNix, `\$\{fromServers\} tcp`, "tcp")},
		},
		{
			name: "server without the cluster's token", nix: true,
			breaks:  "k3s makes a token of its own, with which nothing joins and no snapshot is read elsewhere",
			applies: func(r *output) bool { return r.site.Joined() },
			check: eachHost(func(f *finding, host string, m any) {
				f.unless(text(m, "machine", "services", "k3s", "tokenFile") != "", "%s", host)
			}),
			again: []func(map[string]string){swap("machines/*/default.nix", `^ +tokenFile = .*\n`, "")},
		},
		{
			name: "snapshots of etcd that die with the servers", nix: true,
			breaks:  "k3s keeps them on the disks of the servers alone, and most of those are lost",
			applies: func(r *output) bool { return several(r) && r.site.Backup != nil },
			check: eachServer(func(f *finding, s *site.Site, host string, m any) {
				config := dig(m, "backup", "sops", "templates", "etcd-s3.yaml")
				f.unless(strings.HasPrefix(text(config, "path"), "/etc/rancher/k3s/config.yaml.d/") && strings.HasSuffix(text(config, "path"), ".yaml"), "%s: k3s does not read %q", host, text(config, "path"))
				content := text(config, "content")
				for _, line := range []string{"etcd-s3: true", "etcd-s3-bucket: " + strconv.Quote(s.Backup.S3.Bucket), "etcd-s3-secret-key: |2-"} {
					f.unless(strings.Contains(content, line+"\n"), "%s: no %s", host, line)
				}
				f.unless(!strings.Contains(content, "etcd-s3-endpoint: \"http"), "%s: k3s takes no scheme in the endpoint", host)
			}),
			again: []func(map[string]string){
				swap(backupNix, `config\.yaml\.d/etcd-s3\.yaml`, "config.d/etcd-s3.yaml"), swap(backupNix, `etcd-s3: true`, "etcd-s3: false"),
				swap(backupNix, `etcd-s3-endpoint: \$\{builtins\.toJSON "`, `${0}https://`), swap(backupNix, `^ +etcd-s3-bucket: .*\n`, ""),
			},
		},
		{
			name: "copies of volumes in the backup of files", nix: true,
			breaks:  "restic copies Longhorn's blocks while they change, of every volume as often as it has copies, and no volume comes back of them",
			applies: func(r *output) bool { return r.site.Longhorn() && r.site.Backup != nil },
			check: eachHost(func(f *finding, host string, m any) {
				f.unless(slices.Contains(texts(m, "backup", "services", "restic", "backups", "site", "exclude"), site.LonghornDir+"/*"), "%s", host)
			}),
			again: []func(map[string]string){swap(backupNix, `^ +"/var/lib/rancher/k3s/storage/longhorn/\*"\n`, "")},
		},
		{
			name:    "maintenance that never ends",
			breaks:  "a volume has no copy made on a node that is cordoned (Longhorn, disable-scheduling-on-cordoned-node), and on three hosts there is no other",
			applies: func(r *output) bool { return several(r) && r.site.Longhorn() },
			check: func(r *output) []string {
				var f finding
				_, host, _ := strings.Cut(r.files["scripts/maintain-"+r.site.Name+".sh"], "\nmaintain() {")
				host, _, _ = strings.Cut(host, "\n}\n")
				nodes, volumes := strings.Index(host, "\n  nodes_well "), strings.Index(host, "\n  volumes_well ")
				back := strings.LastIndex(host, "\n  put_back ")
				f.unless(nodes >= 0 && nodes < back, "it does not wait for the node and its etcd")
				f.unless(back < volumes, "it does not wait for the copies of volumes after uncordon")
				return f
			},
			again: []func(map[string]string){
				swap(maintainScript, `^  volumes_well 6000 .*\n`, ""), swap(maintainScript, `^  nodes_well 600 .*\n`, ""),
				swap(maintainScript, `^  (nodes_well 600 .*\n)(  put_back .*\n)(  #.*\n)(  volumes_well .*\n)`, "  ${1}${4}${2}"),
			},
		},
		{
			name: "drop-in without a file behind it", nix: true, applies: several,
			breaks: "k3s passes over all of its configuration where one file of it is missing (k3s pkg/configfilearg/parser.go), and begins a cluster of its own; sops-nix leaves the link of a secret that is taken out",
			check: eachServer(func(f *finding, _ *site.Site, host string, m any) {
				asks := text(m, "k3s", "systemd", "services", "k3s", "preStart")
				at := strings.Index(asks, `if [ -L "$link" ] && [ ! -e "$link" ]; then rm "$link"; fi`)
				f.unless(at >= 0 && at < strings.Index(asks, `>"$config"`), "%s", host)
			}),
			again: []func(map[string]string){swap(joinScript, `^  if \[ -L .*\n`, "  :\n")},
		},
		{
			name: "host that cannot attach a volume in copies", nix: true,
			breaks:  "Longhorn has the host attach volumes over iSCSI, and finds no program at NixOS's own paths (longhorn#2166)",
			applies: func(r *output) bool { return r.site.Longhorn() },
			check: eachHost(func(f *finding, host string, m any) {
				f.unless(text(m, "k3s", "services", "openiscsi", "enable") == "true" && text(m, "k3s", "services", "openiscsi", "name") != "", "%s has no iscsid", host)
				f.unless(slices.Contains(texts(m, "k3s", "systemd", "tmpfiles", "rules"), "L+ /usr/local/bin - - - - /run/current-system/sw/bin"), "%s: no /usr/local/bin", host)
			}),
			again: []func(map[string]string){swap(k3sNix, `^  services\.openiscsi = \{\n    enable = true;`, "  services.openiscsi = {\n    enable = false;"), swap(k3sNix, `^  systemd\.tmpfiles\.rules = .*\n`, "")},
		},
	}
}

const (
	joinScript     = "roles/k3s-cilium/join.sh"
	maintainScript = "scripts/maintain-*.sh"
)

// eachServer is a check of every server's modules.
func eachServer(check func(f *finding, s *site.Site, host string, modules any)) func(*output) []string {
	return func(r *output) []string {
		var f finding
		for _, h := range r.site.Servers {
			check(&f, r.site, h.Name, r.hosts[h.Name])
		}
		return f
	}
}
