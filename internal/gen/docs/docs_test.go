package docs

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/syntax"

	"sitegen/internal/gentest"
	"sitegen/internal/site"
	"sitegen/internal/tree"
	"sitegen/templates"
)

func testSite(t *testing.T) *site.Site {
	t.Helper()
	return gentest.Base(t, `
hosts: web1: ssh: from: ["198.51.100.0/24"]
sops: argocd: "`+gentest.AgeArgoCD+`"
alerts: {email: "ops@example.com", smtp: {host: "mail.example.net", user: "alerts", from: "ops@example.com"}}
`)
}

// otherSite differs from testSite in everything that the text depends on.
func otherSite(t *testing.T, more ...string) *site.Site {
	t.Helper()
	s := gentest.Base(t, gentest.Agent("web2")+`
hosts: web1: firmware: "bios"
hosts: web2: {firmware: "uefi", users: maria: password: true}
cluster: encryption: false
terraform: s3: {bucket: "state", region: "eu-west-1"}
cloudflare: account: "`+strings.Repeat("a", 32)+`"
domains: "example.com": zoneId: "`+strings.Repeat("b", 32)+`"
domains: "bakery.example": zoneId: "`+strings.Repeat("c", 32)+`"
`+strings.Join(more, "\n"), "git@github.com:example/infra.git", "https://git.example.com/example/infra.git")
	s.Apps, s.Agents[0].Address = nil, ""
	return s
}

func runbookOf(t *testing.T, s *site.Site) string {
	t.Helper()
	return page(t, s, 1)
}

func page(t *testing.T, s *site.Site, n int) string {
	t.Helper()
	files, err := Files(s)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 || files[0].Path != "docs/ROUTES.md" || files[1].Path != "docs/RUNBOOK.md" || files[n].Mode != 0o644 {
		t.Fatalf("files: %v", files)
	}
	return string(files[n].Data)
}

