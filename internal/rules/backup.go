package rules

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"sitegen/internal/diag"
	"sitegen/internal/format"
	"sitegen/internal/site"
)

const backupTo = `s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}`

func backupRules() []Rule {
	return []Rule{
		{ID: "backup-bucket", Severity: diag.Error, Summary: "The bucket of the backup, its service, region and prefix are names that S3 takes.",
			Bad: `backup: s3: {endpoint: "https://s3.example.com/site-backup", bucket: "site-backup"}`, Good: `backup: ` + backupTo, value: true, check: checkBackupBucket},
		{ID: "backup-schedule", Severity: diag.Error, Summary: "The backup has a time of day, in hours and minutes.",
			Bad: `backup: {` + backupTo + `, schedule: "2:30"}`, Good: `backup: {` + backupTo + `, schedule: "02:30"}`, value: true, check: checkBackupSchedule},
		{ID: "backup-keep", Severity: diag.Error, Summary: "At least one backup stays.",
			Bad: `backup: {` + backupTo + `, keep: {daily: 0, weekly: 0, monthly: 0}}`, Good: `backup: {` + backupTo + `, keep: daily: 14}`, value: true, check: checkBackupKeep},
		{ID: "backup-alerts", Severity: diag.Warning, Summary: "Somebody hears of a backup that fails.",
			Bad: `backup: ` + backupTo, Good: `backup: ` + backupTo + "\n" + `alerts: ntfy: "https://ntfy.example.com/site"`, check: checkBackupAlerts},
		{ID: "backup-apart", Severity: diag.Warning, Summary: "The backup has a bucket of its own: whoever may write Terraform's state may delete what lies beside it.",
			Bad: `backup: ` + backupTo + "\n" + `terraform: s3: {endpoint: "https://s3.example.com", bucket: "site-backup"}`, Good: `backup: ` + backupTo + "\n" + `terraform: s3: {endpoint: "https://s3.example.com", bucket: "site-state"}`, check: checkBackupApart},
		{ID: "backup-datastore", Severity: diag.Warning, Summary: "The cluster's state is in k3s's own database, which the backup copies.",
			Bad: `backup: ` + backupTo + "\n" + `cluster: k3s: flags: ["--datastore-endpoint=http://203.0.113.20:2379"]`, Good: `backup: ` + backupTo, check: checkBackupDatastore},
		{ID: "dump", Severity: diag.Error, Summary: "A dump is a command that a running pod of the app can be given, and there is a backup that keeps what it writes.",
			Bad: `apps: invoices: backup: dump: ["pg_dump", "-Fc", "invoices"]`, Good: `apps: invoices: backup: dump: ["pg_dump", "-Fc", "invoices"]` + "\n" + `backup: ` + backupTo, check: checkDump},
		{ID: "dump-volume", Severity: diag.Warning, Summary: "The files of a database that is dumped are not copied while it writes to them.",
			Bad:  `apps: invoices: {volumes: data: {mount: "/data", size: "1Gi"}, backup: dump: ["pg_dump", "-Fc", "invoices"]}` + "\n" + `backup: ` + backupTo,
			Good: `apps: invoices: {volumes: data: {mount: "/data", size: "1Gi", backup: false}, backup: dump: ["pg_dump", "-Fc", "invoices"]}` + "\n" + `backup: ` + backupTo, check: checkDumpVolume},
		{ID: "dump-replicas", Severity: diag.Warning, Summary: "A dump is of one pod: what the other pods of a stateful app have in volumes of their own is in the backup too.",
			Bad:  `apps: invoices: {kind: "stateful", replicas: 2, volumes: data: {mount: "/data", size: "1Gi", backup: false}, backup: dump: ["pg_dump", "-Fc", "invoices"]}` + "\n" + `backup: ` + backupTo,
			Good: `apps: invoices: {kind: "stateful", replicas: 2, volumes: data: {mount: "/data", size: "1Gi"}, backup: dump: ["pg_dump", "-Fc", "invoices"]}` + "\n" + `backup: ` + backupTo, check: checkDumpReplicas},
		{ID: "dump-pipe", Severity: diag.Warning, Summary: "A dump that fails in a pipe of a shell fails: without pipefail the last command alone counts, and an empty dump takes the place of the last good one.",
			Bad:  `apps: invoices: {volumes: data: backup: false, backup: dump: ["sh", "-c", "pg_dump invoices | gzip"]}` + "\n" + `backup: ` + backupTo,
			Good: `apps: invoices: {volumes: data: backup: false, backup: dump: ["bash", "-c", "set -o pipefail; pg_dump invoices | gzip"]}` + "\n" + `backup: ` + backupTo, check: checkDumpPipe},
	}
}

