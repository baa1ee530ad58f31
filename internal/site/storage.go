package site

import (
	"cmp"
	"slices"

	"sitegen/internal/spec"
)

// The classes of storage that volumes have.
const (
	StorageLocal    = "local-path" // k3s's own: a folder of one host
	StorageLonghorn = "longhorn"
)

const (
	longhornName      = "longhorn" // of its Application, project and folder, and of the folder on hosts
	LonghornNamespace = "longhorn-system"
)

// LonghornDir is where every host has its copies: on what carries the volumes of apps,
// for k3s does not start before that is mounted.
const LonghornDir = VolumesDir + "/" + longhornName

// Longhorn tells whether some volume has copies on several hosts, or may have.
func (s *Site) Longhorn() bool {
	return s.Storage == StorageLonghorn || slices.ContainsFunc(s.Apps, func(a *Workload) bool {
		return slices.ContainsFunc(a.Volumes, func(v Volume) bool { return v.Storage == StorageLonghorn })
	})
}

// Copies is how many there are of a volume.
func (s *Site) Copies() int { return min(3, max(1, len(s.Hosts))) }

// The groups of jobs that a volume is in, for Longhorn. It puts those without any into
// its own default, as a volume that somebody else's chart brings.
const (
	longhornBackedUp = "default"
	longhornLeftOut  = "left-out" // which has no job
)

// LonghornLabels on a claim say which jobs its volume gets: those of a claim with the
// first label replace the volume's own (longhorn enhancements/20230517-set-recurring-job-to-pvc.md).
func LonghornLabels(v Volume) map[string]string {
	group := longhornLeftOut
	if v.Backup {
		group = longhornBackedUp
	}
	return map[string]string{"recurring-job.longhorn.io/source": "enabled", "recurring-job-group.longhorn.io/" + group: "enabled"}
}

// LonghornTarget is where Longhorn backs its volumes up to, in its words.
func (s *Site) LonghornTarget(b *spec.Backup) string {
	return "s3://" + b.S3.Bucket + "@" + cmp.Or(b.S3.Region, "us-east-1") + "/" + cmp.Or(b.S3.Prefix, s.Name) + "/" + longhornName + "/"
}

// longhorn is its chart, like one that the user brings.
func longhorn(s *Site, sp *spec.Spec) *Beside {
	b := newBeside(KindChart, longhornName, spec.Beside{
		Namespace: LonghornNamespace, PodSecurity: "privileged", OnRemoval: "keep",
		ClusterKinds: []string{
			"apiextensions.k8s.io/CustomResourceDefinition", "rbac.authorization.k8s.io/ClusterRole", "rbac.authorization.k8s.io/ClusterRoleBinding",
			"scheduling.k8s.io/PriorityClass",
		},
	}, []string{"*"})
	values := spec.Data{
		"persistence": map[string]any{
			// k3s marks its own class as the default too; the newer one counts.
			"defaultClass": sp.Storage == StorageLonghorn, "defaultClassReplicaCount": s.Copies(),
		},
		"defaultSettings": map[string]any{
			"defaultDataPath": LonghornDir,
			// The pod of a volume on a dead node is given up after five minutes, so that the volume can go elsewhere.
			"nodeDownPodDeletionPolicy": "delete-both-statefulset-and-deployment-pod",
			// A node may be drained for as long as a copy elsewhere is whole.
			"nodeDrainPolicy":                     "block-if-contains-last-replica",
			"upgradeChecker":                      false,
			"allowCollectingLonghornUsageMetrics": false,
		},
		"longhornUI": map[string]any{"replicas": 1},
		// It runs before the account that it needs is there, under Argo CD.
		"preUpgradeChecker": map[string]any{"jobEnabled": false},
	}
	if sp.Backup != nil {
		b.Secrets = []string{"AWS_ACCESS_KEY_ID", "AWS_ENDPOINTS", "AWS_SECRET_ACCESS_KEY"}
		values["defaultBackupStore"] = map[string]any{"backupTarget": s.LonghornTarget(sp.Backup), "backupTargetCredentialSecret": b.SecretName()}
		values["extraObjects"] = []any{map[string]any{
			"apiVersion": "longhorn.io/v1beta2", "kind": "RecurringJob",
			"metadata": map[string]any{"name": "backup", "namespace": LonghornNamespace},
			"spec": map[string]any{
				"name": "backup", "task": "backup", "groups": []any{longhornBackedUp}, "cron": cronAt(sp.Backup.Schedule),
				"retain": max(1, sp.Backup.Keep.Daily), "concurrency": 1,
			},
		}}
	}
	b.Chart = &Chart{Name: longhornName, Version: sp.Versions.Charts.Longhorn, Repo: "https://charts.longhorn.io", Values: values}
	return b
}

// cronAt is a time of day as cron has it.
func cronAt(clock string) string {
	if len(clock) != len("02:30") {
		return ""
	}
	return clock[3:] + " " + clock[:2] + " * * *"
}
