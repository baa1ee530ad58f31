{ pkgs, ... }:
{
  services.k3s = {
    enable = true;
    role = "server";
    extraFlags = toString [
      "--flannel-backend=none"
      "--disable-kube-proxy"
      "--disable=servicelb"
      "--disable=traefik"
      "--disable-network-policy"
      "--write-kubeconfig-mode=644"
      "--cluster-cidr=10.42.0.0/16"
      "--service-cidr=10.43.0.0/16"
    ];
  };

  boot.kernelModules = [ "br_netfilter" "ip_tables" "ip6_tables" "xt_conntrack" "xt_mark" "veth" ];

  boot.kernel.sysctl = {
    "net.ipv4.conf.all.forwarding" = 1;
    "net.ipv6.conf.all.forwarding" = 1;
    "net.ipv4.conf.all.rp_filter" = 0;
  };

  networking.firewall = {
    enable = true;
    allowedTCPPorts = [ 22 ];
  };

  zramSwap = {
    enable = true;
    memoryPercent = 25;
  };
}
