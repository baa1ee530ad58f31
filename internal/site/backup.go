package site

import (
	"cmp"
	"strings"

	"sitegen/internal/spec"
)

// BackupDir is where a host puts what the backup takes beside the volumes.
const BackupDir = "/var/lib/backup"

// Backup is what is copied away each day. Its prefix is said.
type Backup = spec.Backup

func resolveBackup(s *Site, sp *spec.Spec) {
	if sp.Backup == nil {
		return
	}
	b := *sp.Backup
	b.S3.Prefix = cmp.Or(b.S3.Prefix, sp.Name)
	s.Backup = &b
}

// BackupRepository is restic's name of the place that holds the backups, a folder for
// each host inside: hosts that shared one would lock each other out.
func (s *Site) BackupRepository() string {
	b := s.Backup.S3
	return "s3:" + strings.TrimSuffix(b.Endpoint, "/") + "/" + b.Bucket + "/" + b.Prefix
}

// EtcdFolder is where in the bucket k3s puts the snapshots of etcd.
func (s *Site) EtcdFolder() string { return s.Backup.S3.Prefix + "/etcd-snapshots" }

// LeftOut are the folders of volumes that the backup leaves empty, as patterns: the
// provisioner calls them VOLUME_NAMESPACE_CLAIM (local-path-provisioner provisioner.go).
func (s *Site) LeftOut() []string {
	var all []string
	for _, a := range s.Apps {
		for _, v := range a.Volumes {
			switch {
			case v.Backup || v.Storage == StorageLonghorn:
			case a.Stateful(): // a claim for each of 100 pods at most; [0-9]* would take in those of a volume like d-b-0x
				claim := "pvc-*_" + a.Namespace + "_" + v.Name + "-" + a.Name + "-"
				all = append(all, claim+"[0-9]", claim+"[1-9][0-9]")
			default:
				all = append(all, "pvc-*_"+a.Namespace+"_"+v.Name)
			}
		}
	}
	// Copies of blocks, which Longhorn itself backs up. A site without Longhorn may have had it.
	if s.Longhorn() || len(s.Hosts) > 1 {
		all = append(all, longhornName)
	}
	return all
}

// Dumps are the apps that dump their data for the backup.
func (s *Site) Dumps() []*Workload {
	var all []*Workload
	for _, a := range s.Apps {
		if len(a.Backup.Dump) > 0 {
			all = append(all, a)
		}
	}
	return all
}

// OwnDatastore tells whether the cluster's state is in k3s's own database, and not in
// one that a flag names.
func (s *Site) OwnDatastore() bool {
	for _, f := range s.Cluster.K3s.Flags {
		if strings.HasPrefix(f, "--datastore-endpoint") {
			return false
		}
	}
	return true
}
