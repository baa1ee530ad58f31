package spec

import (
	"strings"

	"sitegen/internal/format"
)

// way is how something is done that the spec has no field for.
type way struct {
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
		{"luks crypt encrypted zfs btrfs lvm swap tmpfs raidz", "Encrypted disks, ZFS, btrfs, LVM, swap", "the layout follows from disks and arrays; for another one write disko's module yourself: output.exclude takes machines/HOST/disko.nix over"},
		{"vlan bond bridge mtu wireguard vpn route dhcp", "VLANs, bonds, bridges, MTU, VPNs", module},
		{"firewall port openport allowedport package program service sysctl kernelparam kernelmodule ntp cron motd", "Ports of hosts, packages, services, kernel parameters", module},
		{"module nixosmodule import", "NixOS modules", module},
		{"nameserver resolver", "Name servers", "they belong to a card: hosts.HOST.nics.CARD.dns"},
		{"sudo admin administrator wheel root", "Administrators", "users whose groups have \"wheel\" are administrators, and their keys open root"},
		{"initcontainer init sidecar container", "Init containers, sidecars", "they stand in a client or an app, under init and sidecars: gen explain apps shows the fields"},
		{"cronjob job schedule", "Jobs on a schedule", "they stand in an app, under jobs: gen explain apps shows the fields"},
		{"statefulset", "StatefulSets", "an app is one with kind: \"stateful\""},
		{"daemonset hostpath hostnetwork hostpid hostipc hostport privileged capability securitycontext sysctls runtimeclass runtimeclassname", "DaemonSets, host paths, pods with more rights", manifests + ", where podSecurity may be \"privileged\""},
		{"gpu nvidia cuda device usb", "GPUs and other devices", "a driver is a NixOS module that hosts.HOST.imports names; for pods that use it " + manifests},
		{"ingress service serviceaccount rbac role hpa autoscaling affinity toleration nodeselector pdb storageclass networkpolicy label annotation priorityclass operator crd", "Other objects of Kubernetes, and more fields of pods", manifests + "; an app's own objects can be patched by its component"},
		{"configmap file config mount", "Files in a container", "they stand in a client or an app, under files"},
		{"chart helm helmchart kustomize manifest folder repository", "Helm charts, folders of manifests", "charts go under charts, folders of manifests under folders, beside apps"},
		{"probe liveness readiness livenessprobe readinessprobe healthcheck startupprobe", "Probes", "health is the path that both probes ask"},
		{"registry pullsecret imagepullsecret dockerconfig", "Private registries", "they stand under registries, at the top, and serve every pod: gen explain registries"},
		{"secret volume allow public", "Secrets, volumes and connections of a client", app},
		{"rewrite pagerule ruleset waf cache ratelimit worker page bucket r2", "Rewrites, rules and caches of a zone", terraform},
		{"spf dkim dmarc", "SPF, DKIM, DMARC", "they stand under mail of the domain: domains.DOMAIN.mail"},
		{"txt cname srv", "Other records", "write them as records of the domain: domains.DOMAIN.records"},
		{"servicetoken idp identityprovider github google okta ip country bypass everyone require exclude group", "Identity providers, service tokens, addresses and other conditions of Access", "identity providers stand under idps, whom Access lets in under access: gen explain access shows the fields"},
		{"backup restic snapshot", "Backups", "of volumes: " + manifests + "; of the host: " + module},
		{"monitoring prometheus grafana metric loki log", "Metrics and logs", "a chart under charts brings them, and routes its hostname"},
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

// beside is the way to something that the spec has no field for, or "".
func beside(field string) string {
	word := singular(strings.NewReplacer("-", "", "_", "").Replace(strings.ToLower(field)))
	for _, w := range Ways() {
		for name := range strings.FieldsSeq(w.names) {
			if singular(name) == word {
				return "the spec has no field for it: " + w.How
			}
		}
	}
	return ""
}

func singular(word string) string { return strings.TrimSuffix(word, "s") }
