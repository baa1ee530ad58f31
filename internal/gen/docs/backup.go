package docs

import (
	"fmt"
	"strings"

	"sitegen/internal/site"
)

// backup is the backup as the runbook speaks of it.
type backup struct {
	Schedule, Repository, Keep, LeftOut string
	Dumps                               []appDump
}

type appDump struct{ App, Pods, Command string }

// newBackup is nil where the site has none.
func newBackup(s *site.Site) *backup {
	if s.Backup == nil {
		return nil
	}
	b := &backup{Schedule: s.Backup.Schedule, Repository: s.BackupRepository()}
	var keep []string
	for _, k := range []struct {
		n  int
		of string
	}{{s.Backup.Keep.Daily, "days"}, {s.Backup.Keep.Weekly, "weeks"}, {s.Backup.Keep.Monthly, "months"}} {
		if k.n > 0 {
			keep = append(keep, fmt.Sprintf("the last of %d %s", k.n, k.of))
		}
	}
	b.Keep = strings.Join(keep, ", ")
	var out []string
	for _, a := range s.Apps {
		for _, v := range a.Volumes {
			if !v.Backup {
				out = append(out, v.Name+" of "+a.Name)
			}
		}
	}
	b.LeftOut = strings.Join(out, ", ")
	for _, a := range s.Dumps() {
		b.Dumps = append(b.Dumps, appDump{a.Name, a.Pods(), strings.Join(a.Backup.Dump, " ")})
	}
	return b
}
