package main

import (
	"runtime/debug"
	"testing"
)

// TestCollectSeldom: the program's own settings, unless the user has some.
func TestCollectSeldom(t *testing.T) {
	percent, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(-1)
	defer func() { debug.SetGCPercent(percent); debug.SetMemoryLimit(limit) }()
	for _, test := range []struct {
		gogc, limit string
		wantGOGC    int
		wantLimit   int64
	}{
		{"", "", 300, 1 << 30},
		{"50", "", 100, 1 << 30},
		{"off", "64MiB", 100, limit},
	} {
		debug.SetGCPercent(100)
		debug.SetMemoryLimit(limit)
		t.Setenv("GOGC", test.gogc)
		t.Setenv("GOMEMLIMIT", test.limit)
		collectSeldom()
		if got, most := debug.SetGCPercent(100), debug.SetMemoryLimit(-1); got != test.wantGOGC || most != test.wantLimit {
			t.Errorf("%+v: GOGC is %d, the limit %d", test, got, most)
		}
	}
}
