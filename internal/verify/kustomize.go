package verify

import (
	"bytes"
	"path"
	"path/filepath"
	"sitegen/internal/sopsread"
	"sitegen/internal/yamlread"
	"slices"
	"strings"

	yaml "sigs.k8s.io/yaml/goyaml.v3"
)

// ksopsKind is the kind of the generators that decrypt while kustomize runs.
const ksopsKind = "ksops"

// kustomizeBuild builds every kustomization in a copy. Generators of ksops run on
// stand-ins of the encrypted files, with a key made for it: the build then needs
// nobody's key. Without ksops and sops they are left out.
func kustomizeBuild(j *job) string {
	w, err := j.clone("kustomize")
	if err != nil {
		return err.Error()
	}
	j.work = w
	generators, env := j.prepareKsops()
	nothing := map[string]bool{}
	// A kustomization may build on another one, so all are edited before any is built.
	for _, artifact := range j.artifacts {
		left, rest, err := j.keepGenerators(artifact, generators)
		if err != nil {
			j.problem(artifact, 0, "%v", err)
		}
		for _, g := range left {
			j.note("%s: generator %s left out: it needs kustomize, ksops and sops on PATH, and an example file", artifact, g)
		}
		nothing[artifact] = len(left) > 0 && !rest
	}
	var args []string
	if len(generators) > 0 {
		args = []string{"--enable-alpha-plugins", "--enable-exec"}
	}
	j.each(func(j *job, artifact string) {
		if !nothing[artifact] { // kustomize refuses an empty one
			j.build(artifact, args, env)
		}
	})
	return ""
}

// built lists what kustomize builds: gen's kustomizations, and those of the user's
// that Applications read.
func (w *work) built() []string {
	_, own := w.ownFolders()
	return append(named(kustomizations()...)(w), own...)
}

func (j *job) build(artifact string, extra, env []string) {
	verb := "build"
	if j.kubectl() {
		verb = "kustomize"
	}
	out, err := j.run(Command{Path: j.program, Dir: j.file(path.Dir(artifact)), Args: append([]string{verb, "."}, extra...), Env: env})
	if j.refused(artifact, out, err) {
		return
	}
	docs, err := yamlread.Documents(out.Stdout)
	if err != nil {
		j.problem(artifact, 0, "builds to what is no YAML: %v", err)
	} else if len(docs) == 0 {
		j.problem(artifact, 0, "builds to nothing")
	}
	j.permitted(artifact, j.argocd.of[path.Dir(artifact)], docs)
	if warnings := j.tidy(string(out.Stderr)); warnings != "" {
		j.problem(artifact, 0, "%s", warnings)
	}
}

// kubectl tells whether the program is kubectl, which starts no plug-in.
func (j *job) kubectl() bool {
	return strings.TrimSuffix(filepath.Base(j.program), ".exe") == "kubectl"
}

// prepareKsops makes the stand-ins, and returns the generators that can run with
// them, and the environment for that.
func (j *job) prepareKsops() (generators map[string]bool, env []string) {
	generators = map[string]bool{}
	sops, sopsErr := j.opts.Runner.Look("sops")
	_, ksopsErr := j.opts.Runner.Look("ksops")
	key, keyErr := newKey()
	if j.kubectl() || sopsErr != nil || ksopsErr != nil || keyErr != nil || !j.onlyKsops() {
		return generators, j.environment()
	}
	examples := map[string]string{}
	for _, s := range j.secretFiles() {
		examples[s.path] = s.example
	}
	for g, files := range j.ksopsGenerators() {
		failed := slices.ContainsFunc(files, func(f string) bool {
			out, err := j.run(Command{
				Path: sops, Dir: j.home, Stdin: j.read(examples[f]),
				Args: []string{"encrypt", "--age", key.recipient, "--encrypted-regex", "^(data|stringData)$", "--filename-override", "secrets.yaml"},
			})
			return examples[f] == "" || err != nil || out.Code != 0 || j.write(f, out.Stdout) != nil
		})
		if !failed {
			generators[g] = true
		}
	}
	return generators, j.environment("SOPS_AGE_KEY=" + key.secret)
}

// onlyKsops tells whether ksops is the only program that the tree names as a
// plug-in. Otherwise no plug-in is started: a tree may be somebody else's proposal.
func (j *job) onlyKsops() bool {
	const annotation = "config.kubernetes.io/function"
	for _, p := range j.all {
		data := j.read(p)
		n := bytes.Count(data, []byte(annotation))
		if n == 0 || path.Ext(p) != ".yaml" && path.Ext(p) != ".yml" {
			continue
		}
		value := sopsread.Leaves(data)["metadata.annotations."+annotation]
		if n != 1 || strings.Join(strings.Fields(value), " ") != "exec: path: ksops" {
			j.note("no generator was run: %s names a plug-in that is not ksops", p)
			return false
		}
	}
	return true
}

// keepGenerators takes the generators of ksops that cannot run out of a
// kustomization of the copy, and returns them, and whether anything is left in it. One
// that is no YAML stays as it is: the build says so.
func (j *job) keepGenerators(artifact string, runs map[string]bool) (left []string, rest bool, err error) {
	var all map[string]any
	if decode(j.read(artifact), &all) != nil {
		return nil, true, nil
	}
	listed, ok := all["generators"].([]any)
	if !ok {
		return nil, true, nil
	}
	kept := slices.DeleteFunc(listed, func(g any) bool {
		name, ok := g.(string)
		p := path.Join(path.Dir(artifact), name)
		out := ok && j.head(p).Kind == ksopsKind && !runs[p]
		if out {
			left = append(left, name)
		}
		return out
	})
	if len(left) == 0 {
		return nil, true, nil
	}
	if all["generators"] = kept; len(kept) == 0 {
		delete(all, "generators")
	}
	data, err := yaml.Marshal(all)
	if err != nil {
		return nil, true, err
	}
	for key := range all {
		rest = rest || key != "apiVersion" && key != "kind"
	}
	return left, rest, j.write(artifact, data)
}

// ksopsGenerators maps each generator of ksops to the files that it decrypts.
func (w *work) ksopsGenerators() map[string][]string {
	generators := map[string][]string{}
	for _, p := range suffix(".yaml", ".yml")(w) {
		if w.head(p).Kind != ksopsKind {
			continue
		}
		var g struct{ Files []string }
		_ = decode(w.read(p), &g) // what does not fit names no files
		generators[p] = []string{}
		for _, f := range g.Files {
			generators[p] = append(generators[p], path.Join(path.Dir(p), f))
		}
	}
	return generators
}
