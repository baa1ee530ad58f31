{ pkgs, ... }:
{
  nix.settings.experimental-features = [ "nix-command" "flakes" ];
  nix.gc = {
    automatic = true;
    dates = "weekly";
    options = "--delete-older-than 30d";
  };
  programs.zsh.enable = true;
  environment.systemPackages = [ pkgs.git pkgs.htop pkgs.ripgrep ];
  i18n.defaultLocale = "en_US.UTF-8";
}
