package scripts

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sitegen/internal/site"
)

const (
	synced     = "app-of-apps Synced Healthy\ncloudflared Synced Healthy\nprojects Synced Healthy\nwebsites Synced Healthy\nwebsite-bakery Synced Healthy\ninvoices Synced Healthy\n"
	rolledOut  = "deployment \"x\" successfully rolled out\n"
	kubeconfig = "clusters:\n- cluster:\n    server: https://127.0.0.1:6443\n"
)

// doomed is a line of a plan that takes the Access application of a hostname away.
func doomed(hostname string) string {
	return "  # cloudflare_zero_trust_access_application.site[\"" + hostname + "\"] will be destroyed\n"
}

// bootstrapRules answer a whole bootstrap that goes well.
func bootstrapRules() []rule {
	return []rule{
		{Prog: "tofu", Match: `^version`, Out: "OpenTofu v1.12.0\non linux_amd64\n"},
		{Prog: "sops", Match: `filestatus`, Out: "{\"encrypted\":true}\n"},
		{Prog: "sops", Match: `decrypt`, Out: "AGE-SECRET-KEY-1TEST\n"},
		{Prog: "age-keygen", Match: `-y`, Out: "age1old\n" + argoKey + "\n"},
		{Prog: "ssh-keygen", Match: `^-F`},
		{Prog: "ssh", Match: `-N `, Listen: true},
		{Prog: "ssh", Match: `k3s.yaml`, Out: kubeconfig},
		{Prog: "ssh", Match: ` true$`},
		{Prog: "kubectl", Match: `/readyz`, Times: 2, Err: "connection refused", Exit: 1},
		{Prog: "kubectl", Match: `/readyz`, Out: "ok"},
		{Prog: "tofu", Match: ` init `},
		{Prog: "tofu", Match: ` plan `, Exit: 2},
		{Prog: "kubectl", Match: `get deployments`, Out: "argocd.example.com _.dev.example.com shop.example.com..admin..books"},
		{Prog: "tofu", Match: ` show `, Out: doomed("old.example.com")},
		{Prog: "kubectl", Match: `get secret .*owner=helm`},
		{Prog: "tofu", Match: ` apply `},
		{Prog: "kubectl", Match: `rollout status .*cloudflared`, Times: 1, Err: "not found", Exit: 1},
		{Prog: "kubectl", Match: `rollout status .*coredns`, Times: 1, Out: "Waiting for deployment spec update to be observed...\n"},
		{Prog: "kubectl", Match: `rollout status`, Out: rolledOut},
		{Prog: "kubectl", Match: `get node web1`, Out: "True"},
		{Prog: "kubectl", Match: `get node web2`, Err: "not found", Exit: 1},
		{Prog: "kubectl", Match: `operationState.phase`, Out: "app-of-apps Running [\"ServerSideApply=true\"]\ninvoices Succeeded []\nprojects\n"},
		{Prog: "kubectl", Match: `applications.* jsonpath=.range .items.*.{.metadata.name}`, Times: 1, Out: "app-of-apps Synced Progressing\n"},
		{Prog: "kubectl", Match: `applications.* jsonpath=.range .items.*.{.metadata.name}`, Out: synced},
		{Prog: "kubectl", Match: `get applications`},
		{Prog: "kubectl", Match: `get pods`},
	}
}

func TestBootstrap(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	x := r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "yes\n").want(0, "hetzner is up", "https://argocd.example.com")
	x.never("-auto-approve").called("ssh ", " -N ", ":127.0.0.1:6443 root@203.0.113.10")
	x.gone("ssh ", " -N ")
	// The last hints work without the ssh tunnel, which is closed by then.
	x.want(0, "next: scripts/verify-hetzner.sh\n",
		`ssh -o HostKeyAlias=web1 -o UserKnownHostsFile=\"/`, `a\ checkout/known_hosts\" `+
			"root@203.0.113.10 k3s kubectl -n argocd get secret argocd-initial-admin-secret -o jsonpath={.data.password} | base64 -d")
	// A saved plan takes no variables.
	x.called("tofu ", " plan ", "-var kubeconfig_path=").called("tofu ", " apply ").never(" apply ", "-var")
	kept := filepath.Join(r.dir, "home", ".kube", "hetzner.yaml")
	data, err := os.ReadFile(kept)
	if err != nil || string(data) != kubeconfig {
		t.Errorf("kept kubeconfig: %q, %v", data, err)
	}
	if info, err := os.Stat(kept); err == nil && info.Mode().Perm() != 0o600 {
		t.Errorf("the kubeconfig has mode %o", info.Mode().Perm())
	}

	// Again, with nothing left to do: no question is asked.
	again := with(rule{Prog: "tofu", Match: " plan "}, bootstrapRules())
	r.script("bootstrap-hetzner-k8s.sh", again, "").want(0, "nothing to change", "hetzner is up").never(" apply ")
}

