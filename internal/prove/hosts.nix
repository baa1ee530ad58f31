# Just enough of nixpkgs and of the module system to read a host's modules as plain values.
files: root: hostName:
let
  lib = builtins // rec {
    concatStrings = builtins.concatStringsSep "";
    concatMapStrings = f: list: concatStrings (map f list);
    concatMapStringsSep = sep: f: list: builtins.concatStringsSep sep (map f list);
    mapAttrsToList = f: set: map (name: f name set.${name}) (builtins.attrNames set);
    nameValuePair = name: value: { inherit name value; };
    mapAttrs' = f: set: builtins.listToAttrs (mapAttrsToList f set);
    filterAttrs = keep: set: removeAttrs set (builtins.filter (name: !(keep name set.${name})) (builtins.attrNames set));
    genAttrs = names: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) names);
    escapeShellArg = toString;
    escapeShellArgs = args: builtins.concatStringsSep " " (map toString args);
    makeBinPath = packages: "";
    getExe = package: "${package}";
    mkDefault = value: value;
    mkForce = value: value;
    mkBefore = value: value;
    mkAfter = value: value;
    mkOption = option: option;
    mkEnableOption = text: { };
    mkIf = condition: value: if condition then value else { };
    mkMerge = builtins.foldl' merge { };
    merge = a: b: if builtins.isAttrs a && builtins.isAttrs b then a // builtins.mapAttrs (name: v: if a ? ${name} then merge a.${name} v else v) b else b;
    optional = condition: value: if condition then [ value ] else [ ];
    optionals = condition: list: if condition then list else [ ];
    optionalString = condition: text: if condition then text else "";
    optionalAttrs = condition: set: if condition then set else { };
    versionAtLeast = a: b: builtins.compareVersions a b >= 0;
    versionOlder = a: b: builtins.compareVersions a b < 0;
    hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
    unique = builtins.foldl' (seen: x: if builtins.elem x seen then seen else seen ++ [ x ]) [ ];
    types = builtins.listToAttrs (map (name: { inherit name; value = x: x; }) [ "str" "enum" "int" "bool" "attrsOf" "listOf" "nullOr" "port" "path" "package" ]);
  };
  utils.escapeSystemdExecArg = arg: arg;
  utils.escapeSystemdPath = path: path;
  file = path: root + "/${path}";
  config = {
    inherit (disko) disko;
    site = machine.site or { };
    services.k3s = { role = "server"; } // machine.services.k3s or { };
    networking = { inherit hostName; };
    boot.kernelPackages.kernel.version = "99";
    sops.secrets = builtins.mapAttrs (name: _: { path = "/run/secrets/${name}"; }) (machine.sops.secrets or { });
    sops.placeholder = builtins.mapAttrs (name: _: "<${name}>") (machine.sops.secrets or { });
    sops.templates = builtins.mapAttrs (name: _: { path = "/run/rendered/${name}"; }) (machine.sops.templates or { });
  };
  call = path: let m = import (file path); in if builtins.isFunction m then m { inherit config lib utils; pkgs = { }; modulesPath = "/modules"; options = { }; } else m;
  machine = call "machines/${hostName}";
  disko = call "machines/${hostName}/disko.nix";
  network = if builtins.pathExists (file "machines/${hostName}/network.nix") then call "machines/${hostName}/network.nix" else { };
  k3s = if builtins.pathExists (file "roles/k3s-cilium/default.nix") then call "roles/k3s-cilium" else { };
  strings = builtins.filter builtins.isString;
in
{
  devices = disko.disko.devices or { };
  name = machine.networking.hostName or "";
  users = builtins.mapAttrs (_: u: strings (u.openssh.authorizedKeys.keys or [ ])) (machine.users.users or { });
  firmware = machine.site.boot.firmware or "";
  bootDisks = machine.site.boot.disks or { };
  available = strings (machine.boot.initrd.availableKernelModules or [ ]);
  initrd = strings (machine.boot.initrd.kernelModules or [ ]);
  binds = builtins.mapAttrs (_: fs: toString (fs.device or "")) (machine.fileSystems or { });
  role = machine.services.k3s.role or "";
  serverAddr = machine.services.k3s.serverAddr or "";
  flags = strings ((machine.services.k3s.extraFlags or [ ]) ++ (k3s.services.k3s.extraFlags or [ ]));
  needs = strings (k3s.systemd.services.k3s.unitConfig.RequiresMountsFor or [ ]);
  trusted = strings (k3s.networking.firewall.trustedInterfaces or [ ]);
  firewall = k3s.networking.firewall.extraInputRules or "";
  networks = builtins.mapAttrs (_: n: {
    mac = n.matchConfig.PermanentMACAddress or (n.matchConfig.MACAddress or "");
    name = n.matchConfig.Name or "";
    address = strings (n.address or [ ]);
    gateways = map (r: { gateway = r.Gateway or ""; onLink = r.GatewayOnLink or false; destination = r.Destination or ""; }) (n.routes or [ ]);
    on = (n.vlan or [ ]) ++ (n.networkConfig.VLAN or [ ]);
    bond = n.networkConfig.Bond or "";
    dhcp = n.networkConfig.DHCP or "no";
  }) (network.systemd.network.networks or { });
  # Each file is read: a name that nothing defines is an error.
  read = map (f: builtins.typeOf (import (file f))) files;
  inputs = builtins.mapAttrs (_: i: {
    url = i.url or (i.follows or "");
    follows = builtins.concatMap (j: if j ? follows then [ j.follows ] else [ ]) (builtins.attrValues (i.inputs or { }));
  }) (if builtins.pathExists (file "flake.nix") then (import (file "flake.nix")).inputs or { } else { });
  netdevs = map (n: n.netdevConfig.Name or "") (builtins.attrValues (network.systemd.network.netdevs or { }));
}
