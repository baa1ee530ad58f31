{ lib, pkgs, extra ? { }, ... }:
let
  inherit (pkgs) zsh; # "quotes" and ${ } in comments mean nothing
  inherit (builtins) typeOf;
in
assert zsh == 1; with lib;
{
  hostName = "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té";
  disks = {
    "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" = {
      device = "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té";
      index = "disk-${ "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" }";
    };
  };
  keys."\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" = [
    "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té"
  ];
  sysctl = {
    "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" = "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té";
  };
  kernels = [ "md_mod" ] ++ [
    "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té"
    ""
  ];
  /* no microcode */
  motd = "welcome to ${ "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" }\n";
  script = ''
    echo ${escapeShellArg "\" \\ \${x} \$\${x} %{if} '' ' # \$(id) |\n\r\té" } ''${HOME}
  '';
  swap = false;
}
