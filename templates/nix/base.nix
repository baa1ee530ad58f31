# What every host has: a way in, a firewall, updates that can be undone, and a word when a disk fails.
{
  config,
  lib,
  pkgs,
  ...
}:
let
{{if .Alerts}}
  alertTo = {{.Alerts.Email}};

{{end}}
  # mdadm calls this with an event, the array and, where there is one, the disk.
  mdadmEvent = pkgs.writeShellScript "mdadm-event" ''
    export PATH=${lib.makeBinPath [ pkgs.coreutils config.systemd.package ]}
    case "$1 $3" in
      # said of every stripe, which has nothing to watch
      "DeviceDisappeared Wrong-Level") level=info ;;
      DegradedArray* | DeviceDisappeared* | Fail* | SparesMissing* | TestMessage*) level=crit ;;
      *) level=info ;;
    esac
    text="mdadm on ${config.networking.hostName}: $*"
    echo "$text" | systemd-cat -t mdadm-event -p "$level"
{{if .Alerts}}
    if [ "$level" = crit ]; then
      to=${lib.escapeShellArg alertTo}
      { printf 'To: %s\nSubject: %s\n\n%s\n\n' "$to" "$text" "$text"; cat /proc/mdstat; } | ${pkgs.msmtp}/bin/msmtp "$to"
    fi
{{end}}
  '';
in
{
  # Port 22 is the way in when the tunnel is down: with keys only, for everybody.
  services.openssh = {
    enable = true;
    settings = {
      KbdInteractiveAuthentication = false;
      PasswordAuthentication = false;
      PermitRootLogin = "prohibit-password";
    };
  };
  users.mutableUsers = false;
  security.sudo.wheelNeedsPassword = false;

  # The install puts the host's age key here; the SSH host keys, which sops-nix would take, decrypt nothing.
  sops = {
    age.keyFile = "/var/lib/sops-nix/keys.txt";
    age.sshKeyPaths = [ ];
    gnupg.sshKeyPaths = [ ];
  };

  networking = {
    # systemd-networkd alone sets up cards: dhcpcd would take those of the pods too.
    useNetworkd = true;
    useDHCP = false;
    dhcpcd.enable = false;
    tempAddresses = "disabled";

    nftables.enable = true;
    firewall = {
      enable = true;
      # Strict drops what pods send to the host before any rule can accept it (cilium#31565).
      checkReversePath = "loose";
      logRefusedConnections = false;
    };
  };

  # A machine with no one at its console starts without what is broken, and starts again after a panic.
  systemd.enableEmergencyMode = false;
  boot.kernelParams = [ "panic=30" ];

  # Stage 1 with systemd starts a degraded array; the scripted one waits for a disk that is gone (nixpkgs#72608).
  boot.initrd.systemd.enable = true;
  boot.tmp.cleanOnBoot = true;

  boot.swraid.mdadmConf = lib.mkIf config.boot.swraid.enable ''
    HOMEHOST <ignore>
    PROGRAM ${mdadmEvent}
  '';
  systemd.services.md-check = lib.mkIf config.boot.swraid.enable {
    description = "Reading of all md arrays, so that bad sectors are found while there is a copy";
    startAt = "monthly";
    serviceConfig.Type = "oneshot";
    script = ''
      for action in /sys/block/md*/md/sync_action; do
        echo check >"$action" || echo "not started: $action" >&2
      done
    '';
  };
  services.smartd = {
    enable = true;
    # A virtual disk has no health to watch, which is no failure.
    extraOptions = [ "--quit=never" ];
  };
  services.fstrim.enable = true;
{{if .Alerts}}

  services.smartd.notifications.mail = {
    enable = true;
    recipient = alertTo;
    sender = {{.Alerts.SMTP.From}};
  };
  programs.msmtp = {
    enable = true;
    defaults.aliases = "/etc/aliases";
    defaults.syslog = "LOG_MAIL";
    accounts.default = {
      host = {{.Alerts.SMTP.Host}};
      port = {{.Alerts.SMTP.Port}};
      tls = true;
      tls_starttls = {{.StartTLS}};
      auth = true;
      user = {{.Alerts.SMTP.User}};
      passwordeval = "${pkgs.coreutils}/bin/cat ${config.sops.secrets.smtp_password.path}";
      from = {{.Alerts.SMTP.From}};
    };
  };
  environment.etc.aliases.text = "default: ${alertTo}\n";
{{end}}

  # Not services.journald: its options have other names in other releases.
  environment.etc."systemd/journald.conf.d/size.conf".text = ''
    [Journal]
    SystemMaxUse=2G
  '';

  nix = {
    settings = {
      auto-optimise-store = true;
      experimental-features = [
        "nix-command"
        "flakes"
      ];
      trusted-users = [ "@wheel" ];
    };
    gc = {
      automatic = true;
      dates = "weekly";
      options = "--delete-older-than 30d";
    };
  };

  # Room for a moment: with no swap at all, one greedy pod ends in an outage.
  zramSwap = {
    enable = true;
    memoryPercent = 25;
  };

  environment.systemPackages = [
    pkgs.dnsutils
    pkgs.ethtool
    pkgs.gptfdisk
    pkgs.htop
    pkgs.jq
    pkgs.lsof
    pkgs.nvme-cli
    pkgs.pciutils
    pkgs.smartmontools
    pkgs.tcpdump
    pkgs.vim
  ];
}
