# How a host starts: the boot loader and its menu lie on the boot partition of each disk that holds part of the root file
# system, so that any of them starts the host.
{
  config,
  lib,
  pkgs,
  utils,
  ...
}:
let
  cfg = config.site.boot;
  grub = cfg.firmware != "uefi";
  mounts = lib.attrNames cfg.disks;
  copies = lib.filter (mount: mount != "/boot") mounts;
  device = disk: config.disko.devices.disk.${disk}.device;

  # In the place that every UEFI firmware looks at, with no entry of its own in the firmware.
  grubForUEFI = lib.optionalString (cfg.firmware != "bios") ''
    ${pkgs.grub2_efi}/bin/grub-install --target=x86_64-efi --boot-directory="$mount" --efi-directory="$mount" --no-nvram --removable &&'';

  # NixOS's own way of installing GRUB stops at a dead disk; this goes on, so that the host can still be rebuilt.
  installGrub = pkgs.writeShellScript "install-grub" ''
    export PATH=${lib.makeBinPath [ pkgs.coreutils pkgs.util-linux ]}
    failed=0 found=0
    while [ $# -gt 0 ]; do
      mount=$1 disk=$2 version="${pkgs.grub2} $2"
      shift 2
      if ! mountpoint -q "$mount" || ! [ -e "$disk" ]; then
        echo "warning: $disk gets no boot loader: it is missing, or $mount is not mounted" >&2
        continue
      fi
      found=1
      if [ "$NIXOS_INSTALL_BOOTLOADER" = 1 ] || [ "$(cat "$mount/grub/installed" 2>/dev/null)" != "$version" ]; then
        ${pkgs.grub2}/bin/grub-install --target=i386-pc --boot-directory="$mount" "$disk" &&
          ${grubForUEFI}
          echo "$version" >"$mount/grub/installed" || failed=1
      fi
    done
    if [ $found = 0 ]; then
      echo "no disk is there with its boot partition mounted: the next start would not know this generation" >&2
      failed=1
    fi
    exit $failed
  '';
in
{
  options.site.boot = {
    firmware = lib.mkOption {
      type = lib.types.enum [
        "bios"
        "uefi"
        "unknown"
      ];
      description = "How the firmware boots. UEFI gets systemd-boot, BIOS gets GRUB, and where it is unknown GRUB is there for both.";
    };
    disks = lib.mkOption {
      type = lib.types.attrsOf lib.types.str;
      example = {
        "/boot" = "a";
        "/boot-fallback" = "b";
      };
      description = "Where each disk's boot partition is mounted, and the disk's name in disko.devices.disk.";
    };
    generations = lib.mkOption {
      type = lib.types.ints.positive;
      default = 10;
      description = "How many generations of the system the menu has: their kernels are on the boot partitions.";
    };
  };

  config = lib.mkMerge [
    {
      assertions = lib.mapAttrsToList (mount: disk: {
        assertion = config.disko.devices.disk ? ${disk} && config.fileSystems ? ${mount};
        message = "disko.nix has no disk ${disk} with a boot partition that is mounted at ${mount}, where the boot loader goes";
      }) cfg.disks;
    }
    (lib.mkIf grub {
      boot.loader.grub = {
        enable = true;
        configurationLimit = cfg.generations;
        splashImage = null;
        # disko lists its disks here, which would make an entry of its own for /boot (disko#572).
        devices = lib.mkForce [ ];
        # Menu and kernels on every disk; installGrub above writes GRUB itself.
        mirroredBoots = map (path: {
          inherit path;
          devices = [ "nodev" ];
        }) mounts;
        extraInstallCommands = ''
          ${installGrub} ${
            lib.escapeShellArgs (
              lib.concatLists (lib.mapAttrsToList (mount: disk: [ mount (device disk) ]) cfg.disks)
            )
          }
        '';
      };
    })
    (lib.mkIf (!grub) {
      boot.loader.efi.canTouchEfiVariables = true;
      boot.loader.systemd-boot = {
        enable = true;
        configurationLimit = cfg.generations;
        editor = false;
        # No entry in the firmware is no reason to stop: the disks boot by the path that every firmware looks at.
        graceful = true;
      };
    })
    (lib.mkIf (!grub && copies != [ ]) {
      # Each change goes to the other disks too. A partition that is not mounted is left alone, and never a source.
      boot.loader.systemd-boot.extraInstallCommands = ''
        # The installer runs before this line, and nothing else looks at its result.
        [ $? = 0 ] || exit 1
        for copy in ${lib.escapeShellArgs copies}; do
          if ${pkgs.util-linux}/bin/mountpoint -q /boot && ${pkgs.util-linux}/bin/mountpoint -q "$copy"; then
            ${pkgs.rsync}/bin/rsync -rt --modify-window=2 --delete-before --exclude=/loader/random-seed /boot/ "$copy/" || exit 1
          else
            echo "warning: $copy is not renewed: it or /boot is not mounted" >&2
          fi
        done
      '';

      # With the first disk dead another one's boot partition takes its place, so that the host can still be rebuilt.
      systemd.services.boot-stand-in = {
        description = "Boot partition of another disk in place of a missing /boot";
        wantedBy = [ "multi-user.target" ];
        after = map (mount: "${utils.escapeSystemdPath mount}.mount") mounts;
        serviceConfig.Type = "oneshot";
        # Done once: each switch would wait again for a disk that is gone.
        serviceConfig.RemainAfterExit = true;
        path = [ pkgs.util-linux ];
        script = ''
          for copy in ${lib.escapeShellArgs copies}; do
            if ! mountpoint -q /boot && mountpoint -q "$copy"; then mount --bind "$copy" /boot; fi
          done
        '';
      };
    })
  ];
}
