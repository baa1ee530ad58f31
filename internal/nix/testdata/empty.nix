{ lib, pkgs, extra ? { }, ... }:
let
  inherit (pkgs) zsh; # "quotes" and ${ } in comments mean nothing
  inherit (builtins) typeOf;
in
assert zsh == 1; with lib;
{
  hostName = "web1";
  keys = { };
  sysctl = null;
  kernels = [ "md_mod" ] ++ [ ];
  /* no microcode */
  motd = "welcome to ${ "web1" }\n";
  script = ''
    echo ${escapeShellArg "web1" } ''${HOME}
  '';
  swap = false;
}
