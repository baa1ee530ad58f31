package prove

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// adoptStep is a step of docs/ADOPTING.md: a heading with a number, its commands, and
// those of its way back.
type adoptStep struct{ name, commands, back string }

var (
	stepHeading = regexp.MustCompile(`(?m)^#{3} (\d+\. .+)$`)
	shellBlock  = regexp.MustCompile("(?s)```sh( back)?\n(.*?)```")
)

// adoptSteps reads the page.
func adoptSteps(file string) ([]adoptStep, error) {
	page, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var steps []adoptStep
	headings := stepHeading.FindAllSubmatchIndex(page, -1)
	for i, h := range headings {
		end := len(page)
		if i+1 < len(headings) {
			end = headings[i+1][0]
		}
		s := adoptStep{name: string(page[h[2]:h[3]])}
		text := string(page[h[1]:end])
		if after := regexp.MustCompile(`(?m)^#{2,3} `).FindStringIndex(text); after != nil {
			text = text[:after[0]]
		}
		for _, m := range shellBlock.FindAllStringSubmatch(text, -1) {
			if m[1] != "" {
				s.back += m[2]
			} else {
				s.commands += m[2]
			}
		}
		steps = append(steps, s)
	}
	return steps, nil
}

// run does the commands of a step, as far as they change what runs; of one that is not known,
// nobody could say so.
func (w *world) run(name, commands string) {
	w.step = name
	f, err := syntax.NewParser().Parse(strings.NewReader(commands), name)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, stmt := range f.Stmts {
		w.statement(stmt, map[string]string{})
		w.argocd()
	}
	w.look()
}

func (w *world) statement(s *syntax.Stmt, env map[string]string) {
	cfg := &expand.Config{
		Env:      expand.FuncEnviron(func(name string) string { return env[name] }),
		CmdSubst: func(io.Writer, *syntax.CmdSubst) error { return nil }, // names of volumes, which the model has not
	}
	switch c := s.Cmd.(type) {
	case *syntax.ForClause:
		loop := c.Loop.(*syntax.WordIter)
		in, err := expand.Fields(cfg, loop.Items...)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, v := range in {
			env[loop.Name.Value] = v
			for _, inner := range c.Do {
				w.statement(inner, env)
			}
		}
	case *syntax.CallExpr:
		args, err := expand.Fields(cfg, c.Args...)
		if err != nil {
			w.t.Fatal(err)
		}
		input := ""
		for _, r := range s.Redirs {
			if r.Hdoc != nil {
				if input, err = expand.Document(cfg, r.Hdoc); err != nil {
					w.t.Fatal(err)
				}
			}
		}
		w.command(args, input)
	default:
		w.t.Fatalf("%s: line %d is no simple command", w.step, s.Pos().Line())
	}
}

// changeless are commands that change nothing of what the model knows, by how they begin.
var changeless = []string{"terraform init", "git commit", "git add", "git rm", "git switch", "rm k8s/terraform-", "ssh ", "curl ", "hubble ", "cilium ", "gen check", "gen prove",
	"kubectl get", "kubectl rollout status", "kubectl wait", "kubectl patch persistentvolume"}

func (w *world) command(args []string, input string) {
	namespace, all := "", map[string]string{}
	var plain []string
	for i := 0; i < len(args); i++ {
		name, value, has := strings.Cut(args[i], "=")
		switch {
		case args[0] == "kubectl" && (args[i] == "-n" || args[i] == "-l" || args[i] == "-f"):
			all[args[i]] = args[i+1]
			i++
		case strings.HasPrefix(name, "-") && has:
			all[name] = value
		case strings.HasPrefix(name, "-") && name != "-":
			all[name] = "true"
		default:
			plain = append(plain, args[i])
		}
	}
	namespace = all["-n"]
	line := strings.Join(plain, " ")
	begins := func(s string) bool { return strings.HasPrefix(line+" ", s) }
	switch {
	case slices.ContainsFunc(changeless, begins):
	case begins("terraform plan "):
		w.target = all["-target"]
	case begins("terraform apply "):
		w.target = cmp.Or(w.target, all["-target"])
		w.terraform()
	case begins("gen adopt ") && all["--state"] != "":
		w.adopted = true
	case begins("gen adopt "):
		w.take(w.after, plain[2:])
	case begins("gen eject "):
		w.take(w.before, plain[2:])
	case begins("git tag "):
		w.tags[plain[2]] = maps.Clone(w.work)
		if len(plain) > 3 { // main
			w.tags[plain[2]] = maps.Clone(w.git)
		}
	case begins("git read-tree "):
		w.work = maps.Clone(w.tags[plain[2]])
	case begins("git checkout "):
		w.take(w.tags[plain[2]], plain[3:])
	case begins("git push "):
		w.git, w.changed = maps.Clone(w.work), true
	case begins("terraform state pull "):
		w.saved = maps.Clone(w.state)
	case begins("terraform state push "):
		w.state, w.adopted = maps.Clone(w.saved), false
	case begins("kubectl apply ") && all["-f"] == "-":
		for _, o := range objectsIn("input", []byte(input)) {
			o.namespace = cmp.Or(o.namespace, namespace)
			w.put(o, "")
		}
	case begins("kubectl annotate "):
		w.annotate(namespace, plain[2:], all["--all"] != "")
	case begins("kubectl label namespace "):
		w.label(plain[3], plain[4])
	case begins("kubectl delete "):
		w.kubectlDelete(namespace, plain[2:], all)
	default:
		w.t.Fatalf("%s: nobody knows what %q changes", w.step, strings.Join(args, " "))
	}
}

