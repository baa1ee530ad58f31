// Command gen writes every file of a site's infrastructure repository from one
// site spec, and tells whether a repository is what its spec says.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
