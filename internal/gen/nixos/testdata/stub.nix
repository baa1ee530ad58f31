# Just enough of nixpkgs and of the module system to read the generated modules
# as plain values. Packages are paths under /stub; a shell script is its text.
root: hostName: kernel:
let
  attrsOf = names: value: builtins.listToAttrs (map (name: { inherit name; value = value name; }) names);

  lib = rec {
    inherit (builtins) attrNames concatLists concatStringsSep filter;
    concatStrings = concatStringsSep "";
    mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
    escapeShellArg = arg: "'" + builtins.replaceStrings [ "'" ] [ "'\\''" ] arg + "'";
    escapeShellArgs = args: concatStringsSep " " (map escapeShellArg args);
    makeBinPath = packages: concatStringsSep ":" (map (p: p + "/bin") packages);
    mkDefault = value: value;
    mkForce = value: { forced = value; };
    mkMerge = builtins.foldl' merge { };
    merge = a: b: if builtins.isAttrs a && builtins.isAttrs b then a // builtins.mapAttrs (name: v: if a ? ${name} then merge a.${name} v else v) b else if b == null then a else b;
    mkOption = option: option;
    optionalString = condition: text: if condition then text else "";
    types = { str = "str"; ints.positive = "positive"; enum = values: values; attrsOf = type: [ type ]; listOf = type: [ type ]; };
    genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
    mkIf = condition: value: if condition then value else null;
    optionals = condition: list: if condition then list else [ ];
    versionAtLeast = a: b: builtins.compareVersions a b >= 0;
  };

  pkgs = attrsOf [
    "coreutils" "curl" "dnsutils" "ethtool" "findutils" "fish" "gnugrep" "gnused" "gptfdisk" "grub2" "grub2_efi" "htop" "jq" "lsof" "msmtp" "nvme-cli" "pciutils"
    "restic" "rsync" "smartmontools" "sqlite" "tcpdump" "util-linux" "vim" "zsh"
  ] (name: "/stub/" + name) // {
    linuxPackages_latest.kernel.version = "latest";
    writeShellScript = name: text: text;
    writeShellScriptBin = name: text: { outPath = "/stub/" + name; inherit name text; };
    writeTextDir = path: text: { inherit path text; };
  };

  utils = {
    escapeSystemdExecArg = arg: "[" + arg + "]";
    escapeSystemdPath = path: builtins.substring 1 (-1) (builtins.replaceStrings [ "-" ] [ "\\x2d" ] path);
  };

  file = path: root + "/${path}";
  disko = import (file "machines/${hostName}/disko.nix");

  # The partitions of disks that are mounted, as disko tells NixOS.
  mounts = map (p: p.content.mountpoint) (
    builtins.filter (p: (p.content or { }) ? mountpoint) (
      builtins.concatLists (map (d: builtins.attrValues d.content.partitions) (builtins.attrValues disko.disko.devices.disk))
    )
  );

  config = {
    inherit (disko) disko;
    site = { zfs.snapshots = [ ]; } // machine.site // { boot = { generations = 10; } // machine.site.boot; };
    boot.kernelPackages.kernel.version = kernel;
    # As nixpkgs has it: the module of ZFS is broken where it does not support the kernel.
    boot.kernelPackages.zfs_stub.meta.broken = lib.versionAtLeast kernel "7.1";
    boot.zfs.package = { outPath = "/stub/zfs"; version = "2.4.1"; kernelModuleAttribute = "zfs_stub"; };
    fileSystems = machine.fileSystems or { } // { "/" = { }; } // attrsOf mounts (_: { });
    boot.swraid.enable = disko.disko.devices ? mdadm;
    networking.hostName = hostName;
    system.stateVersion = "20.09"; # what no host was installed with
    services.k3s.role = machine.services.k3s.role;
    services.k3s.package = "/stub/k3s";
    sops.templates."backup.env".path = "/run/rendered/backup.env";
    sops.secrets = builtins.mapAttrs (name: secret: { path = (if secret.neededForUsers or false then "/users/" else "/run/") + name; }) (machine.sops.secrets or { });
    sops.placeholder = builtins.mapAttrs (name: _: "<" + name + ">") (machine.sops.secrets or { });
    systemd.package = "/stub/systemd";
  };

  module = path: import (file path) { inherit config lib pkgs utils; modulesPath = "/modules"; };
  machine = module "machines/${hostName}";

  # Printed as JSON, a path would be copied into the store.
  plain = value:
    if value ? outPath then plain (removeAttrs value [ "outPath" ])
    else if builtins.isAttrs value then builtins.mapAttrs (_: plain) value
    else if builtins.isList value then map plain value
    else if builtins.isPath value then toString value
    else value;
in
plain {
  inherit disko machine;
  network = let n = import (file "machines/${hostName}/network.nix"); in if builtins.isFunction n then n { inherit lib; } else n;
  base = module "roles/base";
  boot = (module "roles/boot").config;
  k3s = module "roles/k3s-cilium";
  zfs = if builtins.pathExists (file "roles/zfs/default.nix") then (module "roles/zfs").config else { };
  backup = if builtins.pathExists (file "roles/backup/default.nix") then module "roles/backup" else { };
}