// take has the operator's files in a folder be those of a tree.
func (w *world) take(tree map[string][]byte, paths []string) {
	for _, p := range paths {
		under := func(name string) bool { return name == p || strings.HasPrefix(name, p+"/") }
		maps.DeleteFunc(w.work, func(name string, _ []byte) bool { return under(name) })
		for name, data := range tree {
			if under(name) {
				w.work[name] = data
			}
		}
	}
}

// kindsOf reads a list of kinds as kubectl does: in small letters, one or many of them.
func kindsOf(list string) func(o *object) bool {
	return func(o *object) bool {
		for kind := range strings.SplitSeq(list, ",") {
			kind, _, _ = strings.Cut(kind, ".")
			one := strings.ToLower(o.kind)
			if kind == one || kind == one+"s" || kind == strings.TrimSuffix(one, "y")+"ies" || o.kind == release {
				return true
			}
		}
		return false
	}
}

func (w *world) annotate(namespace string, args []string, all bool) {
	is := kindsOf(args[0])
	w.changed = true
	for _, o := range w.objects {
		if o.namespace != namespace || !is(o.object) {
			continue
		}
		for _, a := range args[1:] {
			if !all && !slices.Contains(args[1:], o.name) {
				continue
			}
			if key, value, ok := strings.Cut(a, "="); ok {
				o.annotations[key] = value
			} else if key, ok := strings.CutSuffix(a, "-"); ok {
				delete(o.annotations, key)
			}
		}
	}
}

// label gives a namespace another label, or takes one away.
func (w *world) label(namespace, what string) {
	all := labels(w.objects["/Namespace//"+namespace].node, "metadata", "labels")
	if key, value, ok := strings.Cut(what, "="); ok {
		all[key] = value
	} else {
		delete(all, strings.TrimSuffix(what, "-"))
	}
	w.put(made(map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": namespace, "labels": all}}), "")
}

func (w *world) kubectlDelete(namespace string, args []string, flags map[string]string) {
	if selector := flags["-l"]; selector != "" { // of replicasets and pods, which the model has as one
		key, value, _ := strings.Cut(selector, "=")
		found := slices.Clone(w.pods)
		found = slices.DeleteFunc(found, func(p *pod) bool { return p.namespace != namespace || p.labels[key] != value })
		if len(found) == 0 {
			w.misses = append(w.misses, fmt.Sprintf("%s: no pod of %s has %s", w.step, namespace, selector))
		}
		if !strings.Contains(args[0], "replicaset") {
			w.t.Errorf("%s: what is left of the ReplicaSet makes the pods anew", w.step)
		}
		w.end(found...)
		w.settle()
		return
	}
	is := kindsOf(args[0])
	for _, name := range args[1:] {
		found := false
		for _, id := range slices.Sorted(maps.Keys(w.objects)) {
			if o := w.objects[id]; o != nil && o.namespace == namespace && o.name == name && is(o.object) {
				w.remove(id, flags["--cascade"] == "orphan")
				found = true
			}
		}
		if !found && flags["--ignore-not-found"] == "" {
			w.misses = append(w.misses, fmt.Sprintf("%s: there is no %s %s/%s to delete", w.step, args[0], namespace, name))
		}
	}
	w.settle()
}
