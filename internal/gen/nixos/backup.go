package nixos

import (
	"fmt"
	"strconv"
	"strings"

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
	Etcd               *etcd // of several servers
}

// etcd says where k3s puts the snapshots that it makes.
type etcd struct {
	Endpoint, Bucket, Region, Folder string
	Insecure                         bool
	Retention                        int
}

// etcdSnapshots of each server: two a day.
const etcdSnapshots = 10

func etcdOf(s *site.Site) *etcd {
	if !s.Quorum() {
		return nil
	}
	to := s.Backup.S3
	scheme, host, _ := strings.Cut(strings.TrimSuffix(to.Endpoint, "/"), "://")
	return &etcd{
		Endpoint: host, Insecure: scheme == "http", Bucket: to.Bucket, Region: to.Region, Folder: s.EtcdFolder(), Retention: etcdSnapshots * len(s.Servers),
	}
}

func backupOf(s *site.Site) backup {
	b := backup{Repository: s.BackupRepository(), Region: s.Backup.S3.Region, Schedule: at(s.Backup.Schedule, 0), AgeAt: at(s.Backup.Schedule, 12), Etcd: etcdOf(s),
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
	var servers []string
	if s.Quorum() {
		for _, h := range s.Servers {
			servers = append(servers, h.Name)
		}
	}
	prepare := []sh.Var{
		{Name: "datastore", Value: datastore}, {Name: "servers", Value: servers}, {Name: "dumps", Value: names}, {Name: "dump_in", Value: pods},
		{Name: "dump_length", Value: lengths}, {Name: "dump_words", Value: words},
	}
	var files []tree.File
	for _, x := range []struct {
		name   string
		values []sh.Var
	}{{"age", nil}, {"drill", []sh.Var{{Name: "left_out", Value: s.LeftOut()}}}, {"prepare", prepare}, {"restore", []sh.Var{{Name: "servers", Value: servers}}}} {
		f, err := hostScript("backup-"+x.name+".sh", "roles/backup/"+x.name+".sh", x.values...)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}
