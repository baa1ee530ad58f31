package site

import (
	"cmp"
	"maps"
	"sitegen/internal/diag"
	"slices"
	"strings"

	"sitegen/internal/spec"
)

// Beside is a Helm chart or a folder of manifests that the user brings: gen knows no
// more of what is in it than the spec says.
type Beside struct {
	spec.Beside // its lists sorted; Namespace is never empty
	Kind        BesideKind
	Name        string // and of its Application, its project and its folder in ArgoDir

	OwnsNamespace bool // of several in one namespace, the first of the earliest wave makes it
	Kinds         []GroupKind
	ClusterKinds  []GroupKind

	Path  string // of a folder, relative to the output root
	Chart *Chart // nil for a folder
}

// Chart is where a Helm chart comes from, and its values: as data or as a file of
// the user's, or neither.
type Chart struct {
	Name, Version string
	Repo          string // as Argo CD has it: a URL, or HOST/PATH of a registry
	Values        spec.Data
	ValuesFile    string // relative to the output root
}

// BesideKind says what a Beside is.
type BesideKind string

// The kinds of Beside: the fields of the spec that they are under.
const (
	KindChart  BesideKind = "charts"
	KindFolder BesideKind = "folders"
)

// GroupKind is a kind of objects; * stands for any.
type GroupKind struct{ Group, Kind string }

// ParseKind reads GROUP/KIND, a KIND without a group, or * for all.
func ParseKind(text string) GroupKind {
	if text == "*" {
		return GroupKind{"*", "*"}
	}
	group, kind, ok := strings.Cut(text, "/")
	if !ok {
		return GroupKind{"", text}
	}
	return GroupKind{group, kind}
}

// Beside are the charts followed by the folders.
func (s *Site) Beside() []*Beside {
	return append(append([]*Beside(nil), s.Charts...), s.Folders...)
}

// SecretName is the Secret that the keys of an encrypted file become.
func (b *Beside) SecretName() string { return b.Name + "-secrets" }

// OwnFolders are the folders of the user's that Argo CD reads, sorted.
func (s *Site) OwnFolders() []string {
	var all []string
	for _, f := range s.Folders {
		all = append(all, f.Path)
	}
	for _, w := range s.Workloads() {
		if w.Component != nil {
			all = append(all, w.Component.Path)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Keep tells whether its objects stay when it is gone from the spec.
func (b *Beside) Keep() bool { return b.OnRemoval == "keep" }

// Filled tells whether gen writes a folder for it: for its namespace, or what
// decrypts its file.
func (b *Beside) Filled() bool { return b.OwnsNamespace || len(b.Secrets) > 0 }

func resolveBeside(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Charts)) {
		c := sp.Charts[name]
		kinds := c.Kinds
		if kinds == nil {
			kinds = []string{"*"}
		}
		b := newBeside(KindChart, name, c.Beside, kinds)
		b.Chart = &Chart{c.Chart, c.Version, strings.TrimPrefix(c.Repo, "oci://"), c.Values, c.ValuesFile}
		s.Charts = append(s.Charts, b)
	}
	if s.Longhorn() {
		s.Charts = append(s.Charts, longhorn(s, sp))
	}
	for _, name := range slices.Sorted(maps.Keys(sp.Folders)) {
		f := sp.Folders[name]
		b := newBeside(KindFolder, name, f.Beside, f.Kinds)
		b.Path = f.Path
		s.Folders = append(s.Folders, b)
	}
	made := map[string]bool{}
	all := s.Beside()
	slices.SortStableFunc(all, func(a, b *Beside) int { return cmp.Compare(a.Wave, b.Wave) }) // the later ones wait for the namespace
	for _, b := range all {
		b.OwnsNamespace = !made[b.Namespace]
		made[b.Namespace] = true
	}
}

func newBeside(kind BesideKind, name string, b spec.Beside, kinds []string) *Beside {
	b.Namespace = cmp.Or(b.Namespace, name)
	b.Namespaces, b.Secrets, b.Allow = Sorted(b.Namespaces), Sorted(b.Secrets), Sorted(b.Allow)
	return &Beside{Beside: b, Kind: kind, Name: name, Kinds: parseKinds(kinds), ClusterKinds: parseKinds(b.ClusterKinds)}
}

func parseKinds(texts []string) []GroupKind {
	var kinds []GroupKind
	for _, text := range Sorted(texts) {
		kinds = append(kinds, ParseKind(text))
	}
	return kinds
}

// OwnValues is a file of the user's with values of a chart.
type OwnValues struct {
	At   diag.Path
	File string // relative to the output root
	By   string // what reads it
}

// OwnValues lists them: those of the charts, and what is said beside gen's own.
func (s *Site) OwnValues() []OwnValues {
	var all []OwnValues
	add := func(file, by string, at ...any) {
		if file != "" {
			all = append(all, OwnValues{diag.Path(at), file, by})
		}
	}
	add(s.Spec.ArgoCD.ValuesFile, "Helm in Terraform, for Argo CD", "argocd", "valuesFile")
	add(s.Cluster.Cilium.ValuesFile, "Helm in Terraform, for Cilium", "cluster", "cilium", "valuesFile")
	for _, b := range s.Charts {
		add(b.Chart.ValuesFile, "Helm in Argo CD, for "+b.Name, "charts", b.Name, "valuesFile")
	}
	return all
}
