{{if .Open}}
{ lib, ... }:
let
  # A rule of the firewall: who reaches what.
  accept =
    family: from: protocol: ports:
    "${family} saddr { ${lib.concatStringsSep ", " from} } ${protocol} dport { ${lib.concatStringsSep ", " (map toString ports)} } accept\n";
in
{{end}}
{
{{if .Open}}
  networking.firewall.extraInputRules = lib.concatStrings [
{{range .Open}}
    (accept {{.Family}} {{list .From}} {{.Protocol}} {{list .Ports}})
{{end}}
  ];

{{end}}
{{if .Devices}}
  # Interfaces that networkd makes.
  systemd.network.netdevs = {
{{range .Devices}}
    {{.File}} = {
      netdevConfig = {
        Name = {{.Name}};
        Kind = {{.Kind}};
{{with .MAC}}
        # Else one that nobody knows: it would follow from the machine's id.
        MACAddress = {{.}};
{{end}}
{{with .MTU}}
        MTUBytes = {{.}};
{{end}}
      };
{{with .VLAN}}
      vlanConfig.Id = {{.}};
{{end}}
{{if .Bond}}
      bondConfig = {
        Mode = {{.Bond}};
        # The default is never to look: a dead link would be used on.
        MIIMonitorSec = "100ms";
{{if .LACP}}
        LACPTransmitRate = "fast";
        TransmitHashPolicy = "layer2+3";
{{end}}
      };
{{end}}
    };
{{end}}
  };

{{end}}
  systemd.network.networks = {
{{range .Links}}
    {{.File}} = {
{{if .MAC}}
      # The card's own address: its name is another one in the rescue system.
      matchConfig.PermanentMACAddress = {{.MAC}};
{{else}}
      matchConfig.Name = {{.Name}};
{{end}}
{{if .MTU}}
      linkConfig = {
        MTUBytes = {{.MTU}};
        RequiredForOnline = {{.Online}};
      };
{{else}}
      linkConfig.RequiredForOnline = {{.Online}};
{{end}}
{{if .Bond}}
      bond = [ {{.Bond}} ];
{{else}}
{{if .VLANs}}
      vlan = {{list .VLANs}};
{{end}}
      networkConfig = {
        DHCP = {{.DHCP}};
        IPv6AcceptRA = {{.RA}};
{{if .RA}}
        # The address stays the same.
        IPv6PrivacyExtensions = "no";
{{end}}
      };
{{end}}
{{if .IsDHCP}}
      dhcpV4Config = {
        # The rescue system asked by MAC too, and gets the same address.
        ClientIdentifier = "mac";
{{if .Aside}}
        # Not the way to the internet: the address alone.
        UseRoutes = false;
        UseGateway = false;
        UseDNS = false;
{{else if .DNS}}
        UseDNS = false;
{{end}}
      };
{{end}}
{{if .RA}}
{{if .DNS}}
      ipv6AcceptRAConfig.UseDNS = false;
{{end}}
{{end}}
{{if .Addresses}}
      address = {{list .Addresses}};
{{end}}
{{if .More}}
      # The host answers at these, and sends from those above.
      addresses = [
{{range .More}}
        {
          Address = {{.Address}};
{{if .IPv6}}
          PreferredLifetime = 0;
{{else}}
          Scope = "link";
{{end}}
        }
{{end}}
      ];
{{end}}
{{if .Routes}}
      routes = [
{{range .Routes}}
        {
{{if .To}}
          Destination = {{.To}};
{{end}}
          Gateway = {{.Gateway}};
{{if .OnLink}}
          # outside of the prefix: reached directly all the same
          GatewayOnLink = true;
{{end}}
        }
{{end}}
      ];
{{end}}
{{if .DNS}}
      dns = {{list .DNS}};
{{end}}
    };
{{end}}
  };
}
