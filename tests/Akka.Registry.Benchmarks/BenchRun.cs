using System.Globalization;
using System.Runtime.InteropServices;
using Akka.Registry.Benchmarks.Questions;
using Akka.Registry.EndToEnd.Harness;

namespace Akka.Registry.Benchmarks;

/// <summary>One question, and how it is answered.</summary>
internal interface IQuestion
{
    int Number { get; }

    string Text { get; }

    string Goal { get; }

    /// <summary>Measures, and prints a line an answer.</summary>
    Task AnswerAsync(BenchRun run);
}

/// <summary>What one run of the load program was asked for.</summary>
/// <param name="Questions">Which, in order.</param>
/// <param name="Scale">What every count is multiplied by.</param>
/// <param name="Runs">Of how many the median is taken.</param>
/// <param name="WithPeers">Whether other products are measured beside.</param>
internal sealed record BenchRun(IReadOnlyList<IQuestion> Questions, double Scale, int Runs, bool WithPeers)
{
    private const string Server = "src/Akka.Registry.Server";

    /// <summary>Whether nodes are what <c>deploy/publish.sh</c> makes, compiled ahead; else what was built with this program.</summary>
    public static bool IsPublished => DotnetProcess.Published.ContainsKey(Server);

    private static IQuestion[] All =>
    [
        new SessionBeats(), new HttpBeats(), new Registrations(), new ReplicatedRegistrations(), new LookUps(), new ChangeLatency(),
        new FanOut(), new BytesPerInstance(), new JoinTime(), new BigService(), new IdleCost(), new StartTime(), new ActorCore(),
        new Durable(), new TlsCost(), new SignedCost(), new SilentClients(),
    ];

    public static bool TryRead(string[] arguments, out BenchRun run, out string error)
    {
        (run, error) = (new BenchRun([], 1, 3, false), "");
        if (arguments is not (["load", _, ..] or ["growth", ..]))
        {
            error = "Say what to measure.";
            return false;
        }

        var options = arguments[0] == "load" ? 2 : 1;
        if (options == 1)
            run = run with { Runs = 1 };
        else if (arguments[1] == "all")
            run = run with { Questions = All };
        else if (All.Where(question => arguments[1] == question.Number.ToString(CultureInfo.InvariantCulture)).ToArray() is { Length: 1 } one)
            run = run with { Questions = one };
        else
            error = $"There is no question '{arguments[1]}'; there are 1 to {All.Length}, and all.";
        for (var i = options; i < arguments.Length && error.Length == 0; i++)
        {
            var value = i + 1 < arguments.Length ? arguments[i + 1] : "";
            if (arguments[i] == "--peers")
                run = run with { WithPeers = true };
            else if (arguments[i] == "--published")
                error = UsePublished();
            else if (arguments[i] == "--scale" && double.TryParse(value, CultureInfo.InvariantCulture, out var scale) && scale is >= 0.001 and <= 1)
                (run, i) = (run with { Scale = scale }, i + 1);
            else if (arguments[i] == "--runs" && int.TryParse(value, CultureInfo.InvariantCulture, out var runs) && runs is >= 1 and <= 20)
                (run, i) = (run with { Runs = runs }, i + 1);
            else
                error = $"'{arguments[i]} {value}' is nothing that can be asked for.";
        }

        return error.Length == 0;
    }

    /// <returns>Why that cannot be; empty when it can.</returns>
    private static string UsePublished()
    {
        var program = Path.Combine(SourceRoot.Path, "artifacts", "publish", RuntimeInformation.RuntimeIdentifier, "Akka.Registry.Server");
        if (!File.Exists(program))
            return $"There is no {program}: deploy/publish.sh makes it.";
        DotnetProcess.Published[Server] = program;
        return "";
    }

    /// <summary>A count, scaled; at least one, and a multiple of what it is handled in.</summary>
    public int Count(int full, int multipleOf = 1) => Math.Max(1, (int)(full * Scale) / multipleOf) * multipleOf;

    /// <summary>The medians of ours and of what stands beside it, taken in turns so that both see the same machine.</summary>
    public async Task<(double Ours, double Beside)> AlternateAsync(Func<Task<double>> ours, Func<Task<double>> beside)
    {
        var (our, other) = (new double[Runs], new double[Runs]);
        for (var i = 0; i < Runs; i++)
            (our[i], other[i]) = (await ours(), await beside());
        return (Median(our), Median(other));
    }

    /// <summary>The median of so many runs.</summary>
    public async Task<double> MedianAsync(Func<Task<double>> measure)
    {
        var values = new double[Runs];
        for (var i = 0; i < Runs; i++)
            values[i] = await measure();
        return Median(values);
    }

    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[values.Length / 2] + values[(values.Length / 2) - 1]) / 2;
    }
}
