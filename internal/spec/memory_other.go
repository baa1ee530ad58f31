//go:build !linux

package spec

// limitMemory does nothing here: other systems have no limit that Go's heap comes
// under, so the watcher in evaluate is all there is.
func limitMemory(uint64) {}
