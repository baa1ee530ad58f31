package meant

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"path"
	"regexp"
	"runtime"
	"sitegen/internal/prove"
	"sitegen/internal/site"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

var (
	allMutations = flag.Bool("all", false, "try every mutation of the output of golden/full, and not a sample")
	everyNth     = flag.Uint("every", 60, "try one of so many")
	showMissed   = flag.String("missed", "", "print the mutations that are missed of the classes that begin so; * for all")
)

// mutation is one change of one line, with what is below it, of a file.
type mutation struct {
	file  string
	line  int    // from 1
	class string // the kind of file, the way to the line, and what is done
	how   string // change, drop, swap
	text  string // of the file, changed
	was   string // the line
}

// entry is a line and what is below it: [from, to) of the lines.
type entry struct{ from, to int }

var (
	keyOf   = regexp.MustCompile(`^(?:- )*"?([A-Za-z0-9_./$*@:-]+)"?\s*[:={]`)
	number1 = regexp.MustCompile(`^[0-9]+$`)
)

// mutations are all of a file.
func mutations(file, text string) []mutation {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var all []mutation
	kind := kindOf(file, text)
	add := func(e entry, how string, changed []string) {
		all = append(all, mutation{file, e.from + 1, kind + " " + wayTo(lines, e.from) + " " + how, how, strings.Join(changed, "\n") + "\n", lines[e.from]})
	}
	entries := entriesOf(lines)
	for i, e := range entries {
		if i+1 < len(entries) {
			if n := entries[i+1:]; true {
				for _, next := range n {
					if next.from == e.to && indent(lines[next.from]) == indent(lines[e.from]) && lines[next.from] != lines[e.from] {
						add(e, "swap", slices.Concat(lines[:e.from], lines[next.from:next.to], lines[e.from:e.to], lines[next.to:]))
					}
					if next.from >= e.to {
						break
					}
				}
			}
		}
		add(e, "drop", slices.Concat(lines[:e.from], lines[e.to:]))
		if changed, ok := changeOf(lines[e.from]); ok {
			add(e, "change", slices.Concat(lines[:e.from], []string{changed}, lines[e.from+1:]))
		}
	}
	return all
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// entriesOf are the entries of a file whose indentation is its structure.
func entriesOf(lines []string) []entry {
	var all []entry
	for i, line := range lines {
		body := strings.TrimSpace(line)
		if body == "" || strings.HasPrefix(body, "#") || body == "---" || strings.Trim(body, "}])({[;,.") == "" || strings.HasPrefix(body, "}") || strings.HasPrefix(body, "]") {
			continue
		}
		to := i + 1
		for to < len(lines) {
			next := strings.TrimSpace(lines[to])
			deeper := indent(lines[to]) > indent(line) || indent(lines[to]) == indent(line) && strings.HasPrefix(next, "- ") && !strings.HasPrefix(body, "- ")
			closes := indent(lines[to]) == indent(line) && next != "" && strings.ContainsAny(next[:1], "}])")
			if !deeper && !closes || next == "" && !strings.HasSuffix(body, "{") {
				break
			}
			if to++; closes {
				break
			}
		}
		all = append(all, entry{i, to})
	}
	return all
}

// kindOf is what a file is: the kind of a manifest, or the name of a file.
func kindOf(file, text string) string {
	if m := regexp.MustCompile(`(?m)^kind: (\w+)`).FindStringSubmatch(text); m != nil && strings.HasSuffix(file, ".yaml") {
		return m[1]
	}
	if strings.HasPrefix(file, "secrets/") {
		return "example"
	}
	if strings.HasPrefix(file, "machines/") || strings.HasPrefix(file, "roles/") {
		return path.Base(path.Dir(file)) + "/" + path.Base(file)
	}
	return path.Base(file)
}

// wayTo are the keys above a line, and its own.
func wayTo(lines []string, i int) string {
	var way []string
	depth := indent(lines[i]) + 1
	for ; i >= 0 && depth > 0; i-- {
		line := lines[i]
		if strings.TrimSpace(line) == "" || strings.HasPrefix(strings.TrimSpace(line), "#") || indent(line) >= depth {
			continue
		}
		m := keyOf.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			if len(way) == 0 {
				way = append(way, "-")
				depth = indent(line) + 1
				if !strings.HasPrefix(strings.TrimSpace(line), "- ") {
					depth = indent(line)
				}
			}
			continue
		}
		way = append(way, m[1])
		depth = indent(line)
		if strings.HasPrefix(strings.TrimSpace(line), "- ") {
			depth++
		}
	}
	slices.Reverse(way)
	return strings.Join(way, ".")
}