// Argo CD does not begin a sync again that its timeout ended.
func TestBootstrapResumes(t *testing.T) {
	t.Parallel()
	rules := append([]rule{
		{Prog: "kubectl", Match: `operationState.phase`, Out: "app-of-apps Failed [\"ServerSideApply=true\"]\ninvoices Succeeded []\nwebsites Error\n"},
		{Prog: "kubectl", Match: `patch applications.* websites `, Err: "conflict", Exit: 1},
		{Prog: "kubectl", Match: `patch applications`},
	}, bootstrapRules()...)
	newCheckout(t, testSite(t)).script("bootstrap-hetzner-k8s.sh", rules, "", "--yes").
		want(0, "the last sync of app-of-apps ended with Failed", "warning: websites: conflict").
		called("kubectl ", "patch applications.argoproj.io app-of-apps --type merge",
			`"sync":{"prune":true,"syncOptions":["ServerSideApply=true"]}`).
		never("patch applications.argoproj.io invoices")
}

func TestBootstrapOptions(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "", "--plan").want(0).never(" apply ").gone("ssh ", " -N ")
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "", "--yes", "--via-tunnel").want(0).
		called("ssh ", "ProxyCommand=cloudflared access ssh --hostname %h", "-N", "root@ssh.example.com").called(" apply ").
		want(0, "ssh -o 'ProxyCommand=cloudflared access ssh --hostname %h' -o HostKeyAlias=web1 ", "root@ssh.example.com k3s kubectl", "next: scripts/verify-hetzner.sh --via-tunnel\n")
	noNode := []rule{{Prog: "kubectl", Match: "get node", Out: "False"}, {Prog: "kubectl", Match: "readyz"}}
	stuck := newCheckout(t, testSite(t))
	stuck.wait = "0"
	stuck.script("bootstrap-hetzner-k8s.sh", append(append(noNode, rule{Prog: "kubectl", Match: "rollout status", Out: rolledOut}), bootstrapRules()...), "", "--yes", "--via-tunnel").
		want(1, "next: ssh -o 'ProxyCommand=", "root@ssh.example.com k3s kubectl describe node web1")
	r.script("bootstrap-hetzner-k8s.sh", nil, "", "-h").want(0, "Usage:")
	r.script("bootstrap-hetzner-k8s.sh", nil, "", "--what").want(2, "Usage:")
	agents := newCheckout(t, agentSite(t))
	agents.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "", "--yes", "198.51.100.7").want(0, "node web2 is not Ready yet").called("root@198.51.100.7")
}

// While Argo CD's key changes, the apps' files are still encrypted to the old one.
func TestBootstrapOldKey(t *testing.T) {
	t.Parallel()
	r := newCheckout(t, testSite(t))
	r.write("k8s/argocd-hetzner/invoices/secrets.enc.yaml", "recipient: age1old\n", 0o644)
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "yes\n").want(0, "hetzner is up", "only an old key reads k8s/argocd-hetzner/invoices/secrets.enc.yaml")
}

// The secrets of identity providers are looked at as the others are.
func TestBootstrapIdPs(t *testing.T) {
	t.Parallel()
	s := testSite(t)
	s.Logins = []site.IdP{{Name: "github"}}
	r := newCheckout(t, s)
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "yes\n").want(1, "no secrets/idp-secrets.yaml")
	r.write(s.IdPSecrets(), "sops:\n", 0o644)
	r.script("bootstrap-hetzner-k8s.sh", with(rule{Prog: "sops", Match: `\["github"\] .*idp-secrets`, Out: "REPLACE-ME"}, bootstrapRules()), "yes\n").want(1, "github in secrets/idp-secrets.yaml still has")
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "yes\n").want(0, "hetzner is up")
}