// prefixRE is a prefix that restic's name of a repository and systemd's environment hold as it is.
var prefixRE = format.Pattern(`^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$`)

func checkBackupBucket(c *checker) {
	if c.spec.Backup == nil {
		return
	}
	b, at := c.spec.Backup.S3, diag.Path{"backup", "s3"}
	c.fault(at.With("endpoint"), format.URL(b.Endpoint))
	u, err := url.Parse(b.Endpoint)
	if err == nil && !format.URL(b.Endpoint).Bad() && (strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "") {
		c.report(at.With("endpoint"), "%q is more than the address of the service", b.Endpoint).WithHint("%s", format.DidYouMean("https://"+u.Host))
	}
	r2 := err == nil && strings.HasSuffix(u.Hostname(), ".r2.cloudflarestorage.com")
	c.fault(at.With("bucket"), bucketFault(b.Bucket, r2))
	if b.Region != "" && !regionRE().MatchString(b.Region) {
		c.report(at.With("region"), "%q is no region", b.Region).WithHint("like \"eu-central-1\"; leave it out where the service has none")
	}
	if b.Prefix != "" && (!prefixRE().MatchString(b.Prefix) || format.Inside(b.Prefix).Bad()) {
		c.report(at.With("prefix"), "%q is no prefix", b.Prefix).WithHint("letters, digits, and - . _ with / between them, like \"backup/web\"")
	}
}

var clockRE = format.Pattern(`^([01][0-9]|2[0-3]):[0-5][0-9]$`)

func checkBackupSchedule(c *checker) {
	if b := c.spec.Backup; b != nil && !clockRE().MatchString(b.Schedule) {
		hint := "hours and minutes of two digits each, once a day: \"02:30\""
		if clockRE().MatchString("0" + b.Schedule) {
			hint = format.DidYouMean("0" + b.Schedule)
		}
		c.report(diag.Path{"backup", "schedule"}, "%q is no time of day", b.Schedule).WithHint("%s", hint)
	}
}

func checkBackupKeep(c *checker) {
	if b := c.spec.Backup; b != nil && b.Keep.Daily+b.Keep.Weekly+b.Keep.Monthly == 0 {
		c.report(diag.Path{"backup", "keep"}, "no backup would stay").WithHint("leave keep out for 7 days, 5 weeks and 12 months")
	}
}

func checkBackupAlerts(c *checker) {
	if c.spec.Backup != nil && c.spec.Alerts == nil {
		c.report(diag.Path{"backup"}, "nobody hears when the backup fails, or is not made at all").WithHint("say alerts: by mail, ntfy or a webhook")
	}
}

func checkBackupApart(c *checker) {
	if c.spec.Backup == nil || c.spec.Terraform.S3 == nil {
		return
	}
	b, t := c.spec.Backup.S3, c.spec.Terraform.S3
	if b.Bucket != t.Bucket || strings.TrimSuffix(b.Endpoint, "/") != strings.TrimSuffix(t.Endpoint, "/") {
		return
	}
	p := c.report(diag.Path{"backup", "s3", "bucket"}, "Terraform's state is in the same bucket, and a key that may write there may delete the backup").
		WithHint("a bucket of its own, with a key of its own")
	c.note(p, diag.Path{"terraform", "s3", "bucket"}, "the state's")
}

