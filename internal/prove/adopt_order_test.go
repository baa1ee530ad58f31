package prove

import (
	"slices"
	"strings"
	"testing"
)

// TestAdoptOrder changes one thing of the order at a time: each is there for a reason.
func TestAdoptOrder(t *testing.T) {
	const policies = `for ns in cloudflared websites; do kubectl -n "$ns" delete networkpolicy before-gen; done` + "\n"
	hold := instead{"Hold", "argocd.argoproj.io/sync-options=Prune=false,Delete=false", "nothing=said"}
	for why, c := range map[string]struct {
		site    string
		slow    bool
		change  []instead
		without string
		swap    [2]string
		want    string
	}{
		"gen's Application prunes what the old one of its name brought": {site: "as it is", change: []instead{hold},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: there is no Service websites/bakery-nginx"},
		"an old Application that prunes sees gen's tree before it is gen's": {site: "Applications that prune", slow: true, change: []instead{hold},
			want: "PersistentVolumeClaim/default/billing-data is deleted"},
		"an Application of another name goes, and takes all along": {site: "an Application that gen calls otherwise", slow: true,
			change: []instead{hold, {"Hold", "argocd.argoproj.io/sync-options=Prune=false\n", "nothing=said\n"}},
			want:   "PersistentVolumeClaim/default/billing-data is deleted"},
		"websites' policies do not know the old cloudflared": {site: "as it is", change: []instead{{"Hold", "in cloudflared websites; do\n  kubectl -n \"$ns\" apply", "in cloudflared; do\n  kubectl -n \"$ns\" apply"}, {"old workloads", policies, ""}},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: a network policy (Ingress) stops it"},
		"the tunnel's policies shut off the old cloudflared before there is another": {site: "as it is", change: []instead{{"Hold", "in cloudflared websites; do\n  kubectl -n \"$ns\" apply", "in websites; do\n  kubectl -n \"$ns\" apply"}, {"old workloads", policies, ""}},
			want: "5. The tunnel: bakery.example is not answered: cloudflared map[app:cloudflared]: it is cut off"},
		"Terraform without the import blocks": {site: "as it is", change: []instead{{"Terraform", "gen adopt -out . --state ~/before.tfstate\n", ""}},
			want: "Terraform destroys record bakery.example CNAME tunnel"},
		"records that lead to another tunnel before it has a connector": {site: anotherTunnel,
			want: "3. Terraform: bakery.example is not answered: no cloudflared is connected to its tunnel"},
		"a tunnel without its secret": {site: "as it is", without: "random_bytes.",
			want: "cloudflared map[app:cloudflared] cannot log in again"},
		"a record without an import block": {site: "as it is", without: `cloudflare_dns_record.tunnel["harbor.example"]`,
			want: "Terraform makes no record harbor.example CNAME tunnel: there is one"},
		"a namespace without an import block": {site: "as it is", without: "kubernetes_namespace_v1.cloudflared",
			want: "Terraform makes no /Namespace//cloudflared: there is one"},
		"the tunnel together with the workloads": {site: "a cloudflared with gen's selector", change: []instead{{"Copies", "k8s/argocd-atlas/cloudflared ", ""}},
			want: "4. The workloads: bakery.example is not answered: cloudflared map[app.kubernetes.io/name:cloudflared]: there is no Service websites-baseline/bakery"},
		"the old connectors deleted with their Deployment": {site: "as it is", change: []instead{{"tunnel", " --cascade=orphan", ""}, {"old connectors", "kubectl -n cloudflared delete replicasets,pods -l app=cloudflared", ""}},
			want: "5. The tunnel: bakery.example is not answered: no cloudflared is connected"},
		"the old workloads before the old connectors": {site: "as it is", swap: [2]string{"old connectors", "old workloads"},
			want: "bakery.example is not answered: cloudflared map[app:cloudflared]: there is no Service websites/bakery-nginx"},
		"policies in force before the old connectors are gone": {site: "as it is", change: []instead{{"old workloads", policies, ""}, {"old connectors", "kubectl -n cloudflared", policies + "kubectl -n cloudflared"}},
			want: "6. The old connectors: bakery.example is not answered: cloudflared map[app:cloudflared]: it is cut off"},
	} {
		t.Run(why, func(t *testing.T) {
			steps := pageSteps(t)
			for _, i := range c.change {
				i.in(t, steps)
			}
			if c.swap[0] != "" {
				a, b := step(t, steps, c.swap[0]), step(t, steps, c.swap[1])
				*a, *b = *b, *a
			}
			w := newWorld(t, sites[c.site])
			w.slow, w.without = c.slow, c.without
			for _, s := range steps {
				w.run(s.name, s.commands)
			}
			if !slices.ContainsFunc(w.faults, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("the model does not see it:\n%s", strings.Join(w.faults, "\n"))
			}
		})
	}
}

// instead is another command in a step.
type instead struct{ step, text, with string }

func (i instead) in(t *testing.T, steps []adoptStep) {
	t.Helper()
	s := step(t, steps, i.step)
	if !strings.Contains(s.commands, i.text) {
		t.Fatalf("%s has no %q", s.name, i.text)
	}
	s.commands = strings.ReplaceAll(s.commands, i.text, i.with)
}

func step(t *testing.T, steps []adoptStep, name string) *adoptStep {
	t.Helper()
	for i := range steps {
		if strings.Contains(steps[i].name, name) {
			return &steps[i]
		}
	}
	t.Fatalf("%s has no step %q", adoptPage, name)
	return nil
}
