package sitetest

func (g *generator) charts() {
	n := g.IntN(3)
	if n == 0 {
		return
	}
	g.line("charts: {")
	for i := range n {
		g.line(`"chart-%d": {`, i)
		g.line("repo: %q", g.one("oci://registry.example.net/charts", "https://charts.example.net/stable"))
		g.line("chart: %q", g.one("grafana", "kube-state-metrics", "a.b_c"))
		g.line("version: %q", g.one("1.2.3", "v1.18.2", "0.1.0-rc.1+build.5"))
		switch g.IntN(3) {
		case 0:
			g.line(`valuesFile: "charts/%d.yaml"`, i)
		case 1:
			g.line("values: {replicas: %d, ratio: 0.%d, text: %s, list: [%s, {%s: true}, null]}", g.IntN(9), g.IntN(9), g.text(), g.text(), quote("k"+g.free()))
		}
		g.maybe(2, "kinds: [%s]", g.one("", `"*"`, `"apps/Deployment", "ConfigMap"`))
		g.beside()
		g.line("}")
	}
	g.line("}")
}

func (g *generator) folders() {
	n := g.IntN(3)
	if n == 0 {
		return
	}
	g.line("folders: {")
	for i := range n {
		g.line(`"own-%d": {`, i)
		g.line(`path: "k8s/own/%d"`, i)
		g.line("kinds: [%s]", g.one("", `"*"`, `"apps/Deployment", "ConfigMap"`, `"example.net/*"`))
		g.beside()
		g.line("}")
	}
	g.line("}")
}

// beside are the fields that charts and folders have in common. Those that share a
// namespace say the same of it.
func (g *generator) beside() {
	if g.coin() {
		g.line(`namespace: "shared"`)
		g.line(`podSecurity: "privileged"`)
	} else {
		g.maybe(2, "podSecurity: %q", g.one("restricted", "baseline", "privileged"))
	}
	g.maybe(4, `namespaces: ["kube-system"]`)
	if g.IntN(3) == 0 {
		g.line(`clusterKinds: ["rbac.authorization.k8s.io/ClusterRole", "example.net/Thing"]`)
		g.maybe(2, `ignoreDifferences: [{kind: "rbac.authorization.k8s.io/ClusterRole", jqPathExpressions: [".rules[] | select(.verbs == [\"get\"])"]}, {kind: "example.net/Thing", name: "one", managedFieldsManagers: ["thing"]}]`)
	}
	g.maybe(3, `secrets: ["token", "tls.crt"]`)
	g.maybe(3, "wave: %d", g.IntN(9))
	g.maybe(3, "onRemoval: %q", g.one("keep", "delete"))
	if g.app != "" {
		g.maybe(2, "allow: [%q]", g.app)
	}
}
