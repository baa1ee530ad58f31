package main

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	argocdYAML = "k8s/terraform-*/values/argocd.yaml"
	appsYAML   = "k8s/argocd-*/apps/*.yaml"
	rootYAML   = "k8s/argocd-*/app-of-apps.yaml"
)

// valuesFaults are about what goes into Argo CD's own configuration. The chart takes
// any key without a word (argo-helm charts/argo-cd/values.yaml).
func valuesFaults() []fault {
	return []fault{
		{
			name:   "repository in the chart's values",
			breaks: "configs.repositories takes text only, so that a reference to a Secret fails to render, and a key would be in git",
			check: func(r *output) []string {
				var f finding
				for _, key := range []string{"repositories", "credentialTemplates"} {
					f.unless(dig(r.values("argocd"), "configs", key) == nil, "configs.%s is set", key)
				}
				return f
			},
			again: []func(map[string]string){
				swap(argocdYAML, `^configs:\n`, "configs:\n  repositories:\n    infra:\n      sshPrivateKeySecret: {name: repository, key: sshPrivateKey}\n"),
			},
		},
		{
			name:    "repository Secret that Argo CD does not see",
			breaks:  "without its label, or for another URL, a Secret is no repository and nothing is ever synced",
			applies: func(r *output) bool { return r.site.Repo.Kind != "public" },
			check:   repositorySecret,
			again: []func(map[string]string){
				swap(secretsTF, `^.*argocd\.argoproj\.io/secret-type.*\n`, ""), swap(secretsTF, `"repository"$`, `"repo"`),
				swap(secretsTF, `^    "url" .*\n`, ""), swap(appsYAML, `^    repoURL: .*`, "    repoURL: https://git.example.com/example/other.git"),
			},
		},
		{
			name:   "tracking method among the parameters",
			breaks: "application.resourceTrackingMethod is read from argocd-cm; in argocd-cmd-params-cm nothing reads it",
			check: func(r *output) []string {
				var f finding
				f.unless(text(r.values("argocd"), "configs", "cm", "application.resourceTrackingMethod") == "annotation", "configs.cm does not say annotation")
				for _, key := range entries(r.values("argocd"), "configs", "params") {
					program, _, _ := strings.Cut(key, ".")
					f.unless(slices.Contains([]string{"server", "controller", "reposerver", "redis", "otlp"}, program), "configs.params has %s, which no program reads there", key)
				}
				return f
			},
			again: []func(map[string]string){
				swap(argocdYAML, `^    application\.resourceTrackingMethod: .*\n`, ""),
				swap(argocdYAML, `^  params:\n`, "  params:\n    application.resourceTrackingMethod: annotation\n"),
			},
		},
		{
			name:   "Argo CD's own address left at the chart's default",
			breaks: "links and redirects lead to argocd.example.com",
			check: func(r *output) []string {
				domain := text(r.values("argocd"), "global", "domain")
				var f finding
				f.unless(strings.Contains(r.leads(domain), "://argocd-server.argocd."), "global.domain is %q, which does not lead to Argo CD", domain)
				return f
			},
			again: []func(map[string]string){swap(argocdYAML, `^  domain: .*\n`, ""), swap(argocdYAML, `^  domain: .*`, "  domain: argocd.elsewhere.example")},
		},
		{
			name:   "kustomize that may not run ksops",
			breaks: "no app with secrets is ever built",
			check: func(r *output) []string {
				options := strings.Fields(text(r.values("argocd"), "configs", "cm", "kustomize.buildOptions"))
				var f finding
				for _, want := range []string{"--enable-alpha-plugins", "--enable-exec"} {
					f.unless(slices.Contains(options, want), "kustomize.buildOptions has no %s", want)
				}
				return f
			},
			again: []func(map[string]string){
				swap(argocdYAML, ` --enable-exec`, ""), swap(argocdYAML, `--enable-alpha-plugins `, ""),
				both(swap(argocdYAML, `^    kustomize\.buildOptions: .*\n`, ""), swap(argocdYAML, `^  params:\n`, "  params:\n    kustomize.buildOptions: --enable-alpha-plugins --enable-exec\n")),
			},
		},
		{
			name:   "shell in an image that has none",
			breaks: "ksops images are distroless from v4.4.0 on: the repo-server's init container never starts",
			check:  ksopsInstalls,
			again: []func(map[string]string){
				swap(argocdYAML, `    - /usr/local/bin/ksops\n    - install\n    - /custom-tools`, "    - /bin/sh\n    - -c\n    - cp /usr/local/bin/ksops /custom-tools/"),
				swap(argocdYAML, `^    - install\n`, ""), swap(argocdYAML, `^    - /custom-tools$`, "    - /tools"),
				swap(argocdYAML, `^    subPath: ksops\n`, ""),
			},
		},
		{
			name:   "sync waves that do not wait",
			breaks: "since Argo CD 1.8 an Application is healthy at once for its parent, so that all waves go together",
			check:  wavesWait,
			again: []func(map[string]string){
				swap(argocdYAML, `resource\.customizations\.health\.argoproj\.io_Application:`, "resource.customizations.health.Application:"),
				swap(argocdYAML, `^ +hs\.status = obj\.status\.health\.status\n`, ""),
				swap(appsYAML, `^.*sync-wave.*\n`, ""), swap("k8s/argocd-*/apps/projects.yaml", `sync-wave: .*`, `sync-wave: "10"`),
			},
		},
	}
}

