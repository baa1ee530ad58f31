package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// isTerminal tells whether somebody looks at w.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// wantsColor tells whether w is a terminal and nobody asked for plain text
// (https://no-color.org).
func wantsColor(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// doing says what takes long, to somebody who waits for it at a terminal, unless it is
// done within a second.
func (e *env) doing(what string) (done func()) {
	if !isTerminal(e.stderr) {
		return func() {}
	}
	said := make(chan struct{})
	timer := time.AfterFunc(time.Second, func() {
		fmt.Fprintf(e.stderr, "gen: %s …\n", what)
		close(said)
	})
	return func() {
		if !timer.Stop() {
			<-said // so that it does not come after what follows
		}
	}
}
