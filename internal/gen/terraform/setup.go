package terraform

import (
	"slices"
	"strings"

	"sitegen/internal/site"
	"sitegen/internal/tf"
)

// The names of resources that several files refer to.
const (
	sopsFile = "k8s"           // ephemeral sops_file
	random   = "tunnel_secret" // random_bytes
)

// pin is a provider of a root, and its version.
type pin struct{ name, source, version string }

func ownPin(name, version string) pin { return pin{name, site.ProviderSources()[name], version} }

func versions(f *tf.File, s *site.Site) {
	v := s.Versions.Providers
	pins := []pin{
		ownPin("cloudflare", v.Cloudflare), ownPin("helm", v.Helm), ownPin("kubectl", v.Kubectl),
		ownPin("kubernetes", v.Kubernetes), ownPin("random", v.Random), ownPin("sops", v.Sops),
	}
	for name, p := range s.Terraform.Providers {
		pins = append(pins, pin{name, p.Source, p.Version})
	}
	slices.SortFunc(pins, func(a, b pin) int { return strings.Compare(a.name, b.name) })
	terraformBlock(f, s, pins,
		"The state is the file terraform.tfstate here, kept out of git. It holds the tunnel's secret:",
		"give the spec an S3-compatible bucket, or set TF_ENCRYPTION for OpenTofu's own encryption.",
	)
}

func terraformBlock(f *tf.File, s *site.Site, pins []pin, state ...string) {
	t := f.Block("terraform")
	t.Comment("Write-only arguments and ephemeral resources need 1.11, in Terraform and in OpenTofu.")
	t.Set("required_version", tf.String(s.Versions.Terraform))
	p := t.Block("required_providers")
	for _, pin := range pins {
		p.Set(pin.name, tf.Object(fields{"source": tf.String(pin.source), "version": tf.String(pin.version)}))
	}
	if s.Terraform.S3 != nil {
		s3(t, s.Terraform.S3)
		return
	}
	t.Comment(state...)
}

// s3 writes the backend. A service that is not AWS has no STS, no instance
// metadata and no AWS regions to ask about, and R2 refuses the SDK's checksums.
func s3(t *tf.Body, bucket *site.S3) {
	t.Comment("Credentials: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.")
	b := t.Block("backend", "s3")
	b.Set("bucket", tf.String(bucket.Bucket))
	b.Set("key", tf.String(bucket.Key))
	b.Set("region", tf.String(bucket.Region))
	b.Comment("Two people applying at once would each write a state.")
	b.Set("use_lockfile", tf.Bool(true))
	if bucket.Endpoint == "" {
		b.Set("encrypt", tf.Bool(true))
		return
	}
	b.Set("endpoints", tf.Object(fields{"s3": tf.String(bucket.Endpoint)}))
	b.Comment("These checks know only AWS.")
	for _, name := range []string{
		"skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation",
		"skip_requesting_account_id", "skip_s3_checksum", "use_path_style",
	} {
		b.Set(name, tf.Bool(true))
	}
}

func providers(f *tf.File, _ *site.Site) {
	f.Comment("The token is read from the encrypted file at each run and is in no state and no plan.")
	f.Block("provider", "cloudflare").Set("api_token", secret(site.KeyCloudflareToken))

	f.Block("provider", "helm").Set("kubernetes", tf.Object(fields{"config_context": kubeContext(), "config_path": kubeconfig()}))
	for _, name := range []string{"kubectl", "kubernetes"} {
		p := f.Block("provider", name)
		p.Set("config_context", kubeContext())
		p.Set("config_path", kubeconfig())
	}
}

func kubeconfig() tf.Expr  { return tf.Call("pathexpand", tf.Ref("var", "kubeconfig_path")) }
func kubeContext() tf.Expr { return tf.Ref("var", "kubeconfig_context") }

// secret is one value of the encrypted file that only the operator's machine reads.
func secret(key string) tf.Expr {
	return tf.Ref("ephemeral", "sops_file", sopsFile, "data").Index(tf.String(key))
}

// kubeconfigPath is where the bootstrap script puts the kubeconfig.
func kubeconfigPath(s *site.Site) string { return "~/.kube/" + s.Name + ".yaml" }

func variables(f *tf.File, s *site.Site) {
	f.Comment("What differs from one operator's machine to the next; all else follows from the site spec.")
	v := f.Block("variable", "kubeconfig_path")
	v.Set("description", tf.String("kubeconfig of this site's cluster, and of no other"))
	v.Set("type", tf.Ref("string"))
	v.Set("default", tf.String(kubeconfigPath(s)))
	v.Comment("Without the file the providers would quietly try localhost.")
	check := v.Block("validation")
	check.Set("condition", tf.Fixed("fileexists(pathexpand(var.kubeconfig_path))"))
	check.Set("error_message", tf.String("There is no such file: scripts/bootstrap-"+s.Name+"-k8s.sh fetches the kubeconfig."))

	v = f.Block("variable", "kubeconfig_context")
	v.Set("description", tf.String("context in the kubeconfig; null is its current one"))
	v.Set("type", tf.Ref("string"))
	v.Set("default", tf.Null())
}

func example(f *tf.File, s *site.Site) {
	f.Comment("Copy to terraform.tfvars (which git ignores) to change a default.")
	f.Set("kubeconfig_path", tf.String(kubeconfigPath(s)))
	f.Set("kubeconfig_context", tf.Null())
}
