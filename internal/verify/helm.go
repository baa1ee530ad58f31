package verify

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sitegen/internal/yamlread"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

// release is a chart that a Terraform root installs, or Argo CD for an Application.
type release struct {
	file                                        string // that says so
	line                                        int
	name, namespace, repository, chart, version string
	values                                      []string     // files, relative to the root
	application                                 *application // nil: Terraform's
}

// kubeVersion is what charts are rendered for. A helm that was built from source
// believes in 1.20, which charts refuse.
const kubeVersion = "1.34.0"

// chartUsers lists the Terraform roots that install charts, and the Applications of
// charts.
func (w *work) chartUsers() []string {
	var roots []string
	for _, root := range w.terraformRoots() {
		if found, err := w.releases(root); len(found) > 0 || err != nil {
			roots = append(roots, root)
		}
	}
	for _, a := range w.argocd.applications {
		if slices.ContainsFunc(a.sources(), func(s source) bool { return s.Chart != "" }) {
			roots = append(roots, a.path)
		}
	}
	return roots
}

// helmTemplate renders every chart with its values.
func helmTemplate(j *job) string {
	if j.opts.Charts == "" && !j.opts.Network {
		return "fetches the charts: say --network, or --charts DIR"
	}
	rendered, offline := 0, []string{}
	for _, root := range j.artifacts {
		found, dir, err := j.chartsOf(root)
		if err != nil {
			j.problem(root, 0, "%v", err)
		}
		for _, r := range found {
			chart, why := j.chart(r)
			if why != "" {
				if strings.HasPrefix(why, noNetwork) {
					offline = append(offline, why)
				}
				j.note("%s was not rendered: %s", r.chart, why)
				continue
			}
			j.render(dir, r, chart)
			rendered++
		}
	}
	if rendered == 0 && len(offline) > 0 && len(offline) == len(j.notes) {
		j.notes = nil // each of them says this
		return offline[0]
	}
	if rendered == 0 {
		return "no chart could be had"
	}
	return ""
}

func (j *job) render(root string, r release, chart []string) {
	args := append([]string{"template", r.name}, chart...)
	args = append(args, "--namespace", r.namespace, "--kube-version", kubeVersion)
	if r.application != nil { // as Argo CD does (argo-cd util/helm/cmd.go)
		args = append(args, "--include-crds")
	}
	for _, v := range r.values {
		args = append(args, "--values", filepath.FromSlash(v))
	}
	out, err := j.run(Command{Path: j.program, Dir: j.file(root), Args: args, Timeout: longTime})
	if j.refused(r.file, out, err) {
		return
	}
	docs, err := yamlread.Documents(out.Stdout)
	if err != nil {
		j.problem(r.file, r.line, "chart %s renders to what is no YAML: %v", r.chart, err)
	} else if len(docs) == 0 {
		j.problem(r.file, r.line, "chart %s renders to nothing", r.chart)
	}
	j.permitted(r.file, r.application, docs)
}

// chart is where a release's chart comes from, as arguments; or why it cannot be had.
func (j *job) chart(r release) (args []string, why string) {
	for _, name := range []string{r.chart + "-" + r.version + ".tgz", r.chart + "-" + r.version, r.chart} {
		p := filepath.Join(j.opts.Charts, name)
		if j.opts.Charts == "" {
			break
		}
		if _, err := os.Stat(p); err != nil {
			continue
		}
		if got := chartVersion(p); name == r.chart && got != r.version {
			return nil, fmt.Sprintf("the root wants version %s, %s is %s", r.version, p, got)
		}
		return []string{p}, ""
	}
	switch {
	case !j.opts.Network:
		return nil, fmt.Sprintf("there is no %s-%s.tgz in %s", r.chart, r.version, j.opts.Charts)
	case j.unreachable(r.repository) != "":
		return nil, j.unreachable(r.repository)
	case strings.HasPrefix(r.repository, "oci://"):
		return []string{r.repository + "/" + r.chart, "--version", r.version}, ""
	}
	return []string{r.chart, "--repo", r.repository, "--version", r.version}, ""
}

func chartVersion(dir string) string {
	var about struct{ Version string }
	data, err := os.ReadFile(filepath.Join(dir, "Chart.yaml"))
	if err != nil || decode(data, &about) != nil {
		return "unknown"
	}
	return about.Version
}

// releases reads the helm_release resources of a root.
func (w *work) releases(root string) ([]release, error) {
	var found []release
	for _, p := range suffix(".tf")(w) {
		if path.Dir(p) != root {
			continue
		}
		file, diags := hclparse.NewParser().ParseHCL(w.read(p), p)
		if diags.HasErrors() {
			return found, diags
		}
		content, _, _ := file.Body.PartialContent(&hcl.BodySchema{Blocks: []hcl.BlockHeaderSchema{{Type: "resource", LabelNames: []string{"type", "name"}}}})
		for _, block := range content.Blocks {
			if block.Labels[0] != "helm_release" {
				continue
			}
			r, err := readRelease(block)
			if err != nil {
				return found, err
			}
			found = append(found, r)
		}
	}
	return found, nil
}

func readRelease(block *hcl.Block) (release, error) {
	r := release{file: block.DefRange.Filename, line: block.DefRange.Start.Line}
	into := map[string]*string{"name": &r.name, "namespace": &r.namespace, "repository": &r.repository, "chart": &r.chart, "version": &r.version}
	schema := &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "values"}}}
	for name := range into {
		schema.Attributes = append(schema.Attributes, hcl.AttributeSchema{Name: name})
	}
	content, _, _ := block.Body.PartialContent(schema)
	var err error
	for name, attribute := range content.Attributes {
		value, diags := attribute.Expr.Value(fileNames)
		if diags.HasErrors() {
			return r, diags
		}
		if name != "values" {
			if value.Type() != cty.String || !value.IsKnown() || value.IsNull() {
				return r, fmt.Errorf("%s:%d: %s of a helm_release is not a plain string", r.file, attribute.Range.Start.Line, name)
			}
			*into[name] = value.AsString()
			continue
		}
		if r.values, err = fileList(value); err != nil {
			return r, fmt.Errorf("%s:%d: values of a helm_release: %w", r.file, attribute.Range.Start.Line, err)
		}
	}
	return r, nil
}

// fileList is the names in a list of strings; null is an empty one.
func fileList(value cty.Value) ([]string, error) {
	if value.IsNull() {
		return nil, nil
	}
	if !value.CanIterateElements() || value.Type().IsObjectType() || value.Type().IsMapType() {
		return nil, errors.New("this is no list")
	}
	var files []string
	for _, v := range value.AsValueSlice() {
		if v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
			return nil, errors.New(`each has to be file("…")`)
		}
		files = append(files, v.AsString())
	}
	return files, nil
}

// fileNames evaluates file("${path.module}/x") to the file's name.
var fileNames = &hcl.EvalContext{
	Variables: map[string]cty.Value{"path": cty.ObjectVal(map[string]cty.Value{"module": cty.StringVal(".")})},
	Functions: map[string]function.Function{"file": function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl:   func(args []cty.Value, _ cty.Type) (cty.Value, error) { return args[0], nil },
	})},
}