// changeOf changes the value of a line: another number, the other of true and false, one letter more.
func changeOf(line string) (string, bool) {
	body := strings.TrimRight(line, ",;{[( ")
	tail := line[len(body):]
	comment := ""
	if i := strings.Index(body, " # "); i >= 0 {
		body, comment = body[:i], body[i:]
	}
	i := strings.LastIndexAny(strings.TrimRight(body, `"'`), " ")
	head, value := body[:i+1], body[i+1:]
	if m := regexp.MustCompile(`^(.*(?:: |= |- ))(.+)$`).FindStringSubmatch(body); m != nil {
		head, value = m[1], m[2]
	}
	quote := ""
	if n := len(value); n > 1 && strings.ContainsAny(value[:1], `"'`) && value[0] == value[n-1] {
		quote, value = value[:1], value[1:n-1]
	}
	switch {
	case value == "" || strings.HasSuffix(value, ":") && quote == "" || value == "|" || strings.ContainsAny(value[:1], "{[|&*!") && quote == "":
		return "", false
	case value == "true":
		value = "false"
	case value == "false":
		value = "true"
	case value == "null":
		value = `"x"`
	case number1.MatchString(value):
		n, _ := strconv.Atoi(value)
		value = strconv.Itoa(n + 1)
	default:
		value += "x"
	}
	return head + quote + value + quote + comment + tail, true
}

// meaningful tells whether mutations of a file count: what programs read, and not people.
func meaningful(file string) bool {
	switch path.Ext(file) {
	case ".yaml", ".tf", ".nix":
		return !strings.HasPrefix(file, "sites/") && !strings.HasPrefix(file, "config/")
	}
	return false
}

// TestMutations changes the output of golden/full a line at a time, and counts what is noticed.
func TestMutations(t *testing.T) {
	base := tree(t, "../../../golden/full/want")
	options, meant := nix(t), specOf(t, base)
	p, err := prove.Run(t.Context(), base, options)
	if err != nil || slices.ContainsFunc(append(p.Findings, Differences(p, meant)...), func(f prove.Finding) bool { return !f.Warning }) {
		t.Fatalf("the tree itself is not proved: %v", err)
	}
	objects := p.Objects()
	var all []mutation
	for _, file := range slices.Sorted(maps.Keys(base)) {
		if meaningful(file) && (options.Nix != nil || path.Ext(file) != ".nix") && len(own["full"][file]) == 0 {
			all = append(all, mutations(file, string(base[file].Data))...)
		}
	}
	if !*allMutations {
		all = slices.DeleteFunc(all, func(m mutation) bool {
			h := fnv.New32a()
			fmt.Fprintf(h, "%s %d %s", m.file, m.line, m.how)
			return h.Sum32()%uint32(*everyNth) != 0
		})
	}
	results := make([]string, len(all))
	work := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range work {
				results[i] = outcome(t.Context(), base, all[i], options, meant, objects)
			}
		})
	}
	for i := range all {
		work <- i
	}
	close(work)
	group.Wait()
	if p, err := prove.Run(t.Context(), base, options); err != nil || slices.ContainsFunc(p.Findings, func(f prove.Finding) bool { return !f.Warning }) {
		t.Fatalf("the tree itself is no longer proved, so that nothing was noticed: %v", err)
	}
	report(t, all, results)
}

func outcome(ctx context.Context, base fstest.MapFS, m mutation, o prove.Options, meant *site.Site, objects []string) string {
	if m.text == string(base[m.file].Data) {
		return "harmless"
	}
	changed := maps.Clone(base)
	changed[m.file] = &fstest.MapFile{Data: []byte(m.text)}
	if !strings.HasSuffix(m.file, ".nix") {
		o.Nix = nil
	}
	p, err := prove.Run(ctx, changed, o)
	if err != nil {
		return "noticed"
	}
	if slices.ContainsFunc(p.Findings, func(f prove.Finding) bool { return !f.Warning }) {
		return "noticed"
	}
	if len(Differences(p, meant)) > 0 {
		return "differs"
	}
	if why := harmless(m, slices.Equal(p.Objects(), objects)); why != "" {
		return "harmless"
	}
	return "missed"
}

