package verify

// A reader is a program, or gen itself, that reads some files of the tree.
type reader struct {
	name     string
	programs []string                 // any of them will do, the first one found is taken; none: gen itself
	kind     string                   // what it reads, in words, for "7 Nix files"
	find     func(*work) []string     // the artifacts, relative to the output root
	run      func(*job) (skip string) // why nothing was read, or ""
	install  string                   // how to get it
}

// Reader is what there is to know of a reader before it runs.
type Reader struct{ Name, Kind, Install string }

// Readers lists everything that can be asked, in the order of the table.
func Readers() []Reader {
	var all []Reader
	for _, r := range readers() {
		all = append(all, Reader{r.name, r.kind, r.install})
	}
	return all
}

// readers is everything that can be asked, in the order of the table. To add one,
// write its run function in a file of its own, and give it a line here.
func readers() []reader {
	return []reader{
		{name: "yaml", kind: "YAML files", find: suffix(".yaml", ".yml"), run: strictYAML},
		{name: "secrets", kind: "secret files", find: (*work).secretArtifacts, run: secrets},
		{name: "projects", kind: "folders of manifests", find: func(w *work) []string { plain, _ := w.ownFolders(); return plain }, run: plainManifests},
		{name: "ingress", kind: "ingress configurations", find: (*work).ingressFiles, run: reachable},
		{
			name: "nix-parse", programs: []string{"nix-instantiate"}, kind: "Nix files",
			find: suffix(".nix"), run: nixParse,
			install: "apt-get install nix-bin, or https://nixos.org/download",
		},
		{
			name: "nix-flake", programs: []string{"nix"}, kind: "flakes",
			find: named("flake.nix"), run: nixFlake,
			install: "https://nixos.org/download (" + nixSince + ")",
		},
		{
			name: "nix-eval", programs: []string{"nix"}, kind: "hosts",
			find: (*work).hosts, run: nixEval,
			install: "https://nixos.org/download (" + nixSince + ")",
		},
		{
			name: "terraform-fmt", programs: []string{"tofu", "terraform"}, kind: "Terraform roots",
			find: (*work).terraformRoots, run: terraformFmt,
			install: "https://opentofu.org/docs/intro/install",
		},
		{
			name: "terraform-validate", programs: []string{"tofu", "terraform"}, kind: "Terraform roots",
			find: (*work).terraformRoots, run: terraformValidate,
			install: "https://opentofu.org/docs/intro/install",
		},
		{
			name: "helm", programs: []string{"helm"}, kind: "Terraform roots and Applications with charts",
			find: (*work).chartUsers, run: helmTemplate,
			install: "go install helm.sh/helm/v3/cmd/helm@latest, or https://helm.sh/docs/intro/install",
		},
		{
			name: "kustomize", programs: []string{"kustomize", "kubectl"}, kind: "kustomizations",
			find: (*work).built, run: kustomizeBuild,
			install: "go install sigs.k8s.io/kustomize/kustomize/v5@latest, or kubectl",
		},
		{
			name: "kubeconform", programs: []string{"kubeconform"}, kind: "manifests",
			find: (*work).manifests, run: kubeconform,
			install: "go install github.com/yannh/kubeconform/cmd/kubeconform@latest",
		},
		{
			name: "cloudflared", programs: []string{"cloudflared"}, kind: "ingress configurations",
			find: (*work).ingressFiles, run: cloudflared,
			install: "https://developers.cloudflare.com/tunnel/downloads",
		},
		{
			name: "bash", programs: []string{"bash"}, kind: "scripts",
			find: (*work).scripts, run: bashParse,
			install: "apt-get install bash",
		},
		{
			name: "shellcheck", programs: []string{"shellcheck"}, kind: "scripts",
			find: (*work).scripts, run: shellcheck,
			install: "apt-get install shellcheck, or https://www.shellcheck.net",
		},
		{
			name: "sops", programs: []string{"sops"}, kind: "secret files",
			find: (*work).secretPaths, run: sopsRoundTrip,
			install: "go install github.com/getsops/sops/v3/cmd/sops@latest, or https://getsops.io/docs",
		},
	}
}
