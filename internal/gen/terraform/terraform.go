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

// part is a file of a root.
type part struct {
	name  string
	write func(*tf.File, *site.Site)
	leave bool // nothing is in it
}

// Files are the files of the Terraform roots, without the Helm values.
func Files(s *site.Site) ([]tree.File, error) {
	roots, dirs := s.Roots(), s.TerraformDirs()
	own := roots[0]
	files, err := root(s, s.TerraformDir(), []part{
		{name: "argocd.tf", write: argocd},
		{name: "cilium.tf", write: cilium},
		{name: "cloudflare-access.tf", write: access},
		{name: "cloudflare-redirects.tf", write: in(own, redirects), leave: len(own.Redirects) == 0},
		{name: "cloudflare-zones.tf", write: in(own, madeZones)},
		{name: "cloudflare.tf", write: in(own, cloudflare)},
		{name: "outputs.tf", write: func(f *tf.File, s *site.Site) { outputs(f, s, own) }},
		{name: "providers.tf", write: providers},
		{name: "secrets.tf", write: secrets},
		{name: "terraform.tfvars.example", write: example},
		{name: "variables.tf", write: variables},
		{name: "versions.tf", write: versions},
	})
	if err != nil {
		return nil, err
	}
	for n, r := range roots[1:] {
		more, err := zoneRoot(r, dirs[n+1])
		if err != nil {
			return nil, err
		}
		files = append(files, more...)
	}
	return files, nil
}

// in has a file written for a part of the site.
func in(s *site.Site, write func(*tf.File, *site.Site)) func(*tf.File, *site.Site) {
	return func(f *tf.File, _ *site.Site) { write(f, s) }
}

func root(s *site.Site, dir string, parts []part) ([]tree.File, error) {
	var files []tree.File
	for _, f := range parts {
		if f.leave {
			continue
		}
		file := tf.New(tree.Header)
		f.write(file, s)
		data, err := file.Bytes()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		files = append(files, tree.File{Path: path.Join(dir, f.name), Mode: 0o644, Data: data})
	}
	return append(files, tree.File{Path: path.Join(dir, ".gitignore"), Mode: 0o644, Data: []byte(gitignore)}), nil
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
