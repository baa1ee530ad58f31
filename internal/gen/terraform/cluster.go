package terraform

import (
	"path"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// seconds that a chart may take to become ready on a fresh machine, image pulls
// included.
const chartTimeout = 900

// chart writes a helm_release. upgrade_install makes a failed first try repeatable:
// the provider keeps no state of it, and Helm refuses to install over it.
func chart(f *tf.File, name, namespace, repository, chart, version, own string) *tf.Body {
	r := f.Block("resource", "helm_release", name)
	r.Set("name", tf.String(name))
	r.Set("namespace", tf.String(namespace))
	r.Set("repository", tf.String(repository))
	r.Set("chart", tf.String(chart))
	r.Set("version", tf.String(version))
	values := []tf.Expr{tf.Call("file", inModule("values/"+name+".yaml"))}
	if own != "" { // what comes later counts
		values = append(values, tf.Call("file", inModule(toRoot+own)))
	}
	r.Set("values", tf.Tuple(values...))
	r.Comment("A first try that failed is taken up again instead of refused as a name in use.")
	r.Set("upgrade_install", tf.Bool(true))
	r.Set("wait", tf.Bool(true))
	r.Set("timeout", tf.Int(chartTimeout))
	return r
}

func cilium(f *tf.File, s *site.Site) {
	f.Comment("Before Cilium is ready no node is, and no pod gets an address: all that runs in the cluster waits for it.")
	chart(f, "cilium", "kube-system", "https://helm.cilium.io", "cilium", s.Versions.Charts.Cilium, s.Cluster.Cilium.ValuesFile)
}

func argocd(f *tf.File, s *site.Site) {
	f.Comment("Argo CD starts when its keys are there; from here on git decides what runs in the cluster.")
	r := chart(f, "argocd", "argocd", "https://argoproj.github.io/argo-helm", "argo-cd", s.Versions.Charts.ArgoCD, s.Spec.ArgoCD.ValuesFile)
	needs := []tf.Expr{tf.Ref("kubernetes_namespace_v1", "argocd"), tf.Ref("kubernetes_secret_v1", "sops_age_key")}
	if s.Repo.Kind != site.RepoPublic {
		needs = append(needs, tf.Ref("kubernetes_secret_v1", "repository"))
	}
	r.Set("depends_on", tf.List(needs...))

	f.Comment("The root Application belongs to this project, so the project comes first.")
	manifest(f, s, "platform_project", "projects/platform.yaml", tf.Ref("helm_release", "argocd"))

	f.Comment("Everything else follows from this one; cloudflared is its first, and wants its credentials.")
	needs = []tf.Expr{tf.Ref("kubectl_manifest", "platform_project")}
	for _, c := range s.Connectors() {
		needs = append(needs, tf.Ref("kubernetes_secret_v1", underscored("cloudflared_credentials", c)))
	}
	if len(s.AccessKeys()) > 0 {
		needs = append(needs, tf.Ref("kubernetes_config_map_v1", "access_applications"))
	}
	manifest(f, s, "app_of_apps", "app-of-apps.yaml", needs...)
}

// manifest applies a file of the Argo CD folder. Argo CD manages the same object
// later, so fields are taken over from it where the two disagree.
func manifest(f *tf.File, s *site.Site, name, file string, needs ...tf.Expr) {
	r := f.Block("resource", "kubectl_manifest", name)
	r.Set("yaml_body", tf.Call("file", inModule("../"+path.Base(s.ArgoDir())+"/"+file)))
	r.Set("server_side_apply", tf.Bool(true))
	r.Set("force_conflicts", tf.Bool(true))
	r.Set("field_manager", tf.String("terraform"))
	r.Set("depends_on", tf.List(needs...))
}

func secrets(f *tf.File, s *site.Site) {
	l := f.Block("locals")
	l.Set("secrets_file", inModule(toRoot+s.K8sSecrets()))
	l.Blank()
	l.Comment("A file that is not there yet is sops_file's to report.")
	l.Set("secrets_hash", tf.Fixed(`try(filesha256(local.secrets_file), "")`))

	f.Comment("Decrypted in memory with the operator's own age key; nothing of it gets into the state.")
	f.Block("ephemeral", "sops_file", sopsFile).Set("source_file", tf.Ref("local", "secrets_file"))

	namespace(f, "argocd")
	namespace(f, "cloudflared")

	f.Comment(
		"Write-only data is in no state and no plan. It is sent again when the revision changes, so each",
		"revision is made from what the data is made of.",
	)
	f.Blank()
	f.Comment("What cloudflared logs in with; its pods read it when they start.")
	for _, c := range s.Connectors() {
		secretObject(f, underscored("cloudflared_credentials", c), c.Credentials(), "cloudflared", nil,
			fields{"credentials.json": tf.Call("jsonencode", tf.Object(fields{
				"AccountTag": tf.Ref("local", "account_id"), "TunnelID": tunnelID(c), "TunnelSecret": tunnelSecret(c),
			}))},
			tf.Ref("local", "account_id"), tunnelID(c), tunnelSecret(c))
	}

	if s.Repo.Kind != site.RepoPublic {
		repository(f, s)
	}

	f.Comment("The key that Argo CD decrypts the apps' secrets with.")
	secretObject(f, "sops_age_key", "sops-age-key", "argocd", nil,
		fields{"keys.txt": secret(site.KeyArgoCDAge)}, secretsHash())
}

func secretsHash() tf.Expr { return tf.Ref("local", "secrets_hash") }

// namespace makes a namespace of the platform. Argo CD's chart gives every pod a
// security context that the restricted level takes, and so do our own values and
// manifests.
func namespace(f *tf.File, name string) {
	r := f.Block("resource", "kubernetes_namespace_v1", name)
	m := r.Block("metadata")
	m.Set("name", tf.String(name))
	m.Set("labels", tf.Map(fields{"pod-security.kubernetes.io/enforce": tf.String("restricted")}))
	r.Set("depends_on", tf.Tuple(tf.Ref("helm_release", "cilium")))
}

// secretObject writes a Secret whose data is write-only. Its revision is a number
// made from everything the data depends on; the provider wants 1 at least.
func secretObject(f *tf.File, name, object, ns string, labels, data fields, from ...tf.Expr) {
	r := f.Block("resource", "kubernetes_secret_v1", name)
	m := r.Block("metadata")
	m.Set("name", tf.String(object))
	m.Set("namespace", tf.Ref("kubernetes_namespace_v1", ns, "metadata").Index(tf.Int(0)).Attr("name"))
	if labels != nil {
		m.Set("labels", tf.Map(labels))
	}
	r.Set("data_wo", tf.Map(data))
	hash := tf.Call("sha256", tf.Call("join", append([]tf.Expr{tf.String(" ")}, tf.Tuple(from...))...))
	r.Set("data_wo_revision", tf.Call("max", tf.Int(1), tf.Call("parseint", tf.Call("substr", hash, tf.Int(0), tf.Int(7)), tf.Int(16))))
}

func repository(f *tf.File, s *site.Site) {
	url := tf.String(s.Repo.URL)
	data := fields{"type": tf.String("git"), "url": url}
	if s.Repo.Kind == site.RepoSSH {
		data["sshPrivateKey"] = secret(site.KeyRepoSSH)
	} else {
		// The forges look at the token only, but want a user name that is not empty.
		data["username"], data["password"] = tf.String("git"), secret(site.KeyRepoToken)
	}
	f.Comment("The label is what makes Argo CD take the Secret for a repository.")
	secretObject(f, "repository", "repository", "argocd",
		fields{"argocd.argoproj.io/secret-type": tf.String("repository")}, data, secretsHash(), url)
}