// harmless is why a mutation changes nothing of what runs; "": it does.
func harmless(m mutation, same bool) string {
	line := strings.TrimPrefix(strings.TrimSpace(m.was), "- ")
	kind, way, _ := strings.Cut(m.class, " ")
	switch {
	case m.how == "swap" && !ordered.MatchString(way):
		return "the order of entries that are independent of each other"
	case m.how == "swap" && strings.Contains(way, "ingress.") && kind == "config.yaml", m.how == "swap" && strings.HasPrefix(way, "creation_rules"):
		return "rules that nothing meets both of: where one shadows another it is found"
	case m.how == "drop" && slices.Contains(defaults, line):
		return "what is there without being said"
	case strings.HasPrefix(way, "metadata.namespace ") && m.how == "drop" && same:
		return "Argo CD puts an object into its Application's namespace"
	case strings.HasPrefix(way, "metadata.labels") && kind != "Namespace" && same, strings.Contains(way, "pod-security.kubernetes.io/warn"):
		return "a label that nothing selects by, or that warns alone"
	case strings.HasPrefix(way, "metadata.name change") && slices.Contains([]string{"NetworkPolicy", "PodDisruptionBudget"}, kind):
		return "a name that nobody calls it by"
	case strings.Contains(way, "description"), strings.Contains(way, "comment "), strings.Contains(way, "manifest-generate-paths"):
		return "words for people, or for a cache"
	case strings.HasPrefix(way, "apiVersion drop") && kind == "Kustomization":
		return "what is there without being said"
	case kind == "Service" && strings.HasPrefix(way, "spec.ports.name"):
		return "a name that nobody calls it by"
	}
	return ""
}

// ordered are the lists whose order is said by it.
var ordered = regexp.MustCompile(`(^|\.)((command|args|policies|valueFiles|ExecStart)\.-|ingress\.hostname|initContainers\.[a-z]+|creation_rules\.[a-z_]+) swap$`)

// defaults are what Kubernetes, or the program that reads it, takes where it is not said.
var defaults = []string{"protocol: TCP", "failureThreshold: 3", "periodSeconds: 10", "type: Opaque", "type: RollingUpdate", "replicas: 1", "automountServiceAccountToken: true"}

func report(t *testing.T, all []mutation, results []string) {
	type count struct{ noticed, differs, harmless, missed int }
	classes := map[string]*count{}
	total := count{}
	for i, m := range all {
		c := classes[m.class]
		if c == nil {
			c = &count{}
			classes[m.class] = c
		}
		switch results[i] {
		case "noticed":
			c.noticed++
			total.noticed++
		case "differs":
			c.differs++
			total.differs++
		case "harmless":
			c.harmless++
			total.harmless++
		default:
			c.missed++
			total.missed++
			if *showMissed != "" && (*showMissed == "*" || strings.HasPrefix(m.class, *showMissed)) {
				t.Logf("missed %s:%d %s %q", m.file, m.line, m.how, m.was)
			}
		}
	}
	for _, class := range slices.SortedFunc(maps.Keys(classes), func(a, b string) int {
		return cmp.Or(-cmp.Compare(classes[a].missed, classes[b].missed), cmp.Compare(a, b))
	}) {
		if c := classes[class]; c.missed > 0 || testing.Verbose() {
			t.Logf("%4d noticed %4d by the spec %4d harmless %4d missed  %s", c.noticed, c.differs, c.harmless, c.missed, class)
		}
	}
	score := func(n int) float64 {
		return 100 * float64(n) / float64(max(1, total.noticed+total.differs+total.missed))
	}
	alone, both := score(total.noticed), score(total.noticed+total.differs)
	t.Logf("%d mutations: %d noticed, %d by the spec, %d harmless, %d missed: %.1f %% from the files alone, %.1f %% with the spec", len(all), total.noticed, total.differs, total.harmless, total.missed, alone, both)
	if alone < leastAlone || both < leastBoth {
		t.Errorf("less is noticed than was: %.1f %% from the files alone, %.1f %% with the spec; at least %d and %d are wanted", alone, both, leastAlone, leastBoth)
	}
}

// What is noticed at least, in per cent of what changes something that runs.
const leastAlone, leastBoth = 56, 60
