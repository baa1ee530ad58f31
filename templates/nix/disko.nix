{
  disko.devices = {
    disk = {
{{range .Disks}}
      {{.Name}} = {
        type = "disk";
        device = {{.Device}};
        content = {
          type = "gpt";
          partitions = {
{{with .BIOS}}
            # where GRUB lies for firmware that boots in BIOS mode
            {{.}} = {
              size = "1M";
              type = "EF02";
            };
{{end}}
{{if .BootMount}}
            {{.Boot}} = {
              size = {{$.BootSize}};
              type = "EF00";
              content = {
                type = "filesystem";
                format = "vfat";
                mountpoint = {{.BootMount}};
{{if .Pool}}
                # The host has to start when this disk is dead, and with nofail does not wait for it. Not too short: a disk
                # that was given up too early would get no new boot loader.
{{else}}
                # The host has to start when this disk is dead. As long as md waits: with nofail the start does not
                # wait for it, and a disk that was given up too early would get no new boot loader.
{{end}}
                mountOptions = [
                  "nofail"
                  "umask=0077"
                  "x-systemd.device-timeout=30s"
                ];
              };
            };
{{end}}
{{with .Swap}}
            {{.Name}} = {
              size = {{.Size}};
              content = {
                type = "swap";
                mountOptions = [ "nofail" ];
              };
            };
{{end}}
{{range .Members}}
            {{.Partition}} = {
              size = {{.Size}};
              type = "FD00";
              content = {
                type = "mdraid";
                name = {{.Array}};
              };
            };
{{end}}
{{if .Pool}}
            {{.PoolPart}} = {
              size = "100%";
              type = "BF01";
              content = {
                type = "zfs";
                pool = {{.Pool}};
              };
            };
{{end}}
{{if .FileSystem}}
            {{.Files}} = {
              size = "100%";
              content = {
                type = "filesystem";
                format = {{.FileSystem.Format}};
                mountpoint = {{.FileSystem.Mount}};
{{if .FileSystem.NoFail}}
                # only root holds up the start of the host
{{end}}
{{with .FileSystem.Options}}
                mountOptions = {{.}};
{{end}}
              };
            };
{{end}}
          };
        };
      };
{{end}}
    };
{{if .Arrays}}
    mdadm = {
{{range .Arrays}}
      {{.Name}} = {
        type = "mdadm";
        level = {{.Level}};
        metadata = "1.2";
{{if .Bitmap}}
        # a disk that comes back catches up instead of being written anew
        extraArgs = [ "--bitmap=internal" ];
{{end}}
{{if .Swap}}
        content = {
          type = "swap";
          mountOptions = [ "nofail" ];
        };
{{else}}
        content = {
          type = "filesystem";
          format = {{.FileSystem.Format}};
          mountpoint = {{.FileSystem.Mount}};
{{if .FileSystem.NoFail}}
          # only root holds up the start of the host
{{end}}
{{with .FileSystem.Options}}
          mountOptions = {{.}};
{{end}}
        };
{{end}}
      };
{{end}}
    };
{{end}}
{{if .Pools}}
    zpool = {
{{range .Pools}}
      {{.Name}} = {
        type = "zpool";
        mode = {{.Mode}};
        options.ashift = "12";
        rootFsOptions = {
          acltype = "posixacl";
          atime = "off";
          compression = "on";
          mountpoint = "none";
          xattr = "sa";
        };
        # NixOS mounts them, in their order, and not ZFS by itself.
        datasets = {
{{range .Datasets}}
          {{.Name}} = {
            type = "zfs_fs";
            mountpoint = {{.Mount}};
            options.mountpoint = "legacy";
{{if .NoFail}}
            # only the system holds up the start of the host
            mountOptions = [ "nofail" ];
{{end}}
          };
{{end}}
          # What it keeps free is room to clear up in, in a pool that is full.
          reserved = {
            type = "zfs_fs";
            options = {
              canmount = "off";
              refreservation = "2G";
            };
          };
        };
      };
{{end}}
    };
{{end}}
  };
}
