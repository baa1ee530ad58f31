package verify

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"sitegen/internal/yamlread"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// application is an Argo CD Application of the tree, as far as it is looked at.
type application struct {
	path string // of its file

	Metadata struct{ Name string }
	Spec     struct {
		Project     string
		Destination struct{ Namespace string }
		Source      *source
		Sources     []source
	}
}

// source is a folder of the repository or a chart.
type source struct {
	Path, Chart    string
	RepoURL        string `yaml:"repoURL"`
	TargetRevision string `yaml:"targetRevision"`
	Helm           struct {
		ValueFiles   []string       `yaml:"valueFiles"`
		ValuesObject map[string]any `yaml:"valuesObject"`
	}
}

func (a application) sources() []source {
	if a.Spec.Source != nil {
		return []source{*a.Spec.Source}
	}
	return a.Spec.Sources
}

// argocd is what Argo CD reads of the tree.
type argocd struct {
	applications []application
	projects     map[string]*project
	of           map[string]*application // by the folders that they read
	prefix       string                  // before a path of the tree, from the top of the repository
}

// readArgocd reads the Applications and projects among the verified files.
func (w *work) readArgocd() argocd {
	found := argocd{projects: map[string]*project{}, of: map[string]*application{}}
	folders := map[string]bool{}
	for _, p := range suffix(".yaml", ".yml")(w) {
		folders[path.Dir(p)] = true
		switch data := w.read(p); kindIn(data) {
		case "Application":
			a := application{path: p}
			if decode(data, &a) == nil {
				found.applications = append(found.applications, a)
			}
		case "AppProject":
			is := new(project)
			if decode(data, is) == nil {
				found.projects[is.Metadata.Name] = is
			}
		}
	}
	found.prefix = prefixOf(found.applications, folders)
	for i, a := range found.applications {
		for _, f := range found.folders(a) {
			found.of[f] = &found.applications[i]
		}
	}
	return found
}

// kindIn is the kind of the first document, if it is one of Argo CD's: most files
// are not, and not decoded.
func kindIn(data []byte) string {
	if !bytes.Contains(data, []byte("argoproj.io/")) {
		return ""
	}
	var o object
	_ = decode(data, &o)
	return o.Kind
}

// prefixOf finds some Application that reads a folder which gen wrote, and what
// stands before that in its path.
func prefixOf(applications []application, folders map[string]bool) string {
	for _, a := range applications {
		for _, s := range a.sources() {
			for prefix, rest := "", s.Path; rest != ""; {
				if folders[rest] {
					return prefix
				}
				first, more, _ := strings.Cut(rest, "/")
				prefix, rest = prefix+first+"/", more
			}
		}
	}
	return ""
}

// folders are those of the tree that an Application reads.
func (r *argocd) folders(a application) []string {
	var all []string
	for _, s := range a.sources() {
		if s.Path != "" {
			all = append(all, strings.TrimPrefix(s.Path, r.prefix))
		}
	}
	return all
}

// values are the files of the tree with the values of a chart: $REF/PATH.
func (r *argocd) values(s source) []string {
	var all []string
	for _, v := range s.Helm.ValueFiles {
		if _, p, ok := strings.Cut(v, "/"); ok {
			all = append(all, strings.TrimPrefix(p, r.prefix))
		}
	}
	return all
}

// ofApplications lists the files of the tree that Applications read.
func (w *work) ofApplications() []string {
	var all []string
	for _, a := range w.argocd.applications {
		all = append(all, w.inFolders(w.argocd.folders(a))...)
		for _, s := range a.sources() {
			all = append(all, slices.DeleteFunc(w.argocd.values(s), func(p string) bool { return !slices.Contains(w.tree, p) })...)
		}
	}
	return all
}

// ownFolders are the user's folders that Applications read and that are there; those
// with a kustomization are kustomize's to build.
func (w *work) ownFolders() (plain, built []string) {
	for _, a := range w.argocd.applications {
		for _, f := range w.argocd.folders(a) {
			files := slices.DeleteFunc(w.inFolders([]string{f}), func(p string) bool { return path.Dir(p) != f })
			owned := slices.ContainsFunc(files, func(p string) bool { return slices.Contains(w.own, p) })
			k := slices.IndexFunc(files, func(p string) bool { return slices.Contains(kustomizations(), path.Base(p)) })
			switch {
			case owned || len(files) == 0:
			case k >= 0:
				built = append(built, files[k])
			default:
				plain = append(plain, f)
			}
		}
	}
	slices.Sort(plain)
	slices.Sort(built)
	return slices.Compact(plain), slices.Compact(built)
}

// plainManifests holds the manifests of the user's folders that are no
// kustomizations to the projects of their Applications.
func plainManifests(j *job) string {
	j.each(func(j *job, folder string) {
		for _, p := range j.all {
			if path.Dir(p) != folder || !slices.Contains([]string{".yaml", ".yml", ".json"}, path.Ext(p)) {
				continue
			}
			docs, err := yamlread.Documents(j.read(p))
			if err != nil {
				j.problem(p, yamlLine(err.Error()), "is no YAML: %v", err)
			}
			j.permitted(p, j.argocd.of[folder], docs)
		}
	})
	return ""
}

// chartsOf are the charts of an artifact, and the folder that they are rendered in.
func (j *job) chartsOf(artifact string) (found []release, dir string, err error) {
	for _, a := range j.argocd.applications {
		if a.path == artifact {
			found, err = j.applied(a)
			return found, ".", err
		}
	}
	found, err = j.releases(artifact)
	return found, artifact, err
}

// applied are the charts of an Application. A registry has no scheme there, and the
// values in it are written into a file.
func (j *job) applied(a application) ([]release, error) {
	var found []release
	for _, s := range a.sources() {
		if s.Chart == "" {
			continue
		}
		r := release{file: a.path, name: a.Metadata.Name, namespace: a.Spec.Destination.Namespace,
			repository: s.RepoURL, chart: s.Chart, version: s.TargetRevision, values: j.argocd.values(s), application: &a}
		if !strings.Contains(r.repository, "://") {
			r.repository = "oci://" + r.repository
		}
		if s.Helm.ValuesObject != nil {
			data, err := yaml.Marshal(s.Helm.ValuesObject)
			if err != nil {
				return nil, err
			}
			values := filepath.Join(j.home, a.Metadata.Name+"-values.yaml")
			if err := os.WriteFile(values, data, 0o600); err != nil {
				return nil, err
			}
			r.values = append(r.values, values)
		}
		found = append(found, r)
	}
	return found, nil
}