func TestRunbook(t *testing.T) {
	text := runbookOf(t, testSite(t))
	if !strings.HasPrefix(text, "<!-- "+tree.Header+" -->\n") {
		t.Errorf("it begins with %.100q", text)
	}
	contains(t, text,
		"scripts/install-web1.sh --check\n", "scripts/bootstrap-hetzner-k8s.sh", "scripts/verify-hetzner.sh",
		"| Account | Cloudflare Tunnel | Edit |", "| Account | Access: Apps and Policies | Edit |", "| Zone | DNS | Edit |", "| Zone | Zone | Read | finding the zones by name, finding the account |",
		"- bakery.example\n", "[ROUTES.md](ROUTES.md)",
		"*without* write access", "`argocd_repo_ssh_key`", "`smtp_password`", "alerts at mail.example",
		"k8s/argocd-hetzner/invoices/secrets.enc.yaml", "- invoices: data, mounted at `/data`", "web1 lets in 198.51.100.0/24",
		"mdadm /dev/md/system --add /dev/disk/by-partlabel/disk-b-md-system", "if mountpoint -q /boot-fallback; then umount /boot-fallback; fi",
		"Host web1.tunnel\n", "alerts arrive at ops@example.com", `notify "test from`, "tofu destroy",
		"`k8s/terraform-hetzner/terraform.tfstate`", "as `sops.argocd`, the private part")
	lacks(t, text, "argocd_repo_token", "web2", "boot-stand-in", "Before that key changes", "web1-tunnel", "k3s token rotate", "Agents that were not lost")
	// What the spec needs comes before gen's first run, and that before what needs the output.
	inOrder(t, text, "### Programs", "### The machines", "gen probe --script | ssh root@", "### Keys\n", "### Into the spec", "gen vet && gen", "### Cloudflare account", "### Deploy key", "sops encrypt", "## 1. Configuration",
		"git add -A .", "nix flake lock", "git add -A .", "git commit")
	// The hand-off needs nothing that stands further down.
	inOrder(t, text, "## 2. Install", "### SSH through the tunnel", "Host web1\n", "## 3. Bootstrap", "### kubectl", "### Terraform's state", "## 4. Verification", "## 5. Backup", "backup: s3: {endpoint:", "`imports` of the host", "services.restic", "## 6. Hand-off", "## Day to day")
	inOrder(t, text, "### Adding a client", "(#what-an-image-must-be)", "### Adding an app", "(#what-an-image-must-be)", "### What an image must be\n", `podSecurity: "baseline", readOnly: false}`, `"image has non-numeric user`,
		"registries: ghcr:", "## A dead disk", "Before its first install", "| Application Degraded |", "(#what-an-image-must-be)", "(`registries`)")
	_, handOff, _ := strings.Cut(text, "## 6. Hand-off")
	handOff, _, _ = strings.Cut(handOff, "\n## ")
	lacks(t, handOff, "](#", "\n   kubectl")
	contains(t, handOff, "ssh web1 k3s kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath={.data.password} | base64 -d\n")
	contains(t, handOff, "restic-volumes restore --host \"$(hostname)\" \"latest:$PWD/VOLUME\" --target /root/restored\n")
	inOrder(t, text, "### The machines", "gen probe --name web1 web1.facts.json\n", "- `size` of a disk", "`\"476.9GiB\"`", "- `memory`", "- `threads`", "- `node`", "### Keys\n")
	// A domain in use has records that Terraform does not take over.
	inOrder(t, text, "A domain that is in use", "every A, AAAA and CNAME record", "## 3. Bootstrap", "81053 or 81058")
	contains(t, text, "No port but 22 is open.\nWeb traffic",
		"| web1 | b | `/dev/disk/by-id/nvme-EXAMPLE_SN100002` | the array system lacks disk-b-md-system; /boot-fallback cannot be read or is not mounted; ",
		"| Application OutOfSync, and stays so |", "port-forward service/argocd-server 8080:80`", "k3s certificate check", "nslookup kubernetes.default.svc.cluster.local",
		"cilium connectivity test --single-node`", "delete secret cilium-ca", "with Argo CD v3.4.8 ")
	inOrder(t, text, "### The age key of a host", "Put its public part into the spec", "'{ echo; cat; } >> /var/lib/sops-nix/keys.txt'", "--target-host web1",
		"Only after the switch worked", "mv keys.new keys.txt", "mv next-web1.key web1.key")
	// A second try after a failed switch has nothing to commit.
	contains(t, text, "{ git diff --quiet HEAD || git commit -am 'new age key of web1'; } && git push")
	// k3s starts with no other token than the one that its database is encrypted with.
	inOrder(t, text, "### Adding an agent", "/var/lib/rancher/k3s/server/token", "Commit, push, and rebuild", "scripts/bootstrap-hetzner-k8s.sh", "scripts/install-HOST.sh")

	text = runbookOf(t, otherSite(t))
	contains(t, text,
		"scripts/install-web2.sh --check ADDRESS", "Install the server first", "`argocd_repo_token`", "in the bucket `state` as `hetzner.tfstate`",
		"with the key of web1", "It is open to every address", "efibootmgr", "BIOS boot partition", "`password_maria`", "`k3s_token`", "none at the moment", "No app has secrets",
		"Before that key changes, give Argo CD one of its own", "the spec has no `alerts`", "4. There are no volumes yet.", "k3s token rotate", "Agents that were not lost")
	contains(t, text, "from their own addresses only", "4240 and 4244 (Cilium) over TCP, 8472 (VXLAN) over UDP", "cilium connectivity test`")
	lacks(t, text, "No port but 22 is open.", "| Zone | Zone | Read |", "deploy-key.pub", "smtp_password", "Copy it to a safe", "msmtp", "notify")

	s := otherSite(t, `versions: images: argocd: ""`)
	s.Cluster.Encrypt = true
	text = runbookOf(t, s)
	contains(t, text, "51871 (WireGuard) over UDP", "the chart argo-cd 10.1.1,\nksops")
	lacks(t, text, "8472", "with Argo CD v")

	s = testSite(t)
	s.Server.Firmware = site.FirmwareUEFI
	contains(t, runbookOf(t, s), "umount /boot\n   systemctl restart boot-stand-in")
}

