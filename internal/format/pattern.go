package format

import (
	"regexp"
	"sync"
)

// Pattern is a regular expression that is compiled when it is first asked for. A run
// asks for few of them, and compiling all took a good part of its start.
func Pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}
