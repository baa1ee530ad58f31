package importer

import (
	"path"
	"slices"
	"strings"
)

// rest tells of files that nothing has read.
func (r *reading) rest() {
	name := r.name()
	for _, p := range r.tree.paths {
		f := r.tree.files[p]
		base := path.Base(p)
		if base == "k8s-secrets.yaml" && strings.HasPrefix(p, "secrets/hosts/") {
			r.secretKeys(f)
		}
		switch {
		case !f.untold():
		case strings.HasPrefix(p, "scripts/install-") || strings.HasPrefix(p, "scripts/bootstrap-"):
			if r.gens(p) {
				f.say(taken, "")
			} else {
				f.say(yours, "gen's scripts do the same under other names")
			}
		case base == ".gitignore" && p == ".gitignore":
			f.say(yours, "output.exclude; gen check says which lines it lacks")
			r.exclude = append(r.exclude, p)
		case strings.HasPrefix(p, "k8s/terraform-"+name+"/values/"):
			r.values(f)
		case p == "k8s/terraform-"+name+"/.gitignore":
			r.ignored(f)
		case len(r.docs[p]) > 0 && text(r.docs[p][0].m, "apiVersion") != "":
			f.say(yours, "manifests that no Application of the tree applies")
		}
		if f.untold() {
			f.say(yours, "")
		}
	}
}

// gens tells whether gen writes a file at a path.
func (r *reading) gens(p string) bool {
	for _, h := range r.hostList {
		if p == "scripts/install-"+h.name+".sh" {
			return true
		}
	}
	return p == "scripts/bootstrap-"+r.name()+"-k8s.sh"
}

// inGens tells whether a folder is one that gen writes, or around one.
func (r *reading) inGens(dir string) bool {
	for _, ours := range []string{"k8s/argocd-" + r.name(), "k8s/terraform-" + r.name(), "docs", "hosts", "machines", "roles", "scripts", "secrets"} {
		if dir == ours || strings.HasPrefix(dir, ours+"/") || strings.HasPrefix(ours, dir+"/") || dir == "." {
			return true
		}
	}
	return false
}

// ignored compares the .gitignore of the Terraform root with gen's.
func (r *reading) ignored(f *file) {
	f.say(taken, "")
	for line := range strings.Lines(string(f.data)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") && !slices.Contains([]string{"terraform.tfvars", "*.tfvars", "*.tfstate", "*.tfstate.*", ".terraform/", ".terraform", "*.auto.tfvars", "crash.log", "tfplan", "*.tfplan"}, line) {
			f.say(needsYou, line+": not in gen's, which is written anew: put it into a .gitignore above")
		}
	}
}

// knownValues are what gen's Helm values say too.
var knownValues = map[string][]string{
	"cilium.yaml": {"operator.replicas", "ipam.mode", "kubeProxyReplacement", "k8sServiceHost", "k8sServicePort", "hubble.enabled", "hubble.relay.enabled", "hubble.ui.enabled",
		"routingMode", "tunnelProtocol", "bpf.masquerade", "rollOutCiliumPods"},
	"argocd.yaml": {"server.extraArgs", "server.insecure", "repoServer.volumes", "repoServer.volumeMounts", "repoServer.env", "repoServer.initContainers", "configs.repositories",
		"configs.cm.kustomize.buildOptions", "configs.cm.application.resourceTrackingMethod", "configs.params.server.insecure", "configs.params.application.resourceTrackingMethod"},
}

// values compares Helm values of Cilium or Argo CD with what gen's have.
func (r *reading) values(f *file) {
	known, docs := knownValues[path.Base(f.path)], r.docs[f.path]
	if known == nil || len(docs) != 1 {
		f.say(yours, "")
		return
	}
	f.say(taken, "")
	f.say(needsYou, "compare both by helm template before the first apply: gen's values say more, and pods of the release start anew")
	for _, c := range items(docs[0].m, "repoServer", "initContainers") {
		if _, tag, ok := strings.Cut(text(c, "image"), "ksops:"); ok {
			r.versions.ksops = tag
		}
	}
	for _, more := range beyond(docs[0].m, known...) {
		field := map[string]string{"cilium.yaml": "cluster.cilium.valuesFile", "argocd.yaml": "argocd.valuesFile"}[path.Base(f.path)]
		f.say(needsYou, more+": not in gen's values: put it into a file of your own, and name that under "+field)
	}
}

// secretKeys compares the encrypted file that Terraform reads with what gen's root wants.
func (r *reading) secretKeys(f *file) {
	docs := r.docs[f.path]
	if len(docs) != 1 {
		return
	}
	for _, key := range []string{"argocd_age_key", "argocd_repo_ssh_key", "cloudflare_api_token"} {
		if docs[0].m[key] == nil && (key != "argocd_repo_ssh_key" || strings.HasPrefix(r.repo, "git@") || strings.HasPrefix(r.repo, "ssh://")) {
			f.say(needsYou, "gen's Terraform reads "+key+" there: sops "+f.path+" adds it (docs/RUNBOOK.md says what it is)")
		}
	}
}
