//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives a new file the owner and the group of the one whose place it takes: run
// by root, gen leaves the spec to whom it belongs.
func keepOwner(f *os.File, old fs.FileInfo) error {
	now, err := f.Stat()
	if err != nil {
		return err
	}
	was, ok := old.Sys().(*syscall.Stat_t)
	is, okNow := now.Sys().(*syscall.Stat_t)
	if !ok || !okNow || was.Uid == is.Uid && was.Gid == is.Gid {
		return nil
	}
	if err := f.Chown(int(was.Uid), int(was.Gid)); err != nil {
		return fmt.Errorf("it belongs to another user or group (%d:%d), and would not any more: %w", was.Uid, was.Gid, reason(err))
	}
	return nil
}
