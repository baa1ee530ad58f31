# Hosts whose disks make ZFS pools: what keeps a pool sound, who is told when it is not, and how much memory it may take.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.site.zfs;
  linux = config.boot.kernelPackages;
{{if .Alerts}}

  # ZED calls this with a subject, and with the text on its input.
  zedEvent = pkgs.writeShellScript "zed-event" ''
    exec /run/current-system/sw/bin/notify "$1" "$(cat)"
  '';
{{end}}
in
{
  options.site.zfs.snapshots = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    example = [ "system/volumes" ];
    description = "The datasets that have a day of hourly snapshots and a week of daily ones.";
  };

  config = {
    assertions = [
      {
        assertion = !linux.${config.boot.zfs.package.kernelModuleAttribute}.meta.broken;
        message = "ZFS ${config.boot.zfs.package.version} does not support Linux ${linux.kernel.version}: leave out boot.kernelPackages, for the release's own kernel";
      }
    ];

    boot.zfs = {
      # By the disks' names in the spec, which zpool status shows then; every partition has one, in a virtual machine too.
      devNodes = "/dev/disk/by-partlabel";
      # The pools lie on disks that no other host can reach. One that a rescue system or an installer imported, and did not
      # export, would stop the start for somebody at the console.
      forceImportRoot = true;
      forceImportAll = true;
    };

    services.zfs = {
      autoScrub.enable = true;
      autoScrub.interval = "monthly";
      trim.enable = true;
{{if .Alerts}}
      # A disk that fails, data that cannot be read, the end of a scrub that found something.
      zed.settings = {
        ZED_EMAIL_ADDR = [ "root" ];
        ZED_EMAIL_PROG = "${zedEvent}";
        ZED_EMAIL_OPTS = "'@SUBJECT@'";
      };
{{end}}
    };

    # ZED sees what changes, and not the pool that was short of a disk before the start or that fills up.
    systemd.services.zpool-health = {
      description = "Look at the health of all ZFS pools, and at the room in them";
      path = [ config.boot.zfs.package ];
      serviceConfig.Type = "oneshot";
      script = ''
        failed=0
        pools=$(zpool list -H -o name,health,capacity)
        while read -r pool health capacity; do
          if [ "$health" != ONLINE ]; then
            zpool status "$pool"
            failed=1
          fi
          case "$capacity" in
            9?% | 100%)
              echo "$pool is full to $capacity: zfs list -r -o space $pool shows what takes the room"
              failed=1
              ;;
          esac
        done <<<"$pools"
        exit $failed
      '';
    };
    systemd.timers.zpool-health = {
      wantedBy = [ "timers.target" ];
      timerConfig.OnBootSec = "10min";
      timerConfig.OnUnitActiveSec = "1d";
    };

    # The images lie on a dataset of their own, below what the k3s role waits for: k3s must not begin beneath it.
    systemd.services.k3s.unitConfig.RequiresMountsFor = [ "/var/lib/rancher/k3s/agent/containerd" ];

    # ZFS would take all of the memory but 1 GiB for its cache, and gives back slowly what pods ask for at once; the kubelet
    # does not know that it could be given back. Who sets another limit by a parameter of the kernel keeps it.
    systemd.services.zfs-cache-limit = {
      description = "Limit of the memory that ZFS takes for its cache: a tenth, and 16 GiB at most";
      wantedBy = [ "multi-user.target" ];
      before = [ "k3s.service" ];
      serviceConfig.Type = "oneshot";
      serviceConfig.RemainAfterExit = true;
      script = ''
        limit=/sys/module/zfs/parameters/zfs_arc_max
        [ "$(<$limit)" = 0 ] || exit 0
        read -r _ total _ </proc/meminfo # MemTotal, in KiB
        cache=$((total / 10))
        most=$((16 * 1024 * 1024))
        echo $(((cache < most ? cache : most) * 1024)) >$limit
      '';
    };

    services.sanoid = lib.mkIf (cfg.snapshots != [ ]) {
      enable = true;
      templates.data = {
        frequently = 0;
        hourly = 24;
        daily = 7;
        weekly = 0;
        monthly = 0;
        yearly = 0;
        autosnap = true;
        autoprune = true;
      };
      datasets = lib.genAttrs cfg.snapshots (_: {
        useTemplate = [ "data" ];
      });
    };
  };
}