// Each of these stops before anything is applied.
func TestBootstrapRefuses(t *testing.T) {
	t.Parallel()
	k8s := "secrets/hosts/web1/k8s-secrets.yaml"
	app := "k8s/argocd-hetzner/invoices/secrets.enc.yaml"
	for _, c := range []struct {
		name   string
		change func(*run)
		rule   rule
		stdin  string
		want   string
	}{
		{name: "no secrets", change: func(r *run) { r.remove(k8s) }, want: "no " + k8s},
		{name: "plain secrets", rule: rule{Prog: "sops", Match: "filestatus .*k8s-secrets", Out: `{"encrypted":false}`}, want: "is not encrypted"},
		{name: "no such key", rule: rule{Prog: "sops", Match: "argocd_repo_ssh_key", Exit: 1}, want: "cannot read argocd_repo_ssh_key"},
		{name: "placeholder", rule: rule{Prog: "sops", Match: "cloudflare_api_token", Out: "REPLACE-ME"}, want: "still has the example's value"},
		{name: "wrong age key", rule: rule{Prog: "age-keygen", Out: "age1other\n"}, want: "belongs to age1other"},
		{name: "no app secrets", change: func(r *run) { r.remove(app) }, want: "missing for: invoices"},
		{name: "plain app secrets", rule: rule{Prog: "sops", Match: "filestatus .*enc.yaml", Out: `{"encrypted":false}`}, want: "secrets.enc.yaml is not encrypted"},
		{name: "app secrets for others", change: func(r *run) { r.write(app, "recipient: age1other\n", 0o644) }, want: "Argo CD cannot read"},
		{name: "no branch", change: func(r *run) { r.git("branch", "-m", "other") }, want: "has no branch main"},
		{name: "old terraform", rule: rule{Prog: "tofu", Match: "version", Out: "OpenTofu v1.10.6\n"}, want: "too old"},
		{name: "no host", rule: rule{Prog: "ssh", Match: " true$", Err: "refused", Exit: 255}, want: "cannot log in as root@203.0.113.10"},
		{name: "not confirmed", stdin: "y\n", want: "not confirmed"},
		{name: "nobody there", stdin: "", want: "not confirmed"},
		{name: "no init", rule: rule{Prog: "tofu", Match: " init ", Exit: 1}, want: "init failed"},
		{name: "still served", rule: rule{Prog: "tofu", Match: " show ", Out: doomed("argocd.example.com")}, want: "everybody could open: argocd.example.com"},
		{name: "still served, wildcard", rule: rule{Prog: "tofu", Match: " show ", Out: doomed("*.dev.example.com")}, want: "everybody could open: *.dev.example.com"},
		{name: "still served, path", rule: rule{Prog: "tofu", Match: " show ", Out: doomed("shop.example.com/admin/books")}, want: "everybody could open: shop.example.com/admin/books"},
		{name: "nothing to ask", rule: rule{Prog: "kubectl", Match: "get deployments", Err: "refused", Exit: 1}, want: "cannot tell which hostnames"},
		{name: "Helm cut off", rule: rule{Prog: "kubectl", Match: "-n argocd get secret .*name=argocd,status in .pending-install,", Out: "secret/sh.helm.release.v1.argocd.v2\n"}, want: "root@203.0.113.10 k3s kubectl -n argocd delete secret/sh.helm.release.v1.argocd.v2"},
		{name: "Helm not asked", rule: rule{Prog: "kubectl", Match: "get secret .*pending", Err: "refused", Exit: 1}, want: "cannot tell whether Helm"},
		{name: "no plan", rule: rule{Prog: "tofu", Match: " plan ", Exit: 1}, want: "Zero Trust"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := newCheckout(t, testSite(t))
			if c.change != nil {
				c.change(r)
			}
			rules := bootstrapRules()
			if c.rule.Prog != "" {
				rules = with(c.rule, rules)
			}
			r.script("bootstrap-hetzner-k8s.sh", rules, c.stdin).want(1, c.want).never(" apply ").never("auto-approve")
		})
	}
}

