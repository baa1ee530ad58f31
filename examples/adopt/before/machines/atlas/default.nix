{ config, lib, pkgs, modulesPath, ... }:
{
  imports = [
    (modulesPath + "/installer/scan/not-detected.nix")
    ./disko.nix
  ];

  boot.loader.efi.canTouchEfiVariables = true;
  boot.loader.systemd-boot.enable = true;

  boot.initrd.availableKernelModules = [ "xhci_pci" "ahci" "nvme" "sd_mod" "e1000e" ];
  boot.kernelModules = [ "kvm-intel" ];

  boot.swraid = {
    enable = true;
    mdadmConf = "MAILADDR root";
  };

  # The second disk starts too when the first one is dead.
  systemd.services.sync-esp = {
    description = "Mirror the ESP to the other disk";
    script = ''
      ${pkgs.rsync}/bin/rsync -a --delete /boot/ /boot-fallback/
    '';
    serviceConfig.Type = "oneshot";
  };
  systemd.timers.sync-esp = {
    wantedBy = [ "timers.target" ];
    timerConfig = {
      OnCalendar = "daily";
      Persistent = true;
    };
  };

  time.timeZone = "Europe/Berlin";
  system.stateVersion = "24.11";
}
