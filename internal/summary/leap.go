package summary

import (
	"fmt"
	"regexp"
	"strconv"
)

// stepwise are charts that go up one minor version at a time: of both, no other way is tested
// (docs.cilium.io, Upgrade Guide; longhorn.io, Upgrade Path Enforcement).
var stepwise = map[string]string{"cilium": "Cilium", "longhorn": "Longhorn"}

var minorRE = regexp.MustCompile(`(\d+)\.(\d+)\.\d+`)

// leap tells of a chart that is to pass over a minor version.
func leap(layer Layer, chart, was, is string) []Item {
	name, known := stepwise[chart]
	before, after := minorRE.FindStringSubmatch(was), minorRE.FindStringSubmatch(is)
	if !known || before == nil || after == nil || before[1] != after[1] {
		return nil
	}
	from, _ := strconv.Atoi(before[2])
	to, _ := strconv.Atoi(after[2])
	step := 1
	if to < from {
		step = -1
	}
	if (to-from)*step <= 1 {
		return nil
	}
	return []Item{{Layer: layer, Danger: Never, Text: fmt.Sprintf("%s goes from %s to %s in one step", name, before[0], after[0]),
		Why: fmt.Sprintf("no other way is tested than one minor version after the other: say the newest %s.%d.x as versions.charts.%s first, and go on when its pods are ready", after[1], from+step, chart)}}
}
