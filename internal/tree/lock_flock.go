//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package tree

import (
	"errors"
	"os"
	"syscall"
)

// lock waits until no other gen applies changes to the folder and, when the
// lock is not shared, none looks at it. The lock is on the folder itself and
// goes with the process, so that it leaves nothing behind. A file system that
// has no locks is used without: one is a courtesy to people who run gen twice
// at once, not what keeps a single run whole.
func lock(root *os.Root, shared bool) (unlock func(), err error) {
	dir, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	if holds(dir) {
		return func() { dir.Close() }, nil
	}
	how := syscall.LOCK_EX
	if shared {
		how = syscall.LOCK_SH
	}
	for {
		// A signal that Go takes, such as its own for preemption, ends the wait early.
		err = syscall.Flock(int(dir.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			return func() { dir.Close() }, nil
		}
	}
}

// taken tries to lock a folder, and tells whether another process has it.
func taken(dir *os.File) bool {
	return errors.Is(syscall.Flock(int(dir.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// isNotFolder reports whether part of a path was a file or a symbolic link.
func isNotFolder(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ELOOP)
}

// noWait opens a file without waiting for anybody.
const noWait = syscall.O_NONBLOCK
