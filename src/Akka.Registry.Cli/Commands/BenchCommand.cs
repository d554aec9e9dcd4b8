using System.CommandLine;
using System.Text.Json;
using Akka.Registry.Cli.Bench;
using Akka.Registry.Cli.Output;

namespace Akka.Registry.Cli.Commands;

/// <summary><c>akreg bench</c>.</summary>
internal sealed class BenchCommand : RegistryCommand
{
    private readonly Option<int?> _instances;
    private readonly Option<int?> _concurrency;
    private readonly Option<TimeSpan?> _duration;

    public BenchCommand(CliSurroundings surroundings)
        : base(
            "bench", "Measures how long calls take",
            "Registers, beats, resolves, queries and deregisters instances of a service of its own (akreg-bench-...). From one machine with one\n"
            + "connection pool it measures this path, not what the cluster can take.", surroundings)
    {
        _instances = AddWhole("--instances", 1, 10_000, "How many instances [200]");
        _concurrency = AddWhole("--concurrency", 1, 256, "How many calls at once [16]");
        _duration = AddDuration("--duration", "How long to beat, to resolve and to query, each; 5 minutes at most [3s]");
        _duration.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<TimeSpan?>() > TimeSpan.FromMinutes(5))
                result.AddError("--duration is 5m at most.");
        });
    }

    /// <inheritdoc/>
    public override IReadOnlyList<(string Line, string Meaning)> Examples =>
    [
        ("akreg bench", "about ten seconds"),
        ("akreg bench --instances 2000 --concurrency 64 --duration 30s -o json", "more, for a program"),
    ];

    /// <inheritdoc/>
    protected override async Task<int> RunAsync(CommandRun run, CancellationToken cancellation)
    {
        var plan = new BenchPlan(run.Get(_instances) ?? 200, run.Get(_concurrency) ?? 16, run.Get(_duration) ?? TimeSpan.FromSeconds(3));
        var service = $"akreg-bench-{run.Surroundings.Random.NextInt64():x16}";
        // Somebody must be there, before hundreds of calls say one by one that nobody is.
        await run.Api.ClusterAsync(cancellation);
        var bench = new BenchRun(run.Api, plan, service, run.Surroundings.Time);
        var results = await run.Printer.WhileAsync($"Working in the service {service}", () => bench.RunAsync(cancellation));
        if (run.Printer.IsJson)
            run.Printer.Document(json => Write(json, plan, results));
        else
            Tell(run.Printer, plan, results);
        return (int)(results.All(result => result.Errors == 0) ? ExitCode.Done : ExitCode.NotNow);
    }

    private static void Tell(Printer printer, BenchPlan plan, IReadOnlyList<BenchResult> results)
    {
        var table = new TextTable("CALL", "ANSWERED", "FAILED", "PER SECOND", "P50", "P99", "MAX");
        foreach (var result in results)
        {
            table.Add(
                result.Phase, result.Calls.ToString(), Cell.OfCount((int)Math.Min(result.Errors, int.MaxValue), "red"), $"{result.PerSecond:0}",
                Milliseconds(result.Latency.Quantile(0.5)), Milliseconds(result.Latency.Quantile(0.99)), Milliseconds(result.Latency.Max));
        }

        printer.Table(table);
        foreach (var result in results.Where(result => result.FirstError is not null))
            printer.Note($"{result.Phase}: {result.FirstError}");
        printer.Note($"{plan.Instances} instances, {plan.Concurrency} calls at once.");
    }

    private static string Milliseconds(TimeSpan time) => $"{time.TotalMilliseconds:0.00} ms";

    private static void Write(Utf8JsonWriter json, BenchPlan plan, IReadOnlyList<BenchResult> results)
    {
        json.WriteStartObject();
        json.WriteNumber("instances", plan.Instances);
        json.WriteNumber("concurrency", plan.Concurrency);
        json.WriteStartArray("calls");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("call", result.Phase);
            json.WriteNumber("answered", result.Calls);
            json.WriteNumber("failed", result.Errors);
            json.WriteNumber("perSecond", Math.Round(result.PerSecond, 1));
            json.WriteNumber("p50Milliseconds", Math.Round(result.Latency.Quantile(0.5).TotalMilliseconds, 3));
            json.WriteNumber("p99Milliseconds", Math.Round(result.Latency.Quantile(0.99).TotalMilliseconds, 3));
            json.WriteNumber("maxMilliseconds", Math.Round(result.Latency.Max.TotalMilliseconds, 3));
            json.WriteString("firstError", result.FirstError);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