func checkBackupDatastore(c *checker) {
	if c.spec.Backup == nil {
		return
	}
	for i, f := range c.spec.Cluster.K3s.Flags {
		if strings.HasPrefix(f, "--datastore-endpoint") {
			c.report(diag.Path{"cluster", "k3s", "flags", i}, "the cluster's state is elsewhere, and not in the backup").WithHint("back up that database where it is, or silence this")
		}
	}
}

func checkDump(c *checker) {
	for name, a := range c.spec.Apps {
		at := diag.Path{"apps", name, "backup", "dump"}
		switch {
		case len(a.Backup.Dump) == 0:
		case c.spec.Backup == nil:
			c.report(at, "the site has no backup that would keep the dump").WithHint("backup: s3: {endpoint: \"https://s3.example.com\", bucket: \"site-backup\"}")
		case slices.Contains(a.Backup.Dump[:1], ""):
			c.report(at.With(0), "the command has no name").WithHint("[\"pg_dump\", \"-Fc\", %q]", name)
		case a.Replicas == 0:
			c.note(c.report(at, "the dump is made in a running pod, and the app has none"), diag.Path{"apps", name, "replicas"}, "set here")
		}
	}
}

func checkDumpVolume(c *checker) {
	for name, a := range c.spec.Apps {
		for volume, v := range a.Volumes {
			if c.spec.Backup == nil || len(a.Backup.Dump) == 0 || !v.Backup || cmp.Or(v.Storage, c.spec.Storage) == site.StorageLonghorn {
				continue // Longhorn backs up what a volume was at one moment
			}
			hint := "say backup: false where the database's files are in it; silence this where other files are"
			if a.Kind == "stateful" && a.Replicas > 1 {
				hint = "the dump is of the first pod: leave the volume in the backup, which has nothing else of the other pods, and silence this"
			}
			c.reportName(diag.Path{"apps", name, "volumes", volume}, "the volume %q is copied while the app writes to it, beside its dump", volume).WithHint("%s", hint)
		}
	}
}

func checkDumpReplicas(c *checker) {
	for name, a := range c.spec.Apps {
		for volume, v := range a.Volumes {
			if c.spec.Backup == nil || len(a.Backup.Dump) == 0 || v.Backup || a.Kind != "stateful" || a.Replicas < 2 {
				continue
			}
			at := diag.Path{"apps", name, "volumes", volume, "backup"}
			p := c.report(at, "the dump is of the first pod, and what the other pods have in their volumes %q is in no backup", volume).
				WithHint("take backup: false away; silence this where all pods have the same data, or can make it anew")
			c.note(p, diag.Path{"apps", name, "replicas"}, "%d pods", a.Replicas)
		}
	}
}

var shellRE = format.Pattern(`^(.*/)?(ba|da|a|k|z)?sh$`)

func checkDumpPipe(c *checker) {
	for name, a := range c.spec.Apps {
		shell := slices.IndexFunc(a.Backup.Dump, shellRE().MatchString)
		if shell < 0 {
			continue
		}
		for i, word := range a.Backup.Dump {
			// || and >| are no pipes.
			pipe := i > shell && strings.Contains(strings.NewReplacer("||", "", ">|", "").Replace(word), "|")
			if pipe && !slices.ContainsFunc(a.Backup.Dump, func(w string) bool { return strings.Contains(w, "pipefail") }) {
				c.report(diag.Path{"apps", name, "backup", "dump", i}, "a dump that fails before the | counts as made, and takes the place of the last good one").
					WithHint("no pipe, since restic compresses anyway; or bash with \"set -o pipefail; …\"")
			}
		}
	}
}
