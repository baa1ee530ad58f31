package main

import (
	"fmt"
	"time"
)

// A table is what is measured by turns, and how it is printed.
type table struct {
	head  string
	steps func(*site) []func() error
	rows  func(*site) string
}

var again = table{
	head: "\nNothing to do, against CUE alone:\n\n" +
		"| clients | hostnames more | files | cue | again | ratio | processor: cue | again | ratio | MiB: cue | again | ratio | cue export |\n" +
		"|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
	steps: (*site).nothingToDo,
	rows: func(s *site) string {
		cue, again := s.median("cue"), s.median("again")
		return fmt.Sprintf("| %d | %d | %d | %s | %s | %s | %s | %s | %s | %d | %d | %.1f | %s |\n", s.clients, s.hostnames, s.files,
			short(cue.wall), short(again.wall), over(again.wall, cue.wall), short(cue.cpu), short(again.cpu), over(again.cpu, cue.cpu),
			cue.peak>>20, again.peak>>20, float64(again.peak)/float64(cue.peak), short(s.median("cue export").wall))
	},
}

var first = table{
	head: "\nThe first write, against CUE and tar (what it takes more than a run with nothing to do, by tar's time):\n\n" +
		"| clients | hostnames more | where | tar | first | more than again | by tar | MiB | terramate |\n" +
		"|---:|---:|---|---:|---:|---:|---:|---:|---:|\n",
	steps: (*site).firstWrite,
	rows: func(s *site) string {
		rows := ""
		for _, where := range []string{inMemory, onDisk} {
			tar, first := s.median("tar "+where), s.median("first "+where)
			more := first.wall - s.median("again").wall
			rows += fmt.Sprintf("| %d | %d | %s | %s | %s | %s | %s | %d | %s |\n", s.clients, s.hostnames, where,
				short(tar.wall), short(first.wall), short(more), over(more, tar.wall), first.peak>>20, short(s.median("terramate "+where).wall))
		}
		return rows
	},
}

// short is a time in milliseconds; a dash where nothing was measured.
func short(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return d.Round(time.Millisecond).String()
}

func over(a, b time.Duration) string { return fmt.Sprintf("%.1f", float64(a)/float64(b)) }
