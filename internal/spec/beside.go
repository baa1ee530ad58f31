package spec

import (
	"fmt"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
)

// way is how something is done that the spec has no field for.
type way struct {
	in    string // the fields at the top that it is about; "" for all
	names string // what people call it, each as one word in lower case
	What  string // for docs/RULES.md
	How   string
}

// Ways are what people look for in a spec and do not find. docs/RULES.md lists them.
func Ways() []way {
	const (
		module    = "write a NixOS module and name it in hosts.HOST.imports: gen leaves it alone"
		manifests = "keep manifests of your own in a folder, and name it under folders"
		terraform = "write a .tf file of your own beside gen's in k8s/terraform-SITE: gen leaves it alone"
		app       = "a client has none: write it as an app, under apps"
	)
	return []way{
		{"hosts", "zfs zpool raidz dataset snapshot", "ZFS", "a host with layout: \"zfs\" has pools in the place of arrays: gen explain hosts shows the fields"},
		{"hosts", "swap", "Swap", "it belongs to a host: hosts.HOST.swap"},
		{"hosts", "luks crypt encrypted btrfs lvm tmpfs", "Encrypted disks, btrfs, LVM", "the layout follows from disks and arrays; for another one write disko's module yourself: output.exclude takes machines/HOST/disko.nix over"},
		{"hosts", "bridge wireguard vpn", "Bridges, VPNs", module},
		{"hosts", "vlan bond", "VLANs, bonds", "they belong to a host: hosts.HOST.vlans and hosts.HOST.bonds"},
		{"hosts", "mtu dhcp route slaac", "MTU, DHCP, static routes, router advertisements", "they belong to a card, a VLAN or a bond: gen explain hosts shows the fields"},
		{"hosts", "firewall port openport allowedport", "Ports of hosts", "they stand under hosts.HOST.open, with who reaches them"},
		{"hosts", "package program service sysctl kernelparam kernelmodule ntp cron motd", "Packages, services, kernel parameters", module},
		{"hosts", "module nixosmodule import", "NixOS modules", module},
		{"hosts", "nameserver resolver", "Name servers", "they belong to a card: hosts.HOST.nics.CARD.dns"},
		{"hosts", "sudo admin administrator wheel root", "Administrators", "users whose groups have \"wheel\" are administrators, and their keys open root"},
		{"clients apps", "initcontainer init sidecar container", "Init containers, sidecars", "they stand in a client or an app, under init and sidecars: gen explain apps shows the fields"},
		{"clients apps", "cronjob job schedule", "Jobs on a schedule", "they stand in an app, under jobs: gen explain apps shows the fields"},
		{"clients apps", "statefulset", "StatefulSets", "an app is one with kind: \"stateful\""},
		{"clients apps cluster", "daemonset hostpath hostnetwork hostpid hostipc hostport privileged capability securitycontext sysctls runtimeclass runtimeclassname", "DaemonSets, host paths, pods with more rights", manifests + ", where podSecurity may be \"privileged\""},
		{"", "gpu nvidia cuda device usb", "GPUs and other devices", "a driver is a NixOS module that hosts.HOST.imports names; for pods that use it " + manifests},
		{"clients apps cluster", "ingress service serviceaccount rbac role hpa autoscaling affinity toleration nodeselector pdb storageclass networkpolicy label annotation priorityclass operator crd", "Other objects of Kubernetes, and more fields of pods", manifests + "; an app's own objects can be patched by its component"},
		{"clients apps", "configmap file config mount", "Files in a container", "they stand in a client or an app, under files"},
		{"", "chart helm helmchart kustomize manifest folder repository", "Helm charts, folders of manifests", "charts go under charts, folders of manifests under folders, beside apps"},
		{"clients apps", "probe liveness readiness livenessprobe readinessprobe healthcheck startupprobe", "Probes", "health is the path that both probes ask"},
		{"", "ha etcd highavailability controlplane server clusterinit multiserver", "Several servers", "hosts with role: \"server\", three of them or five, have etcd between them; the runbook says how one server becomes three"},
		{"", "longhorn ceph rook storageclassname replicatedstorage", "Volumes on several hosts", "storage: \"longhorn\" stands at the top, for all volumes, or in a volume of an app"},
		{"", "registry pullsecret imagepullsecret dockerconfig", "Private registries", "they stand under registries, at the top, and serve every pod: gen explain registries"},
		{"clients", "secret volume allow public", "Secrets, volumes and connections of a client", app},
		{"", "rewrite pagerule ruleset waf cache ratelimit worker page bucket r2", "Rewrites, rules and caches of a zone", terraform},
		{"domains", "spf dkim dmarc", "SPF, DKIM, DMARC", "they stand under mail of the domain: domains.DOMAIN.mail"},
		{"domains", "txt cname srv", "Other records", "write them as records of the domain: domains.DOMAIN.records"},
		{"", "servicetoken idp identityprovider github google okta ip country bypass everyone require exclude group", "Identity providers, service tokens, addresses and other conditions of Access", "identity providers stand under idps, whom Access lets in under access: gen explain access shows the fields"},
		{"", "backup restic snapshot", "Backups", "backup stands at the top, for the volumes of all hosts; an app's dump is under apps.APP.backup, and apps.APP.volumes.V.backup: false leaves a volume out"},
		{"", "monitoring prometheus grafana metric loki log", "Metrics and logs", "a chart under charts brings them, and routes its hostname"},
	}
}

// otherNumber is a hint at the field that is called the same in the singular or plural.
func otherNumber(field string, names []string) string {
	for _, name := range names {
		if singular(name) == singular(field) {
			return format.DidYouMean(name)
		}
	}
	return ""
}

// beside is the way to something that has no field at the path, or "".
func beside(at diag.Path, field string) string {
	word := plain(field)
	for _, w := range Ways() {
		if (w.in == "" || len(at) == 0 || hasWord(w.in, singular(fmt.Sprint(at[0])))) && hasWord(w.names, word) {
			return w.How
		}
	}
	return ""
}

// plain is a field's name as the tables have it.
func plain(field string) string {
	return singular(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(field)))
}

// hasWord tells whether a word is in a list, there in the singular or plural.
func hasWord(list, word string) bool {
	for name := range strings.FieldsSeq(list) {
		if singular(name) == word {
			return true
		}
	}
	return false
}

func singular(word string) string { return strings.TrimSuffix(word, "s") }
