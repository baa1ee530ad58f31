package site

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sitegen/internal/spec"
)

// Beside is a folder of manifests that the user brings: gen knows no more of what
// is in it than the spec says.
type Beside struct {
	Kind          BesideKind
	Name          string // and of its Application, its project and its folder in ArgoDir
	Namespace     string
	OwnsNamespace bool     // of several in one namespace, the first makes it
	PodSecurity   string   // of the namespace
	Namespaces    []string // others that it may have objects in, sorted
	Kinds         []GroupKind
	ClusterKinds  []GroupKind
	Secrets       []string // keys of its encrypted file, sorted
	AllowFrom     []string // namespaces of the apps that may connect to its own, sorted
	Keep          bool     // its objects stay when it is gone from the spec

	Path string // of a folder, relative to the output root
}

// BesideKind says what a Beside is.
type BesideKind string

// The kinds of Beside: the fields of the spec that they are under.
const (
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

// Beside are the folders.
func (s *Site) Beside() []*Beside { return s.Folders }

// SecretName is the Secret that the keys of an encrypted file become.
func (b *Beside) SecretName() string { return b.Name + "-secrets" }

// Filled tells whether gen writes a folder for it: for its namespace, or what
// decrypts its file.
func (b *Beside) Filled() bool { return b.OwnsNamespace || len(b.Secrets) > 0 }

func resolveBeside(s *Site, sp *spec.Spec) {
	for _, name := range slices.Sorted(maps.Keys(sp.Folders)) {
		f := sp.Folders[name]
		b := newBeside(KindFolder, name, f.Beside, f.Kinds)
		b.Path = f.Path
		s.Folders = append(s.Folders, b)
	}
	made := map[string]bool{}
	for _, b := range s.Beside() {
		b.OwnsNamespace = !made[b.Namespace]
		made[b.Namespace] = true
	}
}

func newBeside(kind BesideKind, name string, b spec.Beside, kinds []string) *Beside {
	return &Beside{
		Kind: kind, Name: name, Namespace: cmp.Or(b.Namespace, name),
		PodSecurity: b.PodSecurity, Namespaces: Sorted(b.Namespaces),
		Kinds: parseKinds(kinds), ClusterKinds: parseKinds(b.ClusterKinds),
		Secrets: Sorted(b.Secrets), AllowFrom: Sorted(b.Allow), Keep: b.OnRemoval == "keep",
	}
}

func parseKinds(texts []string) []GroupKind {
	var kinds []GroupKind
	for _, text := range Sorted(texts) {
		kinds = append(kinds, ParseKind(text))
	}
	return kinds
}
