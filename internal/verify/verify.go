package verify

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// Options say what to verify, and with what.
type Options struct {
	Root    *os.Root // the output tree
	Dir     string   // its absolute path, for what cannot be copied: provider plug-ins, git's view of a flake
	Runner  Runner
	Network bool                                  // programs may use the network
	Charts  string                                // folder with Helm charts, in place of the network
	Schemas []string                              // where kubeconform finds schemas, in place of the network
	Reach   func(context.Context, *url.URL) error // tries a server; nil: each is taken to answer
	Require []string                              // readers that have to run: their names, their programs' names, or "all"
}

// State is how a reader fared.
type State string

// The states of a result.
const (
	OK      State = "ok"
	Partly  State = "partly" // what was read is fine, and something was not read: the notes
	Failed  State = "FAIL"
	Skipped State = "skipped" // there is something to read, and it was not read
	Nothing State = "-"       // the tree holds nothing for this reader
)

// Result is one reader's verdict.
type Result struct {
	Reader    string        `json:"reader"`
	Program   string        `json:"program,omitempty"` // the one that was taken; empty: gen itself
	Artifacts []string      `json:"artifacts"`
	Kind      string        `json:"kind"` // of the artifacts, in words
	State     State         `json:"state"`
	Took      time.Duration `json:"nanoseconds"`
	Problems  []Problem     `json:"-"`                 // findings, in every format
	Notes     []string      `json:"notes,omitempty"`   // parts that were not read, and why
	Reason    string        `json:"reason,omitempty"`  // why it was skipped
	Install   string        `json:"install,omitempty"` // how to get the program that is missing
	Required  bool          `json:"required,omitempty"`
}

// Problem is something that a reader does not accept.
type Problem struct {
	Path string // relative to the output root
	Line int    // 0: the reader names none
	Text string
}

// Report is what all readers said, in the order of the list of readers.
type Report struct {
	Results []Result `json:"results"`
}

// Problems counts what the readers do not accept.
func (r *Report) Problems() int {
	n := 0
	for _, res := range r.Results {
		n += len(res.Problems)
	}
	return n
}

// Count is the number of readers that fared so.
func (r *Report) Count(s State) int {
	n := 0
	for _, res := range r.Results {
		if res.State == s {
			n++
		}
	}
	return n
}

// Unmet lists the required readers that did not run.
func (r *Report) Unmet() []Result {
	return slices.DeleteFunc(slices.Clone(r.Results), func(res Result) bool {
		return !res.Required || res.State != Skipped
	})
}

// Run lets each reader read its part of the tree. An error means that the tree
// could not be looked at; what readers do not accept is in the report.
func Run(ctx context.Context, opts Options) (*Report, error) {
	list := readers()
	if err := known(list, opts.Require); err != nil {
		return nil, err
	}
	w, err := newWork(opts)
	if err != nil {
		return nil, err
	}
	defer w.close()
	report := &Report{}
	for _, r := range list {
		res := r.read(ctx, w)
		res.Required = r.requiredBy(opts.Require)
		report.Results = append(report.Results, res)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return report, nil
}

// known refuses names that no reader goes by.
func known(list []reader, names []string) error {
	var all []string
	for _, r := range list {
		all = append(all, r.name)
	}
	for _, name := range names {
		if !slices.ContainsFunc(list, func(r reader) bool { return r.requiredBy([]string{name}) }) {
			return fmt.Errorf("there is no reader %q: require all, or some of %s", name, strings.Join(all, ", "))
		}
	}
	return nil
}

// requiredBy tells whether one of the names is "all", the reader's, or a program's.
func (r *reader) requiredBy(names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		return name == "all" || name == r.name || slices.Contains(r.programs, name)
	})
}

// read runs one reader.
func (r *reader) read(ctx context.Context, w *work) Result {
	res := Result{Reader: r.name, Kind: r.kind, Artifacts: r.find(w), State: Nothing}
	if res.Artifacts == nil {
		res.Artifacts = []string{}
	}
	if len(res.Artifacts) == 0 {
		return res
	}
	j := &job{work: w, ctx: ctx, artifacts: res.Artifacts}
	if len(r.programs) > 0 {
		if res.Program, j.program = r.look(w.opts.Runner); j.program == "" {
			res.State, res.Install = Skipped, r.install
			res.Reason = fmt.Sprintf("%s is not on PATH", strings.Join(r.programs, " or "))
			return res
		}
	}
	start := time.Now()
	reason := r.run(j)
	res.Took, res.Problems, res.Notes = time.Since(start), j.problems, j.notes
	switch {
	case len(res.Problems) > 0:
		res.State = Failed
	case reason != "":
		res.State, res.Reason = Skipped, reason
	case len(res.Notes) > 0:
		res.State = Partly
	default:
		res.State = OK
	}
	return res
}

// look finds the first of the reader's programs that is there.
func (r *reader) look(runner Runner) (name, path string) {
	for _, name := range r.programs {
		if path, err := runner.Look(name); err == nil {
			return name, path
		}
	}
	return "", ""
}
