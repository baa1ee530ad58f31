{
  description = "Machines";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.11";
    disko.url = "github:nix-community/disko";
    disko.inputs.nixpkgs.follows = "nixpkgs";
    sops-nix.url = "github:Mic92/sops-nix";
    sops-nix.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs = { self, nixpkgs, disko, sops-nix, ... }@inputs:
    let
      system = "x86_64-linux";
      pkgs = import nixpkgs { inherit system; };
      host = import ./lib/host.nix { inherit inputs system pkgs; lib = nixpkgs.lib; };
    in
    {
      nixosConfigurations = {
        atlas = host.mkHost {
          name = "atlas";
          roles = [ "core" "efi" "ssh" "k3s-cilium" ];
          machine = [ "atlas" ];
          NICs = [ "enp0s31f6" ];
          cpuCores = 8;
          users = [
            {
              name = "jonas";
              groups = [ "wheel" ];
              uid = 1000;
              hashedPasswordFile = null;
              shell = pkgs.zsh;
            }
          ];
        };
      };
    };
}
