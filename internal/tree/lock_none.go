//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package tree

import "os"

// lock does nothing here: two gen at once on one folder are not kept apart.
func lock(*os.Root, bool) (unlock func(), err error) { return func() {}, nil }

// taken is never so here.
func taken(*os.File) bool { return false }

func isNotFolder(error) bool { return false }

const noWait = 0
