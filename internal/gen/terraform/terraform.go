// Package terraform writes the Terraform root of a site: what must be there before
// Argo CD can take over (Cilium, two namespaces, their secrets, Argo CD itself),
// and what lies at Cloudflare (the tunnel, DNS, Access, redirects).
//
// Everything the spec knows is written out as a literal; variables are left for
// what is different on each operator's machine. The Helm values beside it are
// package helm's, and nothing here runs Terraform or knows whether a provider
// would take an argument: `tofu validate` says that.
package terraform

import (
	"fmt"
	"path"

	"sitegen/internal/site"
	"sitegen/internal/tf"
	"sitegen/internal/tree"
)

// Files are the files of the Terraform root, without the Helm values.
func Files(s *site.Site) ([]tree.File, error) {
	var files []tree.File
	for _, f := range []struct {
		name  string
		write func(*tf.File, *site.Site)
		leave bool // nothing is in it
	}{
		{name: "argocd.tf", write: argocd},
		{name: "cilium.tf", write: cilium},
		{name: "cloudflare-access.tf", write: access},
		{name: "cloudflare-redirects.tf", write: redirects, leave: len(s.Redirects) == 0},
		{name: "cloudflare-zones.tf", write: madeZones},
		{name: "cloudflare.tf", write: cloudflare},
		{name: "outputs.tf", write: outputs},
		{name: "providers.tf", write: providers},
		{name: "secrets.tf", write: secrets},
		{name: "terraform.tfvars.example", write: example},
		{name: "variables.tf", write: variables},
		{name: "versions.tf", write: versions},
	} {
		if f.leave {
			continue
		}
		file := tf.New(tree.Header)
		f.write(file, s)
		data, err := file.Bytes()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		files = append(files, tree.File{Path: path.Join(s.TerraformDir(), f.name), Mode: 0o644, Data: data})
	}
	return append(files, tree.File{Path: path.Join(s.TerraformDir(), ".gitignore"), Mode: 0o644, Data: []byte(gitignore)}), nil
}

// gitignore keeps state and plans out of git: both hold the tunnel's secret in
// clear text. The lock file is committed.
const gitignore = "# " + tree.Header + `
.terraform/
*.tfstate
*.tfstate.*
*.tfplan
tfplan
terraform.tfvars
*.auto.tfvars
*.auto.tfvars.json
override.tf
*_override.tf
crash.log
crash.*.log
`

// inModule is a path relative to the Terraform root, whatever the working
// directory is.
func inModule(rel string) tf.Expr {
	return tf.Template(tf.Ref("path", "module"), tf.String("/"+rel))
}

// toRoot leads from the Terraform root to the output root: k8s/terraform-NAME is
// two folders deep.
const toRoot = "../../"

// fields makes the maps below readable.
type fields = map[string]tf.Expr
