package verify

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// How long a program may take: to read files, and to fetch and evaluate.
const (
	shortTime = 2 * time.Minute
	longTime  = 30 * time.Minute
)

// job is one reader at work.
type job struct {
	*work
	ctx       context.Context
	program   string // path
	artifacts []string
	problems  []Problem
	notes     []string
}

func (j *job) problem(path string, line int, format string, args ...any) {
	j.problems = append(j.problems, Problem{Path: path, Line: line, Text: fmt.Sprintf(format, args...)})
}

func (j *job) note(format string, args ...any) {
	j.notes = append(j.notes, fmt.Sprintf(format, args...))
}

// each looks at every artifact, several at a time. Problems and notes keep the
// order of the artifacts.
func (j *job) each(look func(j *job, artifact string)) {
	parts := make([]job, len(j.artifacts))
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, artifact := range j.artifacts {
		parts[i] = job{work: j.work, ctx: j.ctx, program: j.program}
		group.Go(func() error {
			look(&parts[i], artifact)
			return nil
		})
	}
	_ = group.Wait() // look returns no error
	for _, p := range parts {
		j.problems, j.notes = append(j.problems, p.problems...), append(j.notes, p.notes...)
	}
}

// start runs the reader's program in a folder of the copy.
func (j *job) start(dir string, args ...string) (Output, error) {
	return j.run(Command{Path: j.program, Dir: dir, Args: args})
}

// run runs a command in the environment of the work, unless it has one.
func (j *job) run(c Command) (Output, error) {
	if c.Env == nil {
		c.Env = j.environment()
	}
	if c.Timeout == 0 {
		c.Timeout = shortTime
	}
	return j.opts.Runner.Run(j.ctx, c)
}

// refused adds a problem when a program could not run or ended badly, with what
// it wrote, and tells whether it did.
func (j *job) refused(artifact string, out Output, err error) bool {
	if err != nil {
		j.problem(artifact, 0, "%v", err)
		return true
	}
	if out.Code == 0 {
		return false
	}
	text := string(out.Stderr)
	if strings.TrimSpace(text) == "" {
		text = string(out.Stdout)
	}
	text = j.tidy(text)
	if text == "" {
		text = fmt.Sprintf("%s ended with exit code %d", filepath.Base(j.program), out.Code)
	}
	at, line := j.place(text, artifact)
	j.problem(at, line, "%s", text)
	return true
}

// tidy takes the machine's folders, the terminal's colours and the heads of a log out
// of a message.
func (j *job) tidy(text string) string {
	text = unlogged(escapes.ReplaceAllString(text, ""))
	for _, dir := range []string{j.copy, j.home, j.opts.Dir} {
		text = strings.ReplaceAll(text, dir+string(filepath.Separator), "")
		text = strings.ReplaceAll(text, dir, ".")
	}
	return strings.TrimSpace(text)
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// place finds out what a message is about: "path:12" is a line of the artifact.
// "line 12" is a line of a file beside it that the message names, as kustomize does
// with the files of a kustomization, and else of the artifact. A line that the file
// does not have is none of it: programs count in what they put together, too.
func (j *job) place(text, artifact string) (string, int) {
	if m := regexp.MustCompile(regexp.QuoteMeta(artifact) + `:(\d+)`).FindStringSubmatch(text); m != nil {
		return artifact, j.lineOf(artifact, m[1])
	}
	m := regexp.MustCompile(`\bline (\d+)`).FindStringSubmatch(text)
	if m == nil {
		return artifact, 0
	}
	for _, name := range regexp.MustCompile(`[\w./-]+\.ya?ml`).FindAllString(text, -1) {
		if other := path.Join(path.Dir(artifact), name); other != artifact && j.has(other) {
			return other, j.lineOf(other, m[1])
		}
	}
	return artifact, j.lineOf(artifact, m[1])
}

// lineOf is a line number, or 0 where the file has no such line.
func (j *job) lineOf(p, digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil || n > bytes.Count(j.read(p), []byte("\n"))+1 {
		return 0
	}
	return n
}
