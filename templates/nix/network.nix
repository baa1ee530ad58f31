{
  systemd.network.networks = {
{{range .NICs}}
    {{.Network}} = {
      # The card's own address: its name is another one in the rescue system.
      matchConfig.PermanentMACAddress = {{.MAC}};
      linkConfig.RequiredForOnline = {{.Online}};
      networkConfig = {
        DHCP = {{.DHCP}};
        IPv6AcceptRA = false;
      };
{{if .IsDHCP}}
      dhcpV4Config = {
        # The rescue system asked by MAC too, and gets the same address.
        ClientIdentifier = "mac";
{{if .DNS}}
        UseDNS = false;
{{end}}
      };
{{end}}
{{if .Addresses}}
      address = {{list .Addresses}};
{{end}}
{{if .Routes}}
      routes = [
{{range .Routes}}
        {
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