func repositorySecret(r *output) []string {
	var f finding
	found := 0
	for _, b := range r.blocks("resource", "kubernetes_secret_v1") {
		for _, m := range b.inner("metadata") {
			if text(m.value("labels"), "argocd.argoproj.io/secret-type") != "repository" {
				continue
			}
			found++
			// The values are not known here, but the URL is a plain text among them.
			data := b.expr("data_wo")
			f.unless(strings.Contains(data, `"type"`) && strings.Contains(data, `"git"`), "%s has no type", b)
			for _, a := range r.objects("Application") {
				for _, from := range sources(a) {
					url := text(from, "repoURL")
					f.unless(text(from, "chart") != "" || strings.Contains(data, strconv.Quote(url)), "%s reads %s, for which there is no Secret", a, url)
				}
			}
		}
	}
	f.unless(found == 1, "%d Secrets with the label of a repository", found)
	return f
}

// ksopsInstalls: viaductoss/ksops Dockerfile; `ksops install DIR` copies the program.
func ksopsInstalls(r *output) []string {
	repo := dig(r.values("argocd"), "repoServer")
	var f finding
	volumes := map[string]bool{} // that ksops is put into
	for _, c := range list(repo, "initContainers") {
		command := append(texts(c, "command"), texts(c, "args")...)
		for _, word := range command {
			f.unless(!slices.Contains([]string{"sh", "bash", "ash"}, path.Base(word)), "%s runs %q", text(c, "name"), command)
		}
		if len(command) > 2 && path.Base(command[0]) == "ksops" && command[1] == "install" {
			for _, m := range list(c, "volumeMounts") {
				volumes[text(m, "name")] = text(m, "mountPath") == command[len(command)-1]
			}
		}
	}
	found := false
	for _, m := range list(repo, "volumeMounts") {
		found = found || volumes[text(m, "name")] && text(m, "mountPath") == "/usr/local/bin/ksops" && text(m, "subPath") == "ksops"
	}
	f.unless(found, "the repo-server has no ksops that an init container installed")
	return f
}

// wavesWait: argo-cd docs/operator-manual/health.md has the check that was removed.
func wavesWait(r *output) []string {
	var f finding
	health := text(r.values("argocd"), "configs", "cm", "resource.customizations.health.argoproj.io_Application")
	f.unless(strings.Contains(health, "hs.status = obj.status.health.status") && strings.Contains(health, "return hs"), "no health check of Applications")
	wave := map[string]int{}
	for _, a := range r.objects("Application") {
		n, err := strconv.Atoi(a.text("metadata", "annotations", "argocd.argoproj.io/sync-wave"))
		f.unless(err == nil || path.Base(a.path) == "app-of-apps.yaml", "%s has no wave", a)
		wave[a.text("metadata", "name")] = n
	}
	f.unless(wave["projects"] < wave["cloudflared"] && wave["cloudflared"] < wave["websites"], "projects, cloudflared and websites come in another order")
	for _, w := range slices.Concat(r.site.Clients, r.site.Apps) {
		f.unless(wave[w.Application] > wave["websites"], "%s comes before its namespace", w.Application)
	}
	return f
}
