using System.Globalization;

namespace Akka.Registry.Simulation;

/// <summary>The scenarios without a test runner: for what takes minutes, and for what is to be read.</summary>
internal static class Program
{
    private const string Usage = """
        Akka.Registry.Simulation <command>
          soak <minutes> [base]           fresh seeds over all scenarios on all cores, from the base on or from one that is drawn
          trace <scenario> <seed>         one seed, with its trace
          measure [scenario] [seeds]      what a node-second of a scenario costs, on one core
        """;

    private static int Main(string[] args)
    {
        switch (args)
        {
            case ["soak", var minutes, .. var rest] when double.TryParse(minutes, CultureInfo.InvariantCulture, out var span) && rest.Length < 2:
                return Soak.Run(TimeSpan.FromMinutes(span), rest.Length == 0 ? null : int.Parse(rest[0], CultureInfo.InvariantCulture));
            case ["trace", var scenario, var seed]:
                return Trace(Scenarios.Find(scenario).Play(int.Parse(seed, CultureInfo.InvariantCulture)));
            case ["measure", .. var rest] when rest.Length < 3:
                Measurement.Run(rest.Length > 0 ? rest[0] : null, rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 20);
                return 0;
            default:
                Console.Error.WriteLine(Usage);
                return 2;
        }
    }

    private static int Trace(SeedRun run)
    {
        Console.WriteLine(run.Recording.Transcript());
        if (run.Failure is null)
            return 0;
        Console.WriteLine($"{run.Scenario}, seed {run.Seed}: {run.Failure}");
        return 1;
    }
}
