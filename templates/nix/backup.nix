# The backup of the host: its volumes, and what backup-prepare puts beside them.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  host = config.networking.hostName;
  into = {{.Repository}};
{{if .Region}}
  region = {{.Region}};
{{end}}
  program =
    name: packages:
    pkgs.writeShellScriptBin "backup-${name}" (
      "export PATH=${lib.makeBinPath packages}:/run/current-system/sw/bin\n" + builtins.readFile (./. + "/${name}.sh")
    );
  # What the volumes lie on may not have come up: an empty folder is no backup.
  mounted.RequiresMountsFor = [
    "/var/lib/backup"
    "/var/lib/rancher/k3s/storage"
  ];
in
{
  systemd.tmpfiles.rules = [
    "d /var/lib/backup 0700 root root -"
    "d /var/lib/rancher/k3s/storage 0700 root root -"
  ];

  # Read by systemd, and by the shell of restic-site.
  sops.templates."backup.env".content = ''
    AWS_ACCESS_KEY_ID='${config.sops.placeholder.s3_access_key}'
    AWS_SECRET_ACCESS_KEY='${config.sops.placeholder.s3_secret_key}'
{{if .Region}}
    AWS_DEFAULT_REGION='${region}'
{{end}}
  '';

{{with .Etcd}}
  # The snapshots of etcd that each server makes: k3s reads this when it starts. Their number counts for each server on its disk, and for
  # all of them in the bucket (k3s pkg/etcd/s3, SnapshotRetention).
  sops.templates."etcd-s3.yaml" = lib.mkIf (config.services.k3s.role == "server") {
    path = "/etc/rancher/k3s/config.yaml.d/etcd-s3.yaml";
    restartUnits = [ "k3s.service" ];
    content = ''
      etcd-s3: true
      etcd-s3-endpoint: ${builtins.toJSON {{.Endpoint}}}
      etcd-s3-insecure: ${builtins.toJSON {{.Insecure}}}
      etcd-s3-bucket: ${builtins.toJSON {{.Bucket}}}
{{if .Region}}
      etcd-s3-region: ${builtins.toJSON {{.Region}}}
{{end}}
      etcd-s3-folder: ${builtins.toJSON {{.Folder}}}
      etcd-snapshot-compress: true
      etcd-snapshot-retention: ${builtins.toJSON {{.Retention}}}
      etcd-s3-access-key: |2-
        ${config.sops.placeholder.s3_access_key}
      etcd-s3-secret-key: |2-
        ${config.sops.placeholder.s3_secret_key}
    '';
  };

{{end}}
  services.restic.backups.site = {
    initialize = true;
    # Each host has its own, for two that prune would lock each other out.
    repository = "${into}/${host}";
    passwordFile = config.sops.secrets.restic_password.path;
    environmentFile = config.sops.templates."backup.env".path;
    paths = [
      "/var/lib/backup"
      "/var/lib/rancher/k3s/storage"
    ];
    # What backup-restore put aside; and what is in volumes that are left out, but not their
    # folders: a volume without one does not come up.
    exclude = {{list .Exclude}};
    # Takes away the locks of a run that was cut off, and no others.
    backupPrepareCommand = "${pkgs.restic}/bin/restic unlock || true";
    timerConfig = {
      OnCalendar = {{.Schedule}};
      Persistent = true;
      RandomizedDelaySec = "15min";
    };
    # All of a host's are one row, whatever they were of.
    pruneOpts = [
      "--group-by host"
{{range .Keep}}
      {{.}}
{{end}}
    ];
    # Part of the data is read again each time.
    checkOpts = [ "--read-data-subset=2%" ];
  };
  systemd.services.restic-backups-site = {
    # Not required: what could be prepared is copied, and the failure of the other is reported.
    wants = [ "backup-prepare.service" ];
    after = [ "backup-prepare.service" ];
    unitConfig = mounted;
    serviceConfig.TimeoutStartSec = "20h";
  };

  systemd.services.backup-prepare = {
    description = "Copy of the cluster's state and dumps of databases, for the backup";
    environment.ROLE = config.services.k3s.role;
    unitConfig = mounted;
    serviceConfig = {
      Type = "oneshot";
      ExecStart = "${
        program "prepare" [
          config.services.k3s.package
          pkgs.coreutils
          pkgs.sqlite
        ]
      }/bin/backup-prepare";
      TimeoutStartSec = "6h";
    };
  };

  systemd.services.backup-age = {
    description = "Look at how old the newest backup is";
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    startAt = {{.AgeAt}};
    serviceConfig.Type = "oneshot";
    serviceConfig.ExecStart = "${
      program "age" [
        pkgs.coreutils
        pkgs.jq
      ]
    }/bin/backup-age";
  };

  environment.systemPackages = [
    (program "drill" [
      pkgs.coreutils
      pkgs.findutils
      pkgs.gnused
      pkgs.jq
      pkgs.sqlite
    ])
    (program "restore" [
      config.services.k3s.package
      config.systemd.package
      pkgs.coreutils
      pkgs.findutils
      pkgs.gnugrep
      pkgs.jq
      pkgs.util-linux
    ])
  ];
}
