{
  boot.loader.systemd-boot.configurationLimit = 5;
}
