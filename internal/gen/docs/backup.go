package docs

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sitegen/internal/site"
)

// backup is the backup as the runbook speaks of it.
type backup struct {
	Schedule, Repository, Keep, LeftOut string
	Etcd                                string // the folder of etcd's snapshots, in the bucket
	Dumps                               []appDump
}

// appDump is a dump that is read back: while nothing writes to its database.
type appDump struct {
	App, Pods, Command string
	Writers            []writer
	Scheduled          []string // namespaces of jobs that may write too
}

type writer struct{ App, Pods, Replicas string }

// newBackup is nil where the site has none.
func newBackup(s *site.Site) *backup {
	if s.Backup == nil {
		return nil
	}
	b := &backup{Schedule: s.Backup.Schedule, Repository: s.BackupRepository(), Etcd: s.EtcdFolder()}
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
		b.Dumps = append(b.Dumps, newDump(s, a))
	}
	return b
}

// newDump finds who may write to the database: the apps that the app's allow names,
// and jobs, its own too.
func newDump(s *site.Site, a *site.Workload) appDump {
	d := appDump{App: a.Name, Pods: a.Pods(), Command: strings.Join(a.Backup.Dump, " ")}
	for _, w := range s.Apps {
		allowed := w != a && slices.Contains(a.Allow, w.Name)
		if allowed && w.Replicas > 0 {
			d.Writers = append(d.Writers, writer{w.Name, w.Pods(), strconv.Itoa(w.Replicas)})
		}
		if (allowed || w == a) && len(w.Jobs) > 0 {
			d.Scheduled = append(d.Scheduled, w.Name)
		}
	}
	return d
}
