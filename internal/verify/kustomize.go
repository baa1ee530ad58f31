package verify

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml/goyaml.v3"
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
	j.each(func(j *job, artifact string) {
		left, err := j.keepGenerators(artifact, generators)
		if err != nil {
			j.problem(artifact, 0, "%v", err)
			return
		}
		for _, g := range left {
			j.note("%s: generator %s left out: it needs ksops and sops on PATH, and an example file", artifact, g)
		}
		j.build(artifact, env)
	})
	return ""
}

func (j *job) build(artifact string, env []string) {
	args := []string{"build", "."}
	if strings.TrimSuffix(filepath.Base(j.program), ".exe") == "kubectl" {
		args = []string{"kustomize", "."}
	}
	args = append(args, "--enable-alpha-plugins", "--enable-exec")
	out, err := j.run(Command{Path: j.program, Dir: j.file(path.Dir(artifact)), Args: args, Env: env})
	if j.refused(artifact, out, err) {
		return
	}
	docs, err := documents(out.Stdout)
	if err != nil {
		j.problem(artifact, 0, "builds to what is no YAML: %v", err)
	} else if len(docs) == 0 {
		j.problem(artifact, 0, "builds to nothing")
	}
	if warnings := j.tidy(string(out.Stderr)); warnings != "" {
		j.problem(artifact, 0, "%s", warnings)
	}
}

// prepareKsops makes the stand-ins, and returns the generators that can run with
// them, and the environment for that.
func (j *job) prepareKsops() (generators map[string]bool, env []string) {
	sops, sopsErr := j.opts.Runner.Look("sops")
	_, ksopsErr := j.opts.Runner.Look("ksops")
	generators = map[string]bool{}
	if sopsErr != nil || ksopsErr != nil {
		return generators, j.environment()
	}
	key, err := newKey()
	if err != nil {
		return generators, j.environment()
	}
	examples := map[string]string{}
	for _, s := range j.secretFiles() {
		examples[s.path] = s.example
	}
	for g, files := range j.ksopsGenerators() {
		generators[g] = !slices.ContainsFunc(files, func(f string) bool {
			out, err := j.run(Command{
				Path: sops, Dir: j.home, Stdin: j.read(examples[f]),
				Args: []string{"encrypt", "--age", key.recipient, "--encrypted-regex", "^(data|stringData)$", "--filename-override", "secrets.yaml"},
			})
			return examples[f] == "" || err != nil || out.Code != 0 || j.write(f, out.Stdout) != nil
		})
	}
	return generators, j.environment("SOPS_AGE_KEY=" + key.secret)
}

// keepGenerators takes the generators of ksops that cannot run out of a
// kustomization of the copy, and returns them.
func (j *job) keepGenerators(artifact string, runs map[string]bool) (left []string, err error) {
	var all map[string]any
	if err := decode(j.read(artifact), &all); err != nil {
		return nil, err
	}
	listed, ok := all["generators"].([]any)
	if !ok {
		return nil, nil
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
		return nil, nil
	}
	if all["generators"] = kept; len(kept) == 0 {
		delete(all, "generators")
	}
	data, err := yaml.Marshal(all)
	if err != nil {
		return nil, err
	}
	return left, j.write(artifact, data)
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
