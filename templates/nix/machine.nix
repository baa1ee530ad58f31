{
  config,
  lib,
  modulesPath,
  pkgs,
{{if .Copies}}
  utils,
{{end}}
  ...
}:
{{if .Let}}
let
{{with .SSHFrom}}
{{if .V4}}
  sshFrom4 = {{list .V4}};
{{end}}
{{if .V6}}
  sshFrom6 = {{list .V6}};
{{end}}

{{end}}
{{if or .GRUB .Copies}}
  # Where each disk's boot partition is mounted, and the disk's name in disko.nix.
  bootDisks = {{.BootDisks}};
{{if .GRUB}}
  device = disk: config.disko.devices.disk.${disk}.device;

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
{{if .UEFI}}
          # in the place that every UEFI firmware looks at, with no entry of its own in the firmware
          ${pkgs.grub2_efi}/bin/grub-install --target=x86_64-efi --boot-directory="$mount" --efi-directory="$mount" --no-nvram --removable &&
{{end}}
          echo "$version" >"$mount/grub/installed" || failed=1
      fi
    done
    if [ $found = 0 ]; then
      echo "no disk is there with its boot partition mounted: the next start would not know this generation" >&2
      failed=1
    fi
    exit $failed
  '';
{{else}}
{{if .Copies}}
  copies = lib.filter (mount: mount != "/boot") (lib.attrNames bootDisks);
{{end}}
{{end}}
{{end}}
in
{{end}}
{
  imports = [
    (modulesPath + "/installer/scan/not-detected.nix")
{{range .Imports}}
    {{path .}}
{{end}}
  ];

  networking.hostName = {{.Name}};
  time.timeZone = {{.TimeZone}};
  nixpkgs.hostPlatform = "x86_64-linux";
  # The release that the host was installed with: data formats depend on it, and it never changes.
  system.stateVersion = {{.StateVersion}};

{{if .GRUB}}
  boot.loader.grub = {
    enable = true;
    configurationLimit = 10;
    splashImage = null;
    # disko lists its disks here, which would make an entry of its own for /boot (disko#572).
    devices = lib.mkForce [ ];
    # Menu and kernels on every disk; installGrub below writes GRUB itself.
    mirroredBoots = map (path: {
      inherit path;
      devices = [ "nodev" ];
    }) (lib.attrNames bootDisks);
    extraInstallCommands = ''
      ${installGrub} ${
        lib.escapeShellArgs (
          lib.concatLists (lib.mapAttrsToList (mount: disk: [ mount (device disk) ]) bootDisks)
        )
      }
    '';
  };
{{else}}
  boot.loader.efi.canTouchEfiVariables = true;
  boot.loader.systemd-boot = {
    enable = true;
    configurationLimit = 10;
    editor = false;
    # No entry in the firmware is no reason to stop: the disks boot by the path that every firmware looks at.
    graceful = true;
{{if .Copies}}
    # Each change goes to the other disks too. A partition that is not mounted is left alone, and never a source.
    extraInstallCommands = ''
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
{{end}}
  };
{{if .Copies}}
  # With the first disk dead another one's boot partition takes its place, so that the host can still be rebuilt.
  systemd.services.boot-stand-in = {
    description = "Boot partition of another disk in place of a missing /boot";
    wantedBy = [ "multi-user.target" ];
    after = map (mount: "${utils.escapeSystemdPath mount}.mount") (lib.attrNames bootDisks);
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
{{end}}
{{end}}

  boot.initrd.availableKernelModules = [
    "ahci"
    "megaraid_sas"
    "mpt3sas"
    "nvme"
    "sd_mod"
    "usb_storage"
    "usbhid"
    "virtio_blk"
    "virtio_pci"
    "virtio_scsi"
    "xhci_pci"
  ];
{{if .RaidModules}}
  boot.initrd.kernelModules = {{list .RaidModules}};
{{end}}
  boot.kernelModules = [ {{.KVM}} ];
{{if .Latest}}
  boot.kernelPackages = pkgs.linuxPackages_latest;
{{end}}
{{if .CheckKernel}}
  assertions = [
    {
      assertion = lib.versionAtLeast config.boot.kernelPackages.kernel.version "6.19";
      message = "the arrays were made by an installer with Linux 6.19 or newer, and an older kernel refuses them (nixos-anywhere#673)";
    }
  ];
{{end}}
  hardware.cpu.{{.CPU}}.updateMicrocode = true;
{{if .Cores}}
  nix.settings.max-jobs = {{.Cores}};
{{end}}
{{with .Volumes}}

  # Where the cluster has the volumes of apps on every host: the folder is made once what it lies on is mounted, and not before.
  fileSystems."/var/lib/rancher/k3s/storage" = {
    device = {{.}};
    fsType = "none";
    options = [
      "bind"
      "nofail"
    ];
  };
{{end}}

  services.k3s = {
    role = {{.Role}};
{{with .ServerAddr}}
    serverAddr = {{.}};
{{end}}
{{if .Joined}}
    tokenFile = config.sops.secrets.k3s_token.path;
{{end}}
{{with .NodeIP}}
    extraFlags = [ {{.}} ];
{{end}}
  };
{{if .SecretsFile}}

  sops.defaultSopsFile = {{path .SecretsFile}};
  sops.secrets = {
{{range .Secrets}}
{{if .ForUsers}}
    # decrypted before users are made
    {{.Name}}.neededForUsers = true;
{{else}}
    {{.Name}} = { };
{{end}}
{{end}}
  };
{{end}}
{{if .Registries}}

  # What containerd says to these registries for an image of any pod. k3s reads it when it starts, and leaves pods running.
  sops.templates."registries.yaml" = {
    path = "/etc/rancher/k3s/registries.yaml";
    restartUnits = [ "k3s.service" ];
    content = ''
      configs:
{{range .Registries}}
        ${builtins.toJSON {{.Endpoint}}}:
          auth:
            username: ${builtins.toJSON {{.User}}}
            password: |2-
              ${config.sops.placeholder.{{.Key}}}
{{end}}
    '';
  };
{{end}}
{{if .SSHFrom}}

  # Port 22 directly, when the tunnel is down; cloudflared comes through the pods' interfaces.
  services.openssh.openFirewall = false;
  networking.firewall.extraInputRules = ''
{{if .SSHFrom.V4}}
    ip saddr { ${lib.concatStringsSep ", " sshFrom4} } tcp dport 22 accept
{{end}}
{{if .SSHFrom.V6}}
    ip6 saddr { ${lib.concatStringsSep ", " sshFrom6} } tcp dport 22 accept
{{end}}
  '';
{{end}}
{{with .CA}}

  # Access signs certificates for those who log in to it. The name in one is what stands before the @ of the address,
  # and it opens only the users that have that name in their list.
  environment.etc."ssh/access-ca.pub".text = {{.}};
  services.openssh.settings = {
    TrustedUserCAKeys = "/etc/ssh/access-ca.pub";
    AuthorizedPrincipalsFile = "/etc/ssh/authorized_principals.d/%u";
  };
{{end}}
{{range .Shells}}

  programs.{{.}}.enable = true;
{{end}}

  # The keys of the users in wheel.
  users.users.root.openssh.authorizedKeys.keys = {{list .RootKeys}};
{{if .RootPrincipals}}
  users.users.root.openssh.authorizedPrincipals = {{list .RootPrincipals}};
{{end}}
{{range .Users}}

  users.users.{{.Name}} = {
    isNormalUser = true;
{{if .UID}}
    uid = {{.UID}};
{{end}}
{{if .Groups}}
    extraGroups = {{list .Groups}};
{{end}}
{{if .Shell}}
    shell = pkgs.{{.Shell}};
{{end}}
{{with .Secret}}
    hashedPasswordFile = config.sops.secrets.{{.}}.path;
{{end}}
    openssh.authorizedKeys.keys = {{list .Keys}};
{{if .Principals}}
    openssh.authorizedPrincipals = {{list .Principals}};
{{end}}
  };
{{end}}
}
