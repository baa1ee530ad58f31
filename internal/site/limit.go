package site

import (
	"fmt"
	"runtime/metrics"
	"time"

	"cuelang.org/go/cue/ast"
)

// limits are what evaluating a spec may take: a spec is code, and it may come
// from a pull request. Few lines can ask for any amount of work.
type limits struct {
	time   time.Duration
	memory uint64 // bytes
}

// maxLimits are what any spec may take: a site of 10,000 clients takes a second and
// half a gigabyte.
var maxLimits = limits{time: 10 * time.Second, memory: 2 << 30}

// lookEvery is how often the memory in use is looked at. A loop that only
// allocates fills some hundred megabytes in that time.
const lookEvery = 50 * time.Millisecond

// evaluate gives evaluateNow its limits. An evaluation cannot be stopped: one that
// has gone too far is left behind, and the process is about to end.
func evaluate(files []*ast.File, ix *index, most limits) (*value, Problems) {
	type result struct {
		root     *value
		problems Problems
	}
	done := make(chan result, 1)
	before := heap()
	go func() {
		defer func() {
			if r := recover(); r != nil { // CUE's evaluator gave up; the spec is still whose it is
				done <- result{nil, Problems{{Pos: toPos(ix.top), Message: "CUE cannot evaluate the spec", Rule: "internal", Severity: Error,
					Hint: "take out what was added last; please report it"}}}
			}
		}()
		root, problems := evaluateNow(files, ix)
		done <- result{root, problems}
	}()
	end := time.After(most.time)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case r := <-done:
			return r.root, r.problems
		case <-look.C:
			if now := heap(); now > before && now-before > most.memory {
				return nil, tooMuch(ix, "takes more than %d MiB of memory", most.memory>>20)
			}
		case <-end:
			return nil, tooMuch(ix, "takes longer than %v", most.time.Round(time.Second))
		}
	}
}

func tooMuch(ix *index, format string, args ...any) Problems {
	return Problems{{Pos: toPos(ix.top), Message: "evaluating the spec " + fmt.Sprintf(format, args...), Rule: "spec-time", Severity: Error,
		Hint: "look for loops over very many elements, and for references that double the data at each step"}}
}

// heap is how much memory the program's objects take.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
