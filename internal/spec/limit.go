package spec

import (
	"fmt"
	"runtime/metrics"
	"time"

	"sitegen/internal/diag"
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

// within does work within limits, and returns over(why) where it has gone beyond one.
// Work cannot be stopped: what has gone too far is left behind, and the process is
// about to end.
func within[T any](most limits, work func() T, over func(why string) T) T {
	done := make(chan T, 1)
	before := heap()
	go func() { done <- work() }()
	end := time.After(most.time)
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case r := <-done:
			return r
		case <-look.C:
			if now := heap(); now > before && now-before > most.memory {
				return over(most.tooLarge())
			}
		case <-end:
			return over(most.tooLong())
		}
	}
}

func (l limits) tooLarge() string {
	return fmt.Sprintf("takes more than %d MiB of memory", l.memory>>20)
}

func (l limits) tooLong() string {
	return fmt.Sprintf("takes longer than %v", l.time.Round(time.Second))
}

func tooMuch(at diag.Pos, why string) diag.Problems {
	return diag.Problems{{Pos: at, Message: "evaluating the spec " + why, Rule: "spec-time", Severity: diag.Error,
		Hint: "look for loops over very many elements, for references that double the data at each step, and for structs of tens of thousands of fields"}}
}

// heap is how much memory the program's objects take.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
