# k3s without the parts that Cilium takes over, and a host that Cilium can work on.
{
  config,
  lib,
{{if .Servers}}
  pkgs,
{{end}}
{{if .Flags}}
  utils,
{{end}}
  ...
}:
{{if .Nodes}}
let
  nodes = {{list .Nodes}};
{{if .IPv6}}
  fromNodes = "ip6 saddr { ${lib.concatStringsSep ", " nodes} }";
{{else}}
  fromNodes = "ip saddr { ${lib.concatStringsSep ", " nodes} }";
{{end}}
{{if .Servers}}
  servers = {{list .Servers}};
{{if .IPv6}}
  fromServers = "ip6 saddr { ${lib.concatStringsSep ", " servers} }";
{{else}}
  fromServers = "ip saddr { ${lib.concatStringsSep ", " servers} }";
{{end}}
{{end}}
{{if .TunnelPorts}}
  tunnelPorts = {{list .TunnelPorts}};
{{end}}
in
{{end}}
{
  services.k3s = {
    enable = true;
    gracefulNodeShutdown.enable = true;
    extraFlags = lib.optionals (config.services.k3s.role == "server") (
      [
        "--disable-kube-proxy"
        "--disable-network-policy"
        "--disable=servicelb"
        "--disable=traefik"
        "--flannel-backend=none"
        "--secrets-encryption"
        "--write-kubeconfig-mode=600"
        # Cilium's values have the same prefixes.
        {{.ClusterCIDR}}
        {{.ServiceCIDR}}
        {{.ClusterDNS}}
      ]
{{if .Flags}}
      ++ map utils.escapeSystemdExecArg {{list .Flags}}
{{end}}
    );
  };

  # Where one of these is on a file system of its own that did not come up, k3s must not begin anew beneath it.
  systemd.services.k3s.unitConfig.RequiresMountsFor = [
    "/var/lib/rancher/k3s/agent"
    "/var/lib/rancher/k3s/server"
    "/var/lib/rancher/k3s/storage"
  ];

{{if .Servers}}
  # k3s is not told here who begins the cluster and who joins: that differs between the first start of a host and later ones.
  systemd.services.k3s.path = [
    pkgs.coreutils
    pkgs.curl
  ];
  systemd.services.k3s.preStart = lib.mkIf (config.services.k3s.role == "server") (builtins.readFile ./join.sh);
  systemd.services.k3s.postStart = lib.mkIf (config.services.k3s.role == "server") "rm -f /var/lib/rancher/k3s/{begin-cluster,server/db/migrating} /etc/rancher/k3s/config.yaml.d/join.yaml";

{{end}}
  # Pods reach the host's API, kubelet and sshd through these; to the internet the ports stay closed.
  networking.firewall.trustedInterfaces = [
    "cilium_*"
    "lxc*"
  ];
{{if .Nodes}}

  # The nodes, and nobody else: ssh from cloudflared's pods, API, kubelet, Cilium's health, Hubble, and the pods' own traffic.
  networking.firewall.extraInputRules = ''
    ${fromNodes} tcp dport { 22, 4240, 4244, 6443, 10250 } accept
{{if .Servers}}
    # etcd, of which each server has a member.
    ${fromServers} tcp dport { 2379, 2380 } accept
{{end}}
{{if .TunnelPorts}}
    # What routes of the tunnel lead to on a node: cloudflared may run on another one.
    ${fromNodes} tcp dport { ${lib.concatStringsSep ", " (map toString tunnelPorts)} } accept
{{end}}
{{if .Encrypt}}
    # WireGuard alone: the plain port would take packets from whoever forges a node's address.
    ${fromNodes} udp dport 51871 accept
{{else}}
    ${fromNodes} udp dport 8472 accept
{{end}}
  '';
{{end}}

{{if .Longhorn}}
  # Longhorn has the host attach its volumes over iSCSI, and looks for programs where other systems have them (longhorn#2166).
  services.openiscsi = {
    enable = true;
    name = "iqn.2016-04.com.open-iscsi:${config.networking.hostName}";
  };
  systemd.tmpfiles.rules = [ "L+ /usr/local/bin - - - - /run/current-system/sw/bin" ];

{{end}}
  # networkd removes routes and rules that are not its own: these are Cilium's.
  systemd.network.config.networkConfig = {
    ManageForeignRoutes = false;
    ManageForeignRoutingPolicyRules = false;
  };

  boot.kernelModules = [
    "br_netfilter"
{{if .Longhorn}}
    "iscsi_tcp"
{{end}}
    "overlay"
  ];
  boot.kernel.sysctl = {
    "net.ipv4.conf.all.forwarding" = 1;
    "net.ipv6.conf.all.forwarding" = 1;
    # On each interface, for systemd sets 2 on each, and the larger of it and "all" wins.
    "net.ipv4.conf.cilium_*.rp_filter" = 0;
    "net.ipv4.conf.lxc*.rp_filter" = 0;
    # cloudflared's QUIC connections want larger buffers than the kernel allows by itself.
    "net.core.rmem_max" = 7500000;
    "net.core.wmem_max" = 7500000;
    # Pods share these; no lower than what newer releases of NixOS set by themselves.
    "fs.inotify.max_user_instances" = 524288;
    "fs.inotify.max_user_watches" = 1048576;
  };
}
