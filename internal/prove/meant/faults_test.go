package meant

import (
	"bytes"
	"sitegen/internal/prove"
	"strings"
	"testing"
	"testing/fstest"
)

// fault is a mistake of a hand-written site, made in a tree of gen's.
type fault struct {
	name, tree string
	file       string // changed in it
	old, new   string // new "": the file goes where old is ""
	rule       string
	at         string // file, or file:line, of the finding; "": the changed file
	text       string // a part of it
}

const argo, tf, core, ciliumValues = "k8s/argocd-hetzner/", "k8s/terraform-hetzner/", "machines/core/", "k8s/terraform-atlas/values/cilium.yaml"

var faults = []fault{
	{"a www name with a record and no rule", "../../../out", argo + "cloudflared/config.yaml", "- hostname: www.bakery.example\n  service: http://bakery.websites.svc.cluster.local:80\n", "", prove.RuleNoRule, tf + "cloudflare.tf", "www.bakery.example"},
	{"a name with both CNAME and A", "../../../out", tf + "cloudflare.tf", "  records = {}", "  records = {\n    \"bakery.example A\" = { comment = null, content = \"192.0.2.1\", data = null, name = \"bakery.example\", priority = null, proxied = false, ttl = 1, type = \"A\", zone = \"bakery.example\" }\n  }", prove.RuleClash, "", "bakery.example"},
	{"a rule that DNS never reaches", "../../../out", tf + "cloudflare.tf", "        \"www.bakery.example\",\n", "", prove.RuleNoRecord, argo + "cloudflared/config.yaml", "www.bakery.example"},
	{"a hostname in two zones", "../../../out", tf + "cloudflare.tf", "        \"www.bakery.example\",\n", "        \"www.bakery.example\",\n        \"invoices.example.com\",\n", prove.RuleOwners, "", "invoices.example.com"},
	{"an admin page without Access", "../../../out", tf + "cloudflare-access.tf", "    \"argocd.example.com\" = {\n", "    \"argo.example.com\" = {\n", prove.RuleUnguarded, argo + "cloudflared/config.yaml", "Argo CD"},
	{"ssh without Access", "../../../out", tf + "cloudflare-access.tf", "    \"ssh.example.com\" = {\n", "    \"sh.example.com\" = {\n", prove.RuleUnguarded, argo + "cloudflared/config.yaml", "ssh"},
	{"an admin page that a bypass opens", "../../../out", tf + "cloudflare-access.tf", "decision = \"allow\"", "decision = \"bypass\"", prove.RuleUnguarded, argo + "cloudflared/config.yaml", "Argo CD"},
	{"a path that a rule before it takes", "../../../golden/full/want", "k8s/argocd-atlas/cloudflared/config.yaml", "- hostname: status.example.com\n  path: ^/metrics(/|$)\n", "- hostname: status.example.com\n  service: http://status.status.svc.cluster.local:8080\n- hostname: status.example.com\n  path: ^/metrics(/|$)\n", prove.RuleShadowed, "", "status.example.com"},
	{"what Access guards, reached around it", "../../../golden/full/want", "k8s/argocd-atlas/cloudflared/config.yaml", "- hostname: metrics.example.com\n  service: http://10.10.0.1:9100\n  originRequest:\n    access:\n      audTag:\n      - aud:metrics.example.com\n      required: true\n      teamName: atlas-example\n", "- hostname: metrics.example.com\n  service: http://10.10.0.1:9100\n", prove.RuleUnguarded, "", "metrics.example.com"},
	{"valueFiles of the chart", "../../../golden/full/want", "k8s/argocd-atlas/apps/prometheus.yaml", "$values/sites/atlas/charts/prometheus.yaml", "sites/atlas/charts/prometheus.yaml", prove.RuleValues, "", "file of the chart"},
	{"a manifest that no kustomization lists", "../../../out", argo + "websites/bakery/kustomization.yaml", "- service.yaml\n", "", prove.RuleOrphan, argo + "websites/bakery/service.yaml", "Service websites/bakery"},
	{"a path that is not there", "../../../out", argo + "apps/website-bakery.yaml", "websites/bakery", "websites/baker", prove.RuleDangling, "", "websites/baker\""},
	{"a port that no container has", "../../../out", argo + "websites/bakery/service.yaml", "targetPort: main", "targetPort: web", prove.RuleDangling, "", "the port \"web\""},
	{"a Service that selects nothing", "../../../out", argo + "websites/bakery/deployment.yaml", "app.kubernetes.io/name: bakery\n    spec", "app.kubernetes.io/name: baker\n    spec", prove.RuleDangling, argo + "websites/bakery/service.yaml", "selects"},
	{"a Service that nobody makes", "../../../out", argo + "cloudflared/config.yaml", "http://bakery.websites.svc", "http://bakery.website.svc", prove.RuleDangling, "", "no Service bakery in the namespace website"},
	{"a policy that keeps cloudflared out", "../../../out", argo + "websites/networkpolicy.yaml", "kubernetes.io/metadata.name: cloudflared", "kubernetes.io/metadata.name: tunnel", prove.RuleRefused, argo + "cloudflared/config.yaml", "into the pods"},
	{"a policy that keeps cloudflared in", "../../../golden/full/want", "k8s/argocd-atlas/cloudflared/networkpolicy.yaml", "        - status\n", "", prove.RuleRefused, "k8s/argocd-atlas/cloudflared/config.yaml", "out to http://status"},
	{"a namespace that a project does not reach", "../../../out", argo + "projects/platform.yaml", "  - namespace: cloudflared\n", "  - namespace: tunnel\n", prove.RuleRefused, argo + "apps/cloudflared.yaml", "does not reach cloudflared"},
	{"a kind that a project does not permit", "../../../out", argo + "projects/platform.yaml", "    kind: Deployment\n", "    kind: StatefulSet\n", prove.RuleRefused, argo + "cloudflared/deployment.yaml", "permits no Deployment"},
	{"pods that the namespace never makes", "../../../out", argo + "websites/bakery/deployment.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true", prove.RuleRefused, "", "restricted"},
	{"a key that no example lists", "../../../out", "secrets/hosts/web1/host-secrets.example.yaml", "smtp_password: REPLACE-ME\n", "", prove.RuleKey, "machines/web1/default.nix", "smtp_password"},
	{"a key of Terraform's that no example lists", "../../../out", "secrets/hosts/web1/k8s-secrets.example.yaml", "cloudflare_api_token: REPLACE-ME\n", "", prove.RuleKey, tf + "providers.tf", "cloudflare_api_token"},
	{"a key of an app's secret", "../../../golden/full/want", "k8s/argocd-atlas/db/secrets.example.yaml", "  POSTGRES_PASSWORD: REPLACE-ME\n", "", prove.RuleKey, "k8s/argocd-atlas/db/deployment.yaml", "POSTGRES_PASSWORD"},
	{"a file that no creation rule covers", "../../../out", ".sops.yaml", "invoices/secrets", "invoice/secrets", prove.RuleReader, argo + "invoices/secret-generator.yaml", "no creation rule"},
	{"a host that is no recipient", "../../../golden/full/want", ".sops.yaml", "    - age1k99xa5dvvzchp0xgjyvms7xdck9u6jt0zn4lw96cqeu9d86a55dq4y0xdf # core\n", "", prove.RuleReader, "", "the host core reads"},
	{"a script that names what is not there", "../../../out", "scripts/bootstrap-hetzner-k8s.sh", "secrets/hosts/web1/k8s-secrets.yaml", "secrets/hosts/web/k8s-secrets.yaml", prove.RuleDangling, "", "there is no"},
	{"a module that is not there", "../../../out", "machines/web1/default.nix", "./disko.nix", "./disk.nix", prove.RuleDangling, "", "disk.nix"},
	{"a local that is not there", "../../../out", tf + "cloudflare.tf", "for_each = local.hostnames", "for_each = local.hosts", prove.RuleDangling, "", "local.hosts"},
	{"an array that is not there", "../../../golden/full/want", core + "disko.nix", "name = \"data\";", "name = \"dats\";", prove.RuleDangling, "", "there is no array"},
	{"an array of one disk", "../../../golden/full/want", core + "disko.nix", "type = \"mdraid\";\n                name = \"root\";", "type = \"mdraid\";\n                name = \"data\";", prove.RuleHost, "", "the array root of level 1 has 1 disks"},
	{"two mounts of one place", "../../../golden/full/want", core + "disko.nix", "mountpoint = \"/backup\"", "mountpoint = \"/boot\"", prove.RuleOwners, "", "/boot"},
	{"a boot partition on another disk", "../../../golden/full/want", core + "default.nix", "\"/boot-fallback\" = \"b\"", "\"/boot-fallback\" = \"a\"", prove.RuleHost, "", "said to be on the disk a"},
	{"BIOS without its partition", "../../../golden/full/want", core + "default.nix", "firmware = \"uefi\"", "firmware = \"bios\"", prove.RuleHost, "", "EF02"},
	{"no module for the array of /", "../../../golden/full/want", core + "default.nix", "\"raid1\"", "\"raid0\"", prove.RuleHost, "", "no raid1"},
	{"one disk twice", "../../../golden/full/want", core + "disko.nix", "nvme-eui.0025388b01500002", "nvme-eui.0025388b01500001", prove.RuleOwners, "", "the same disk"},
	{"a node that the firewall leaves out", "../../../golden/full/want", "roles/k3s-cilium/default.nix", "    \"10.10.0.2\"\n", "", prove.RuleHost, "", "lets the node 10.10.0.2 in nowhere"},
	{"a node of another address", "../../../golden/full/want", core + "default.nix", "--node-ip=10.10.0.1", "--node-ip=10.10.0.9", prove.RuleHost, "", "which no card of core has"},
	{"prefixes that overlap", "../../../golden/full/want", "roles/k3s-cilium/default.nix", "--service-cidr=10.65.0.0/16", "--service-cidr=10.64.0.0/17", prove.RuleHost, "", "overlap"},
	{"the cluster's DNS outside of its prefix", "../../../golden/full/want", "roles/k3s-cilium/default.nix", "10.65.0.10", "10.66.0.10", prove.RuleHost, "", "not in the services' prefix"},
	{"an address of two hosts", "../../../golden/full/want", "machines/worker/network.nix", "10.10.0.2/24", "10.10.0.1/24", prove.RuleOwners, "", "both have the address"},
	{"an install script that looks for another disk", "../../../golden/full/want", "scripts/install-core.sh", "  /dev/disk/by-id/nvme-eui.0025388b01500001\n", "  /dev/disk/by-id/nvme-eui.0025388b01500009\n", prove.RuleDangling, "", "disks names"},
	{"Services that nobody leads to pods", "../../../golden/full/want", ciliumValues, "kubeProxyReplacement: true", "kubeProxyReplacement: false", prove.RuleHost, "", "Cilium does not replace it"},
	{"an API that no agent has there", "../../../golden/full/want", ciliumValues, "k8sServicePort: 6444", "k8sServicePort: 6443", prove.RuleHost, "", "nothing listens at 127.0.0.1:6443"},
	{"an API on no node", "../../../golden/full/want", ciliumValues, "k8sServiceHost: 127.0.0.1", "k8sServiceHost: 10.10.0.9", prove.RuleHost, "", "no node of the tree has the API"},
	{"addresses of pods that k3s knows nothing of", "../../../golden/full/want", ciliumValues, "mode: kubernetes", "mode: cluster-pool", prove.RuleHost, "", "10.0.0.0/8"},
	{"an operator that waits for a node", "../../../out", tf + "values/cilium.yaml", "replicas: 1", "replicas: 2", prove.RuleHost, "", "Cilium's operator wants 2 nodes"},
	{"Hubble without its relay", "../../../golden/full/want", ciliumValues, "relay:\n    enabled: true", "relay:\n    enabled: false", prove.RuleDangling, "", "Hubble's page asks the relay"},
	{"a firewall without the pods' traffic", "../../../golden/full/want", "roles/k3s-cilium/default.nix", "udp dport 51871", "udp dport 8472", prove.RuleHost, "", "does not open udp 51871"},
	{"an input of the flake from nowhere", "../../../out", "flake.nix", "      url = \"github:Mic92/sops-nix\";\n", "", prove.RuleDangling, "", "the input sops-nix names no url"},
	{"an input that follows none", "../../../out", "flake.nix", "inputs.disko.follows = \"disko\"", "inputs.disko.follows = \"disk\"", prove.RuleDangling, "", "which is no input"},
	{"an array without a file system", "../../../golden/full/want", core + "disko.nix", "          format = \"ext4\";\n", "", prove.RuleHost, "", "its format is not said"},
	{"a kind of another group", "../../../out", argo + "projects/workloads.yaml", "  - group: apps\n    kind: Deployment\n", "  - group: apps\n    kind: Deployment\n  - group: app\n    kind: StatefulSet\n", prove.RuleDangling, "", "StatefulSet is of the group apps"},
	{"memory in no unit", "../../../out", argo + "invoices/deployment.yaml", "memory: 64Mi", "memory: 64MB", prove.RuleDangling, "", "no quantity"},
	{"a variable twice", "../../../out", argo + "invoices/deployment.yaml", "        - name: LOG_LEVEL\n          value: info\n", "        - name: LOG_LEVEL\n          value: info\n        - name: LOG_LEVEL\n          value: debug\n", prove.RuleOwners, "", "LOG_LEVEL"},
	{"a wait that outlives the pod", "../../../out", argo + "invoices/deployment.yaml", "seconds: 5\n", "seconds: 45\n", prove.RuleDangling, "", "killed after 30"},
	{"a chart of no version", "../../../out", tf + "cilium.tf", "version    = \"1.", "version    = \"x1.", prove.RuleDangling, "", "is no version"},
	{"two Applications of one object", "../../../out", argo + "websites/kustomization.yaml", "- namespace.yaml\n", "- namespace.yaml\n- bakery/service.yaml\n", prove.RuleOwners, argo + "websites/bakery/service.yaml", "too"},
}

