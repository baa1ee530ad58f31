{
  config,
  lib,
  modulesPath,
  pkgs,
  ...
}:
{{with .SSHFrom}}
let
{{if .V4}}
  sshFrom4 = {{list .V4}};
{{end}}
{{if .V6}}
  sshFrom6 = {{list .V6}};
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

{{if .Own}}
  # The flake may say these and stateVersion too. Another name or stateVersion is refused below.
  networking.hostName = lib.mkDefault {{.Name}};
{{else}}
  networking.hostName = {{.Name}};
{{end}}
{{with .HostID}}
  # By this ZFS knows whose a pool is.
  networking.hostId = {{.}};
{{end}}
{{if .Own}}
  time.timeZone = lib.mkDefault {{.TimeZone}};
{{else}}
  time.timeZone = {{.TimeZone}};
{{end}}
  nixpkgs.hostPlatform = {{.Platform}};
  # The release that the host was installed with: data formats depend on it, and it never changes.
{{if .Own}}
  system.stateVersion = lib.mkDefault {{.StateVersion}};
{{else}}
  system.stateVersion = {{.StateVersion}};
{{end}}

  site.boot = {
    firmware = {{.Firmware}};
    disks = {{.BootDisks}};
{{with .Generations}}
    # The boot partitions have no room for more.
    generations = {{.}};
{{end}}
  };

{{if .Snapshots}}
  site.zfs.snapshots = {{list .Snapshots}};

{{end}}
  # What disks may hang on here, in a virtual machine too, and a keyboard. The build fails for a module that the kernel lacks.
  boot.initrd.availableKernelModules = [
{{if not .ARM}}
    "aacraid"
{{end}}
    "ahci"
{{if not .ARM}}
    "arcmsr"
    "ata_piix"
    "hpsa"
    "hv_storvsc"
{{end}}
    "megaraid_sas"
    "mpi3mr"
    "mpt3sas"
{{if not .ARM}}
    "mptspi"
{{end}}
    "nvme"
    "sd_mod"
    "smartpqi"
    "usb_storage"
    "usbhid"
    "virtio_blk"
    "virtio_mmio"
    "virtio_pci"
    "virtio_scsi"
{{if not .ARM}}
    "vmd"
    "vmw_pvscsi"
    "xen_blkfront"
{{end}}
    "xhci_pci"
  ];
{{if .RaidModules}}
  boot.initrd.kernelModules = {{list .RaidModules}};
{{end}}
{{with .KVM}}
  boot.kernelModules = [ {{.}} ];
{{end}}
{{if .Latest}}
  boot.kernelPackages = pkgs.linuxPackages_latest;
{{end}}
{{if or .CheckKernel .Own}}
  assertions = [
{{if .CheckKernel}}
    {
      assertion = lib.versionAtLeast config.boot.kernelPackages.kernel.version "6.19";
      message = "the arrays were made by an installer with Linux 6.19 or newer, and an older kernel refuses them (nixos-anywhere#673)";
    }
{{end}}
{{if .Own}}
    {
      assertion = config.networking.hostName == {{.Name}};
      message = {{printf "the host is %s for ssh, k3s and the scripts, and networking.hostName says " .Name}} + config.networking.hostName;
    }
    {
      assertion = config.system.stateVersion == {{.StateVersion}};
      message = {{printf "the host was installed with %s, on which data formats depend, and system.stateVersion says " .StateVersion}} + config.system.stateVersion;
    }
{{end}}
  ];
{{end}}
{{with .CPU}}
  hardware.cpu.{{.}}.updateMicrocode = true;
{{end}}
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
