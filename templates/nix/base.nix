# What every host has: a way in, a firewall, updates that can be undone, and a word when a disk fails.
{
  config,
  lib,
  pkgs,
  ...
}:
let
{{if .SMTP}}
  alertTo = {{.Alerts.Email}};

{{end}}
{{if .Alerts}}
  # Tells everybody whom the spec names: notify "a subject" "a text".
  notify = pkgs.writeShellScriptBin "notify" (
    ''
      export PATH=${
        lib.makeBinPath [
          pkgs.coreutils
          pkgs.curl
          pkgs.jq
{{if .SMTP}}
          pkgs.msmtp
{{end}}
        ]
      }
{{if .Alerts.NtfyToken}}
      export NTFY_TOKEN_FILE=${config.sops.secrets.ntfy_token.path}
{{end}}
{{if .Alerts.Webhook}}
      export WEBHOOK_FILE=${config.sops.secrets.alert_webhook.path}
{{end}}
    ''
    + builtins.readFile ./notify.sh
  );

  # smartd calls this about a disk (smartd.conf(5), -M exec).
  smartdEvent = pkgs.writeShellScript "smartd-event" ''
    exec ${notify}/bin/notify "smartd on ${config.networking.hostName}: $SMARTD_FAILTYPE $SMARTD_DEVICESTRING" "$SMARTD_FULLMESSAGE"
  '';

  failedUnit = pkgs.writeShellScript "failed-unit" ''
    # What systemd starts again fails each time (systemd#33710): k3s every five seconds. One word an hour of it.
    state=$(${config.systemd.package}/bin/systemctl show --property=Result,ExecMainStatus,NRestarts "$1")
    told="/run/told-of-$1"
    case "$state" in
      *NRestarts=[1-9]*)
        hour=$(($(${pkgs.coreutils}/bin/date +%s) - 3600))
        if [ -e "$told" ] && [ "$(${pkgs.coreutils}/bin/stat -c %Y "$told")" -gt "$hour" ]; then exit 0; fi
        ;;
    esac
    ${pkgs.coreutils}/bin/touch "$told"
    exec ${notify}/bin/notify "$1 failed on ${config.networking.hostName}" "$state

    On the host, journalctl -u $1 -e shows why."
  '';

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
      ${notify}/bin/notify "$text" "$(cat /proc/mdstat)"
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
{{if .Alerts}}
    # The module's own script knows mail and the terminals alone, and smartd takes one.
    notifications.mail.enable = false;
    notifications.wall.enable = false;
    defaults.monitored = "-a -m <nomailer> -M exec ${smartdEvent}";
{{end}}
  };
  services.fstrim.enable = true;
{{if .Alerts}}

  # Every service that fails, or does not start for want of another unit. A file of the same name beside one of them takes the
  # place of this (systemd.unit(5)), so that a failed alert sends no other.
  systemd.packages = [
    (pkgs.writeTextDir "etc/systemd/system/service.d/10-alert.conf" "[Unit]\nOnFailure=alert@%n.service\n")
    (pkgs.writeTextDir "etc/systemd/system/alert@.service.d/10-alert.conf" "")
  ];
  systemd.services."alert@" = {
    description = "Word of the failure of %i";
    wants = [ "network-online.target" ];
    after = [ "network-online.target" ];
    serviceConfig.Type = "oneshot";
    serviceConfig.ExecStart = "${failedUnit} %i";
  };

  # Not OnFailure of mount units: each volume of each pod is one.
  systemd.services.alert-mounts = {
    description = "Word of file systems that are not mounted";
    serviceConfig.Type = "oneshot";
    path = [ pkgs.util-linux ];
    script = ''
      for mount in ${lib.escapeShellArgs (lib.attrNames config.fileSystems)}; do
        mountpoint -q "$mount" ||
          ${notify}/bin/notify "$mount is not mounted on ${config.networking.hostName}" "On the host, systemctl status $mount shows why."
      done
    '';
  };
  systemd.timers.alert-mounts = {
    wantedBy = [ "timers.target" ];
    timerConfig.OnBootSec = "10min";
    timerConfig.OnUnitActiveSec = "1d";
  };
{{end}}
{{if .SMTP}}

  programs.msmtp = {
    enable = true;
    defaults.aliases = "/etc/aliases";
    defaults.syslog = "LOG_MAIL";
    accounts.default = {
      host = {{.SMTP.Host}};
      port = {{.SMTP.Port}};
      tls = true;
      tls_starttls = {{.StartTLS}};
      auth = true;
      user = {{.SMTP.User}};
      passwordeval = "${pkgs.coreutils}/bin/cat ${config.sops.secrets.smtp_password.path}";
      from = {{.SMTP.From}};
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
{{if .Alerts}}
    notify
{{end}}
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
