{
  description = "Machines";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";
    disko.url = "github:nix-community/disko";
    disko.inputs.nixpkgs.follows = "nixpkgs";
    sops-nix.url = "github:Mic92/sops-nix";
    sops-nix.inputs.nixpkgs.follows = "nixpkgs";
    # for scripts/install-atlas.sh
    nixos-anywhere.url = "github:nix-community/nixos-anywhere";
  };

  outputs = { self, nixpkgs, disko, sops-nix, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = import nixpkgs { inherit system; };
      host = import ./lib/host.nix { inherit inputs system pkgs; lib = nixpkgs.lib; };
    in
    {
      nixosConfigurations = {
        atlas = host.mkHost (import ./hosts/atlas.nix);
      };
    };
}
