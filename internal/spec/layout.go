package spec

import "cuelang.org/go/cue/format"

// Layout is the text of a spec as cue fmt lays it out; the text itself where that is no CUE.
func Layout(text string) string {
	laid, err := format.Source([]byte(text))
	if err != nil {
		return text
	}
	return string(laid)
}