// TestInstalledDisks: a disk is replaced by the labels that it has.
func TestInstalledDisks(t *testing.T) {
	text := runbookOf(t, gentest.Base(t, `hosts: web1: disks: [=~"^[ab]$"]: partitions: {boot: "ESP", "md-system": "mdadm"}`))
	contains(t, text, "mdadm /dev/md/system --add /dev/disk/by-partlabel/disk-b-mdadm", "mkfs.vfat -F 32 /dev/disk/by-partlabel/disk-b-ESP", "the array system lacks disk-b-mdadm")
	lacks(t, text, "disk-b-boot", "disk-b-md-system")
}

// TestDelegated: a zone inside another one is no matter of a registrar.
func TestDelegated(t *testing.T) {
	text := runbookOf(t, otherSite(t, `domains: "lab.example.com": delegated: true`, `domains: "dev.example.com": {delegated: true, create: true, dnssec: true}`))
	inOrder(t, text, "at its registrar", "   - example.com\n", "Subdomain\n   Support", "NS records",
		"   - dev.example.com in example.com: Terraform makes it", "   - lab.example.com in example.com: you add it", "or in the dashboard the outer")
	lacks(t, text, "   - lab.example.com\n")
}

// inOrder wants each text somewhere behind the one before.
func inOrder(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		_, rest, found := strings.Cut(text, w)
		if !found {
			t.Errorf("the runbook lacks %q, or has it too early", w)
			return
		}
		text = rest
	}
}

// A heading without an empty line above it is text to some renderers.
func TestHeadings(t *testing.T) {
	for _, s := range []*site.Site{testSite(t), otherSite(t)} {
		lines, fenced := strings.Split(runbookOf(t, s), "\n"), false
		for i, line := range lines {
			if strings.HasPrefix(strings.TrimSpace(line), "```") {
				fenced = !fenced
			}
			if !fenced && strings.HasPrefix(line, "#") && lines[i-1] != "" {
				t.Errorf("no empty line above %q", line)
			}
		}
	}
}

func contains(t *testing.T, text string, wanted ...string) {
	t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			t.Errorf("the runbook lacks %q", w)
		}
	}
}

func lacks(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, w := range unwanted {
		if strings.Contains(text, w) {
			t.Errorf("the runbook has %q", w)
		}
	}
}

