package meant

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"hash/fnv"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"sitegen/internal/differ"
	"sitegen/internal/prove"
	"sitegen/internal/site"
)

var (
	allMutations = flag.Bool("all", false, "compare every mutation of the output with the spec, and not those of the sample alone")
	everyNth     = flag.Uint("every", 150, "prove one of so many from the files")
	askPrograms  = flag.Bool("programs", false, "ask bash and shellcheck about scripts, as gen verify does")
	showClasses  = flag.String("show", "", "print what only the spec tells, of the classes that begin so; * for all")
)

// mutated are the trees whose lines are changed.
var mutated = []struct{ name, dir string }{
	{"full", "../../../golden/full/want"}, {"agency", "../../../examples/agency"}, {"three", "../../../golden/three/want"},
}

// outcomes, from the first that says something.
const (
	byAlike  = "alike"    // the program that reads the file sees the same
	byFiles  = "files"    // the files do not fit together
	byVerify = "verify"   // a program of gen verify's finds fault with it
	byReason = "harmless" // another value, and it is shown why nothing comes of it
	bySpec   = "spec"     // a value that the spec says otherwise
	byNobody = "missed"
)

// trial is a tree whose lines are changed.
type trial struct {
	base    fstest.MapFS
	options prove.Options
	parse   func(context.Context, []byte) ([]byte, error)
	meant   *site.Site
	objects []string

	checkers [][]string
}

// TestMutations changes, drops or swaps one line of the output at a time, with what is below it, and
// wants each to be noticed, or shown to be harmless.
func TestMutations(t *testing.T) {
	used, data := map[string]bool{}, count{}
	for _, m := range mutated {
		t.Run(m.name, func(t *testing.T) {
			base := tree(t, m.dir)
			options := nix(t)
			tr := &trial{base: base, options: options, parse: parser(t), meant: specOf(t, base)}
			tr.prove(t)
			if *askPrograms {
				tr.checkers = checkers(t)
			}
			all := tr.mutations(used)
			sample := slices.DeleteFunc(slices.Clone(all), func(m mutation) bool {
				h := fnv.New32a()
				fmt.Fprintf(h, "%s %s %s", m.file, m.was, m.how)
				return h.Sum32()%uint32(*everyNth) != 0
			})
			report(t, data, sample, outcomes(t.Context(), sample, tr.outcome))
			tr.prove(t)
			if *allMutations {
				report(t, count{}, all, outcomes(t.Context(), all, tr.bySpec))
			}
		})
	}
	t.Logf("all but scripts: %s", data)
	if alone := 100 * data[byFiles] / max(1, data.means()); alone < leastAlone {
		t.Errorf("files alone show less than they did: %d %%, and at least %d are wanted", alone, leastAlone)
	}
	for _, r := range reasons {
		if !used[r.why+r.class.String()] {
			t.Errorf("no mutation is harmless any more since %s (%s)", r.why, r.class)
		}
	}
}

// prove wants the tree itself to be fine: else all would be noticed.
func (tr *trial) prove(t *testing.T) {
	t.Helper()
	p, err := prove.Run(t.Context(), tr.base, tr.options)
	if err != nil || slices.ContainsFunc(append(p.Findings, Differences(p, tr.meant)...), func(f prove.Finding) bool { return !f.Warning }) {
		t.Fatalf("the tree itself is not proved: %v", err)
	}
	tr.objects = p.Objects()
}

// mutations are all of the tree; used takes the reasons that are some's.
func (tr *trial) mutations(used map[string]bool) []mutation {
	var all []mutation
	for line := range strings.Lines(string(tr.base[".sitegen.sum"].Data)) {
		_, file, _ := strings.Cut(strings.TrimSpace(line), "  ")
		f := tr.base[file]
		if f == nil || tr.options.Nix == nil && path.Ext(file) == ".nix" {
			continue
		}
		if !differ.Known(file) {
			continue // people read it, and no program
		}
		for _, m := range mutations(file, string(f.Data)) {
			if m.text == string(f.Data) {
				continue // two lines that are the same
			}
			if r := reasonFor(m); r != nil {
				used[r.why+r.class.String()] = true
			}
			all = append(all, m)
		}
	}
	return all
}

