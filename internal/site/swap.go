package site

import (
	"cmp"
	"slices"

	"sitegen/internal/format"
	"sitegen/internal/spec"
)

// SwapArray is the array with a host's swap.
const SwapArray = "swap"

// withSwap adds a mirror for swap over the disks of the array at /. Swap on each disk by
// itself would end the processes whose memory is on the one that dies.
func withSwap(h *spec.Host, arrays []*Array) []*Array {
	if h.Arrays[SwapArray] != nil {
		return arrays // which a rule refuses
	}
	for _, a := range arrays {
		if h.Swap != "" && a.Mount == "/" && len(a.Disks) > 1 {
			arrays = append(arrays, &Array{Array: spec.Array{Level: 1, Disks: a.Disks, Size: format.InDisko(h.Swap)}, Name: SwapArray, Swap: true})
			slices.SortStableFunc(arrays, func(a, b *Array) int { return cmp.Compare(a.Name, b.Name) })
			break
		}
	}
	return arrays
}
