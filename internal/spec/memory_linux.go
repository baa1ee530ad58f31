package spec

import "syscall"

// limitMemory keeps the process below so many bytes of data (getrlimit(2): since
// Linux 4.7 RLIMIT_DATA counts private writable mappings, which Go's heap is).
func limitMemory(bytes uint64) {
	_ = syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes}) // the watcher is still there
}
