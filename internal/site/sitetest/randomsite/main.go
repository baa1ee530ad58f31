// Command randomsite prints the random site spec of a seed, as tests use it:
//
//	go run ./internal/site/sitetest/randomsite 3 > site.cue
package main

import (
	"fmt"
	"os"
	"strconv"

	"sitegen/internal/site/sitetest"
)

func main() {
	if len(os.Args) == 2 {
		if seed, err := strconv.ParseUint(os.Args[1], 10, 64); err == nil {
			os.Stdout.Write(sitetest.Seed(seed))
			return
		}
	}
	fmt.Fprintln(os.Stderr, "usage: randomsite SEED")
	os.Exit(2)
}
