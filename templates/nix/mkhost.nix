# The argument of mkHost in the hand-written flake, which brings the modules of disko and sops-nix itself.
{
  name = {{.Name}};
  roles = {{list .Roles}};
  machine = [ {{.Name}} ];
  # The machine's network.nix finds its cards by their MAC, and its default.nix has the users.
  NICs = [ ];
  users = [ ];
{{if .Cores}}
  cpuCores = {{.Cores}};
{{end}}
}
