using System.Diagnostics;
using System.Globalization;

namespace Akka.Registry.Fuzz;

/// <summary>The soak: fresh seeds over all decoders, until the minutes are over. Ends with one line, and with 1 if there was a finding.</summary>
/// <remarks><c>MINUTES [DECODER]...</c>; FUZZ_SEED sets the first seed.</remarks>
internal static class Program
{
    private const int InputsARound = 4_000;

    public static int Main(string[] args)
    {
        if (args.Length == 0 || !double.TryParse(args[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes))
        {
            Console.Error.WriteLine("usage: MINUTES [DECODER]...");
            return 2;
        }

        var first = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next(1_000_000);
        var end = Stopwatch.GetTimestamp() + (long)(minutes * 60 * Stopwatch.Frequency);
        var targets = FuzzTargets.All().Where(target => args.Length == 1 || args.Skip(1).Contains(target.Name)).ToList();
        var tallies = targets.ToDictionary(target => target.Name, _ => new Tally());
        for (var seed = first; seed == first || Stopwatch.GetTimestamp() < end; seed++)
        {
            foreach (var target in targets)
            {
                var run = new FuzzRun(target, seed);
                if (seed == first)
                    run.RunCorpus();
                run.RunRandom((int)(InputsARound * target.Share));
                tallies[target.Name].Add(run);
                foreach (var failure in run.Failures)
                    Console.WriteLine($"seed {seed}: {failure}");
            }
        }

        foreach (var (name, tally) in tallies)
            Console.WriteLine($"  {name,-22} {tally.Inputs,10} inputs {tally.Accepted,10} read {tally.Shapes,5} ways {tally.Failures,3} failures");
        var all = tallies.Values;
        Console.WriteLine(
            $"fuzz: {all.Sum(tally => tally.Inputs)} inputs over {targets.Count} decoders from seed {first}, {all.Sum(tally => tally.Failures)} "
                + "failures");
        return all.Any(tally => tally.Failures > 0) ? 1 : 0;
    }

    private sealed class Tally
    {
        public long Inputs { get; private set; }

        public long Accepted { get; private set; }

        public int Shapes { get; private set; }

        public int Failures { get; private set; }

        public void Add(FuzzRun run)
        {
            (Inputs, Accepted) = (Inputs + run.Inputs, Accepted + run.Accepted);
            (Shapes, Failures) = (Math.Max(Shapes, run.Shapes), Failures + run.Failures.Count);
        }
    }
}
