package nixos

import (
	"fmt"
	"strconv"

	"sitegen/internal/sh"
	"sitegen/internal/site"
	"sitegen/internal/tree"
)

// backup fills the role of hosts that are backed up.
type backup struct {
	Repository, Region string
	Exclude            []string
	Schedule, AgeAt    string // systemd's calendar events
	Keep               []string
}

func backupOf(s *site.Site) backup {
	b := backup{Repository: s.BackupRepository(), Region: s.Backup.S3.Region, Schedule: at(s.Backup.Schedule, 0), AgeAt: at(s.Backup.Schedule, 12),
		Exclude: []string{site.VolumesDir + "/before-*", site.BackupDir + "/before-*", site.BackupDir + "/dumps-of-*"}}
	for _, folder := range s.LeftOut() {
		b.Exclude = append(b.Exclude, site.VolumesDir+"/"+folder+"/*")
	}
	for _, k := range []struct {
		of string
		n  int
	}{{"daily", s.Backup.Keep.Daily}, {"weekly", s.Backup.Keep.Weekly}, {"monthly", s.Backup.Keep.Monthly}} {
		if k.n > 0 {
			b.Keep = append(b.Keep, fmt.Sprintf("--keep-%s %d", k.of, k.n))
		}
	}
	return b
}

// at is a time of every day, some hours after the one given.
func at(clock string, hours int) string {
	h, _ := strconv.Atoi(clock[:2])
	return fmt.Sprintf("*-*-* %02d%s:00", (h+hours)%24, clock[2:])
}

// backupScripts are what the role runs.
func backupScripts(s *site.Site) ([]tree.File, error) {
	datastore := ""
	var names, pods, lengths, words []string
	if s.OwnDatastore() && !s.Quorum() { // k3s makes the snapshots of etcd itself
		datastore = "yes"
	}
	for _, a := range s.Dumps() {
		names, pods = append(names, a.Name), append(pods, a.Pods())
		lengths, words = append(lengths, strconv.Itoa(len(a.Backup.Dump))), append(words, a.Backup.Dump...)
	}
	prepare := []sh.Var{
		{Name: "datastore", Value: datastore}, {Name: "dumps", Value: names}, {Name: "dump_in", Value: pods},
		{Name: "dump_length", Value: lengths}, {Name: "dump_words", Value: words},
	}
	var files []tree.File
	for _, x := range []struct {
		name   string
		values []sh.Var
	}{{"age", nil}, {"drill", []sh.Var{{Name: "left_out", Value: s.LeftOut()}}}, {"prepare", prepare}, {"restore", nil}} {
		f, err := hostScript("backup-"+x.name+".sh", "roles/backup/"+x.name+".sh", x.values...)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