// Each command in the runbook is shell that a shell can read.
func TestCommandsParse(t *testing.T) {
	block := regexp.MustCompile("(?ms)^( *)```sh\n(.*?)^ *```$")
	for _, s := range []*site.Site{testSite(t), otherSite(t)} {
		blocks := block.FindAllStringSubmatch(runbookOf(t, s), -1)
		if len(blocks) < 15 {
			t.Errorf("only %d blocks of commands", len(blocks))
		}
		for _, b := range blocks {
			if _, err := syntax.NewParser().Parse(strings.NewReader(b[2]), ""); err != nil {
				t.Errorf("%v in\n%s", err, b[2])
			}
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.*)$`)

// Links lead to headings, and so do the messages of the scripts. Some of these are only for several servers.
func TestReferences(t *testing.T) {
	var titles []string
	for _, text := range []string{runbookOf(t, testSite(t)), runbookOf(t, gentest.Base(t, gentest.Servers()+`storage: "longhorn"`))} {
		var anchors []string
		for _, h := range heading.FindAllStringSubmatch(text, -1) {
			titles = append(titles, h[1])
			anchor := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(h[1]), "")
			anchors = append(anchors, strings.ReplaceAll(anchor, " ", "-"))
		}
		for _, m := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(text, -1) {
			if !slices.Contains(anchors, m[1]) {
				t.Errorf("no heading for #%s", m[1])
			}
		}
	}
	scripts, err := fs.Glob(templates.FS, "sh/*.sh")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%v, %v", scripts, err)
	}
	for _, name := range scripts {
		data, err := fs.ReadFile(templates.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`docs/RUNBOOK\.md, ([A-Z][A-Za-z ]*)`).FindAllStringSubmatch(string(data), -1) {
			if !slices.Contains(titles, m[1]) {
				t.Errorf("%s speaks of %q, and the runbook has no such heading", name, m[1])
			}
		}
	}
}

// A client more changes the rows that name it, and no others.
func TestClientDiff(t *testing.T) {
	before := runbookOf(t, testSite(t))
	s := testSite(t)
	s.Zones = append(s.Zones, site.Zone{Name: "studio.example"})
	s.Routes = append(s.Routes, site.Route{Hostname: "studio.example", Kind: site.RouteClient, Owner: "studio"})
	var rest []string
	for _, line := range strings.Split(runbookOf(t, s), "\n") {
		if !strings.Contains(line, "studio") {
			rest = append(rest, line)
		}
	}
	if got := strings.Join(rest, "\n"); got != before {
		t.Error("a client changes more than its own lines")
	}
}

// TestWaysIn: no command uses kubectl on the operator's machine but behind the ssh
// that brings the API there, ssh in the background says when it could not forward,
// and what cuts the tunnel does not come through it.
func TestWaysIn(t *testing.T) {
	block := regexp.MustCompile("(?ms)^( *)```sh\n(.*?)^ *```$")
	for _, s := range []*site.Site{testSite(t), otherSite(t)} {
		text := runbookOf(t, s)
		forwards := 0
		for _, b := range block.FindAllStringSubmatch(text, -1) {
			for _, line := range strings.Split(b[2], "\n") {
				line = strings.TrimSpace(line)
				if strings.HasPrefix(line, "kubectl") && !strings.Contains(b[2], " -L 127.0.0.1:6443:") {
					t.Errorf("without a way to the API: %s", line)
				}
				if strings.Contains(line, " -L 127.0.0.1:6443:") {
					forwards++
					if !strings.HasPrefix(line, "ssh -f -N -o ExitOnForwardFailure=yes ") || strings.Contains(line, ".tunnel") {
						t.Errorf("in the background: %s", line)
					}
				}
			}
		}
		if forwards < 3 {
			t.Errorf("only %d commands bring the API here", forwards)
		}
		_, rotation, _ := strings.Cut(text, "### The tunnel's secret")
		rotation, _, _ = strings.Cut(rotation, "### ")
		inOrder(t, rotation, "by port 22", "ssh -f -N", " web1\n", "tofu apply -replace random_bytes.tunnel_secret", "ssh web1 k3s kubectl -n cloudflared rollout restart")
	}
}

func TestServers(t *testing.T) {
	text := runbookOf(t, gentest.Base(t, gentest.Servers()))
	inOrder(t, text, "2379 and 2380 (etcd)", "Install the servers in any order", "scripts/bootstrap-hetzner-k8s.sh --begin", "web1 begin the cluster, and web2 and web3 join it",
		"## Several servers", "of 3 servers\n1 may be dead at one time", "### A server is dead", "k3s kubectl delete node HOST", "### Most servers are lost", "fewer than 2 servers", "scripts/restore-hetzner-etcd.sh SERVER SNAPSHOT", "## Restore after the loss of a server")
	inOrder(t, runbookOf(t, gentest.Base(t, gentest.Servers()+`backup: s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}`)),
		"under `hetzner/etcd-snapshots`, in which Secrets are encrypted", "### Most servers are lost", "under this name alone", "## Restore after the loss", "[A server is dead](#a-server-is-dead)", "backup-restore SNAPSHOT")
	inOrder(t, text, "One host at a time, each drained before: [Maintenance](#maintenance)", "## Several servers", "### Maintenance", "scripts/maintain-hetzner.sh reboot")
	lacks(t, text, "longhorn")
	inOrder(t, text, "## Several servers", "### After more servers have joined", `rollout restart "deployment/$name"`, "### Maintenance")
	inOrder(t, runbookOf(t, gentest.Base(t, gentest.Servers()+`storage: "longhorn"`)), "### Volumes in copies", `names those with fewer than 3`, `"numberOfReplicas":3}}`, "Before the last `longhorn` leaves the spec",
		"### After more servers have joined", "[Volumes in copies](#volumes-in-copies)")
	lacks(t, runbookOf(t, testSite(t)), "## Several servers", "k8s.sh --begin", "2379")
}
