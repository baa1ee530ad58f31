package tree

import (
	"bufio"
	"fmt"
	"io"
)

// Report writes one line for each change: its kind and its path.
func Report(w io.Writer, changes []Change) error {
	b := bufio.NewWriter(w)
	for _, c := range changes {
		fmt.Fprintf(b, "%-8s  %s\n", c.Kind, c.Path)
	}
	return b.Flush()
}
