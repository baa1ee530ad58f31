{ inputs, system, pkgs, lib }:
{
  mkHost = { name, roles, machine, NICs, cpuCores, users }:
    lib.nixosSystem {
      inherit system;
      modules =
        [
          inputs.disko.nixosModules.disko
          inputs.sops-nix.nixosModules.sops
          {
            networking.hostName = name;
            networking.useDHCP = false;
            networking.interfaces = lib.genAttrs NICs (_: { useDHCP = true; });
            nix.settings.cores = cpuCores;
            users.users = lib.listToAttrs (map
              (u: {
                inherit (u) name;
                value = {
                  isNormalUser = true;
                  inherit (u) uid shell hashedPasswordFile;
                  extraGroups = u.groups;
                };
              })
              users);
          }
        ]
        ++ map (role: ../roles + "/${role}") roles
        ++ map (m: ../machines + "/${m}") machine;
    };
}
