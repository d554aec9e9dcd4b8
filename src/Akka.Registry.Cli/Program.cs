using Akka.Registry.Cli;

using var signals = Signals.OfProcess();
return (int)await CommandLine.RunAsync(args, CliSurroundings.OfProcess(signals));