// Whatever fails later, the ssh tunnel does not stay open.
func TestBootstrapFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rule rule
		want string
	}{
		"apply":       {rule{Prog: "tofu", Match: " apply ", Exit: 1}, "it goes on where it stopped"},
		"no API":      {rule{Prog: "kubectl", Match: "readyz", Err: "timeout", Exit: 1}, "does not answer"},
		"no Cilium":   {rule{Prog: "kubectl", Match: "rollout status .*daemonset/cilium", Out: "Waiting for daemon set\n"}, "daemonset/cilium in kube-system is not ready"},
		"no node":     {rule{Prog: "kubectl", Match: "get node", Out: "False"}, "web1 is not Ready"},
		"no sync":     {rule{Prog: "kubectl", Match: "metadata.name", Out: strings.Replace(synced, "invoices Synced", "invoices Unknown", 1)}, "not every Application"},
		"no websites": {rule{Prog: "kubectl", Match: "metadata.name", Out: strings.Replace(synced, "websites Synced Healthy\n", "", 1)}, "not every Application"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newCheckout(t, testSite(t))
			r.wait = "0"
			ready := []rule{c.rule, {Prog: "kubectl", Match: "readyz"}, {Prog: "kubectl", Match: "rollout status", Out: rolledOut}}
			r.script("bootstrap-hetzner-k8s.sh", append(ready, bootstrapRules()...), "yes\n").want(1, c.want).gone("ssh ", " -N ")
		})
	}
}

func TestBootstrapWarns(t *testing.T) {
	t.Parallel()
	app := "k8s/argocd-hetzner/invoices/secrets.enc.yaml"
	r := newCheckout(t, testSite(t))
	r.git("branch", "published")
	r.write("new", "x", 0o644)
	r.remove(app)
	rules := with(rule{Prog: "kubectl", Match: "metadata.name", Out: strings.NewReplacer("app-of-apps Synced Healthy", "app-of-apps Synced Degraded", "invoices Synced Healthy", "invoices Unknown Healthy").Replace(synced)}, bootstrapRules())
	r.script("bootstrap-hetzner-k8s.sh", rules, "yes\n", "--without-app-secrets").want(0, "not committed", "no "+app)
	r.commit()
	r.git("checkout", "-q", "-b", "work")
	r.write("newer", "x", 0o644)
	r.commit()
	r.script("bootstrap-hetzner-k8s.sh", rules, "yes\n", "--without-app-secrets").want(0, "HEAD is not pushed")
}

// The roots with zones follow the site's own, which makes the tunnels that they look up.
func TestBootstrapShards(t *testing.T) {
	t.Parallel()
	s := testSite(t)
	s.Terraform.Shards, s.Tunnel.Shards = 4, 2
	r := newCheckout(t, s)
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "", "--plan").
		want(0, "not planned before that is applied: k8s/terraform-hetzner-zones-3").never("zones-1 plan")
	nothing := with(rule{Prog: "tofu", Match: " plan "}, bootstrapRules())
	r.script("bootstrap-hetzner-k8s.sh", nothing, "", "--plan").want(0).called("tofu ", "zones-1 plan").called("tofu ", "zones-3 plan").never(" apply ")
	r.script("bootstrap-hetzner-k8s.sh", bootstrapRules(), "", "--yes").want(0, "hetzner is up").
		called("tofu ", "k8s/terraform-hetzner apply").called("tofu ", "k8s/terraform-hetzner-zones-1 apply").called("tofu ", "k8s/terraform-hetzner-zones-3 apply").
		called("kubectl ", "rollout status", "deployment/cloudflared-1")
	r.script("bootstrap-hetzner-k8s.sh", with(rule{Prog: "tofu", Match: "zones-1 apply ", Exit: 1}, bootstrapRules()), "", "--yes").
		want(1, "it goes on where it stopped").never("zones-2 apply")
}
