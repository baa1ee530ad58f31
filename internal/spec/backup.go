package spec

// Backup mirrors #Backup.
type Backup struct {
	S3       BackupS3 `json:"s3"`
	Schedule string   `json:"schedule"`
	Keep     struct {
		Daily   int `json:"daily"`
		Weekly  int `json:"weekly"`
		Monthly int `json:"monthly"`
	} `json:"keep"`
}

// BackupS3 mirrors #Backup.s3.
type BackupS3 struct {
	Endpoint string `json:"endpoint"`
	Bucket   string `json:"bucket"`
	Region   string `json:"region"`
	Prefix   string `json:"prefix"`
}

// AppBackup mirrors #App.backup.
type AppBackup struct {
	Dump []string `json:"dump"`
}
