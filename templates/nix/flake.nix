{
  description = "The hosts of the site";

  inputs = {
{{range .Releases}}
    {{.Input}}.url = {{.URL}};
{{end}}
    disko = {
      url = {{.Inputs.Disko}};
      inputs.nixpkgs.follows = "nixpkgs";
    };
    # For scripts/install-HOST.sh: the version that installs is the locked one.
    nixos-anywhere = {
      url = {{.Inputs.NixosAnywhere}};
      inputs.nixpkgs.follows = "nixpkgs";
      inputs.disko.follows = "disko";
    };
    sops-nix = {
      url = {{.Inputs.SopsNix}};
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    inputs:
    let
      host =
        nixpkgs: machine:
        nixpkgs.lib.nixosSystem {
          modules = [
            inputs.disko.nixosModules.disko
            inputs.sops-nix.nixosModules.sops
            machine
          ];
        };
    in
    {
      nixosConfigurations = {
{{range .Hosts}}
        {{.Name}} = host inputs.{{.Input}} {{path .Machine}};
{{end}}
      };
    };
}
