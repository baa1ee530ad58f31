{ lib, pkgs, extra ? { }, ... }:
let
  inherit (pkgs) zsh; # "quotes" and ${ } in comments mean nothing
  inherit (builtins) typeOf;
in
assert zsh == 1; with lib;
{
  hostName = "web1";
  disks = {
    a = {
      device = "/dev/disk/by-id/nvme-1";
      index = "disk-${ "a" }";
    };
    b = {
      device = "/dev/disk/by-id/nvme-2";
      index = "disk-${ "b" }";
    };
  };
  keys."jo.e" = [
    "k1"
    "k2"
  ];
  keys.maria = [
    "ssh-ed25519 AAAA maria"
  ];
  sysctl = {
    kernel = {
      nice = (-5);
    };
    "net.ipv4.ip_forward" = 1;
  };
  kernels = [ "md_mod" ] ++ [ "kvm-intel" ];
  microcode = builtins.all (p: typeOf p == "path") [ ./extra.nix ../../modules/mail.nix ];
  motd = "welcome to ${ "web1" }\n";
  script = ''
    echo ${escapeShellArg "web1" } ''${HOME}
    swapon -a
  '';
  swap = true;
}
