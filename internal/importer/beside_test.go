package importer

import (
	"strings"
	"testing"
)

// TestBesideClients: what cannot be a client stays in their namespace where that makes its
// pods or has its data, and leaves it otherwise.
func TestBesideClients(t *testing.T) {
	const fit = `      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        name: nginx`
	const claim = "---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: files, namespace: websites}\n"
	site := func(all string) (*Result, string) {
		r := read(t, map[string]string{"apps/shop.yaml": argo("shop", "own/shop", ""), "own/shop/all.yaml": all, "c/config.yaml": tunnel("- {hostname: shop.example, service: 'http://shop-nginx.websites:80'}\n")})
		return r, strings.Join(r.line("own/shop/all.yaml").Needs, "\n")
	}
	hooked := strings.Replace(deployment, "        ports: [", "        lifecycle: {}\n        ports: [", 1) + "---\n" + service
	fits := strings.Replace(hooked, "      containers:\n      - name: nginx", fit, 1)

	r, needs := site(fits)
	has(t, r, `namespaces: ["websites"]`, `"shop.example": {to: "http://shop-nginx.websites:80"`)
	if !strings.Contains(needs, "out to the DNS alone") || strings.Contains(needs, "restricted") {
		t.Error(needs)
	}
	if steps := strings.Join(r.Report.Steps, "\n"); !strings.Contains(steps, "annotate deployment shop-nginx") {
		t.Error(steps)
	}
	if after := strings.Join(r.Report.After, "\n"); !strings.Contains(after, "annotate deployment shop-nginx argocd.argoproj.io/sync-options-") {
		t.Error(after)
	}
	r, needs = site(hooked)
	has(t, r, `"shop.example": {to: "http://shop-nginx.shop:80"`)
	if strings.Contains(r.Spec, "namespaces:") || !strings.Contains(needs, "namespace: shop in place of websites, which gen makes restricted") {
		t.Errorf("%s\n%s", needs, r.Spec)
	}
	r, needs = site(hooked + claim)
	has(t, r, `namespaces: ["websites"]`, `"shop.example": {to: "http://shop-nginx.websites:80"`)
	if !strings.Contains(needs, "no new one is made after the next restart, for its securityContext without runAsNonRoot") {
		t.Error(needs)
	}
	r, needs = site(strings.ReplaceAll(fits, ", namespace: websites", ""))
	has(t, r, `namespaces: ["websites"]`)
	if !strings.Contains(needs, "Deployment shop-nginx says no namespace, and would go to shop: say websites") {
		t.Error(needs)
	}
	for _, less := range []string{"runAsNonRoot: true, ", "seccompProfile: {type: RuntimeDefault}", "allowPrivilegeEscalation: false, ", "capabilities: {drop: [ALL]}"} {
		if r, _ = site(strings.Replace(fits, less, "", 1)); strings.Contains(r.Spec, "namespaces:") {
			t.Errorf("without %s it stays:\n%s", less, r.Spec)
		}
	}
}

// TestGiven: the namespace that a kustomization gives is that of its objects.
func TestGiven(t *testing.T) {
	r := read(t, map[string]string{"apps/a.yaml": strings.Replace(argo("tools", "own/tools", ""), "namespace: websites", "namespace: default", 1),
		"own/tools/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: monitoring\nresources: [all.yaml]\nimages: []\n",
		"own/tools/all.yaml":           "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: y}\n"})
	has(t, r, `namespaces: ["default", "monitoring"]`)
	if needs := r.line("own/tools/all.yaml").Needs; len(needs) > 0 {
		t.Error(needs)
	}
}