// TestFaults makes each fault in a copy, and wants it to be found.
func TestFaults(t *testing.T) {
	all := nix(t)
	for _, f := range faults {
		var options prove.Options
		if f.rule == prove.RuleHost || f.file == "flake.nix" || strings.HasSuffix(f.file, "cilium.yaml") || strings.HasPrefix(f.file, "machines/") && f.text != "disk.nix" || strings.HasPrefix(f.file, "scripts/install") {
			if options = all; all.Nix == nil {
				continue
			}
		}
		t.Run(f.name, func(t *testing.T) {
			all := tree(t, f.tree)
			file := all[f.file]
			if file == nil || !bytes.Contains(file.Data, []byte(f.old)) {
				t.Fatalf("%s has no %q", f.file, f.old)
			}
			all[f.file] = &fstest.MapFile{Data: bytes.Replace(file.Data, []byte(f.old), []byte(f.new), 1)}
			p, err := prove.Run(t.Context(), all, options)
			if err != nil {
				t.Fatal(err)
			}
			at := f.at
			if at == "" {
				at = f.file
			}
			for _, got := range p.Findings {
				if (got.Rule == f.rule || f.rule == "" && !got.Warning) && got.At.File == at && strings.Contains(got.Text, f.text) && got.At.Line > 0 {
					return
				}
			}
			t.Errorf("no %s at %s with %q among", f.rule, at, f.text)
			for _, got := range p.Findings {
				t.Logf("%s: %s [%s]", got.At, got.Text, got.Rule)
			}
		})
	}
}
