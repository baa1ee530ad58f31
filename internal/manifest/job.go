package manifest

// CronJobSpec is a CronJob's.
type CronJobSpec struct {
	ConcurrencyPolicy          string      `yaml:"concurrencyPolicy"`
	FailedJobsHistoryLimit     int         `yaml:"failedJobsHistoryLimit"`
	JobTemplate                JobTemplate `yaml:"jobTemplate"`
	Schedule                   string      `yaml:"schedule"`
	StartingDeadlineSeconds    int         `yaml:"startingDeadlineSeconds"`
	SuccessfulJobsHistoryLimit int         `yaml:"successfulJobsHistoryLimit"`
	TimeZone                   string      `yaml:"timeZone"`
}

// NewCronJob makes a CronJob.
func NewCronJob(m Meta, s CronJobSpec) Object[CronJobSpec] {
	return Object[CronJobSpec]{APIVersion: "batch/v1", Kind: "CronJob", Metadata: m, Spec: s}
}

// JobTemplate is what a CronJob's jobs are made from.
type JobTemplate struct {
	Spec JobSpec `yaml:"spec"`
}

// JobSpec is a Job's.
type JobSpec struct {
	ActiveDeadlineSeconds int         `yaml:"activeDeadlineSeconds"`
	BackoffLimit          int         `yaml:"backoffLimit"`
	Template              PodTemplate `yaml:"template"`
}