func outcomes(ctx context.Context, all []mutation, of func(context.Context, mutation) string) []string {
	results := make([]string, len(all))
	work := make(chan int)
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := range work {
				results[i] = of(ctx, all[i])
			}
		})
	}
	for i := range all {
		work <- i
	}
	close(work)
	group.Wait()
	return results
}

// bySpec compares a file with the one that the spec gives.
func (tr *trial) bySpec(ctx context.Context, m mutation) string {
	was := tr.base[m.file]
	values, err := Contents(ctx, fstest.MapFS{m.file: {Data: []byte(m.text)}}, map[string][]byte{m.file: was.Data}, nil, tr.parse)
	if err != nil {
		return byNobody
	}
	if len(values) > 0 {
		return bySpec
	}
	if len(differ.Files(m.file, []byte(m.text), was.Data)) == 0 || path.Ext(m.file) == ".nix" && tr.parse != nil && sameNix(ctx, tr.parse, []byte(m.text), was.Data) {
		return byAlike
	}
	return byNobody
}

func (tr *trial) outcome(ctx context.Context, m mutation) string {
	told := tr.bySpec(ctx, m)
	if told == byAlike {
		return told
	}
	all := maps.Clone(tr.base)
	all[m.file] = &fstest.MapFile{Data: []byte(m.text)}
	o := tr.options
	if !strings.HasSuffix(m.file, ".nix") && !strings.HasPrefix(m.file, "scripts/install") {
		o.Nix = nil
	}
	p, err := prove.Run(ctx, all, o)
	if err != nil || slices.ContainsFunc(p.Findings, func(f prove.Finding) bool { return !f.Warning }) {
		return byFiles
	}
	if refused(ctx, tr.checkers, m.file, m.text, string(tr.base[m.file].Data)) {
		return byVerify
	}
	if r := reasonFor(m); r != nil && (!r.same || slices.Equal(p.Objects(), tr.objects)) {
		return byReason
	}
	return told
}

type count map[string]int

// means are the mutations that mean something.
func (c count) means() int { return c[byFiles] + c[byVerify] + c[bySpec] + c[byNobody] }

func (c count) String() string {
	share := func(n int) float64 { return 100 * float64(n) / float64(max(1, c.means())) }
	return fmt.Sprintf("%d mean something: %d by files (%.1f %%), %d by programs, %d by the spec alone, %d missed; %d harmless, %d alike",
		c.means(), c[byFiles], share(c[byFiles]), c[byVerify], c[bySpec], c[byNobody], c[byReason], c[byAlike])
}

// language is what a file is written in.
func language(file string) string {
	return map[string]string{".yaml": "YAML", ".tf": "Terraform", ".example": "Terraform", ".nix": "Nix", ".sh": "scripts"}[path.Ext(file)]
}

// report prints the outcomes by class and language, and counts those of all but scripts.
func report(t *testing.T, data count, all []mutation, results []string) {
	t.Helper()
	if len(all) == 0 {
		t.Error("nothing was tried")
	}
	classes, languages := map[string]count{}, map[string]count{}
	add := func(to map[string]count, key, result string) {
		if to[key] == nil {
			to[key] = count{}
		}
		to[key][result]++
	}
	for i, m := range all {
		add(classes, m.class, results[i])
		add(languages, cmp.Or(language(m.file), "others"), results[i])
		if language(m.file) != "scripts" {
			data[results[i]]++
		}
		switch {
		case results[i] == byNobody:
			t.Errorf("missed %s:%d %s %q (%s)", m.file, m.line, m.how, m.was, m.class)
		case results[i] == bySpec && *showClasses != "" && (*showClasses == "*" || strings.HasPrefix(m.class, *showClasses)):
			t.Logf("by the spec alone %s:%d %s %q (%s)", m.file, m.line, m.how, m.was, m.class)
		}
	}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		if testing.Verbose() {
			t.Logf("%s: %s", class, classes[class])
		}
	}
	for _, l := range slices.Sorted(maps.Keys(languages)) {
		t.Logf("%s: %s", l, languages[l])
	}
}

// What files alone show at least, in per cent of what means something, scripts apart.
const leastAlone = 52
