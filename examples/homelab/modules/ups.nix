# The power supply tells the machine when to shut down.
{
  power.ups = {
    enable = true;
    mode = "standalone";
  };
}
