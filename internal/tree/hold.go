package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"
)

// holdsAtMost is how long Hold waits for another process.
const holdsAtMost = 30 * time.Second

// held are the folders that this process holds: a second lock on one would wait for the first.
var held struct {
	sync.Mutex
	folders []fs.FileInfo
}

// Hold keeps every other gen from a folder until release: those that Hold it too, and those
// that Apply to it. It calls waiting once where it has to wait. Where there is no such folder,
// or no locks, it does nothing.
func Hold(dir string, waiting func()) (release func(), err error) {
	return hold(dir, waiting, holdsAtMost)
}

func hold(dir string, waiting func(), most time.Duration) (release func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return func() {}, nil // who reads or writes there says why
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, err
	}
	for end := time.Now().Add(most); taken(f); time.Sleep(50 * time.Millisecond) {
		if waiting != nil {
			waiting()
			waiting = nil
		}
		if time.Now().After(end) {
			return nil, errors.Join(fmt.Errorf("another run of gen has not ended in %s: nothing was written; run this again after it", most), f.Close())
		}
	}
	held.Lock()
	defer held.Unlock()
	held.folders = append(held.folders, info)
	return func() {
		held.Lock()
		defer held.Unlock()
		held.folders = slices.DeleteFunc(held.folders, func(i fs.FileInfo) bool { return i == info })
		f.Close()
	}, nil
}

// holds tells whether this process holds a folder.
func holds(dir *os.File) bool {
	info, err := dir.Stat()
	if err != nil {
		return false
	}
	held.Lock()
	defer held.Unlock()
	return slices.ContainsFunc(held.folders, func(i fs.FileInfo) bool { return os.SameFile(i, info) })
}
