using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Bench;

/// <summary>How much a bench may do.</summary>
/// <param name="Instances">How many instances it registers.</param>
/// <param name="Concurrency">How many calls are under way at once.</param>
/// <param name="Duration">How long each of the phases after the registration lasts.</param>
internal sealed record BenchPlan(int Instances, int Concurrency, TimeSpan Duration);

/// <summary>What one phase came to.</summary>
/// <param name="Phase">Which: <c>register beat resolve query deregister</c>.</param>
/// <param name="Calls">Calls that were answered with success.</param>
/// <param name="Errors">Calls that were not.</param>
/// <param name="Elapsed">How long the phase took.</param>
/// <param name="Latency">The times of the calls that succeeded.</param>
/// <param name="FirstError">What the first one failed with; null when none did.</param>
internal sealed record BenchResult(
    string Phase, long Calls, long Errors, TimeSpan Elapsed, LatencyHistogram Latency, string? FirstError)
{
    /// <summary>Calls a second.</summary>
    public double PerSecond => Elapsed > TimeSpan.Zero ? Calls / Elapsed.TotalSeconds : 0;
}

/// <summary>Registers instances of a service of its own, beats, resolves and queries, and takes everything away again.</summary>
internal sealed class BenchRun(RegistryApi api, BenchPlan plan, string service, TimeProvider time)
{
    private const string Ttl = "60s";

    /// <summary>The service that everything happens in.</summary>
    public string Service => service;

    /// <summary>Runs each phase.</summary>
    /// <param name="cancellation">Stops it; what was registered is taken away all the same.</param>
    public async Task<IReadOnlyList<BenchResult>> RunAsync(CancellationToken cancellation)
    {
        var results = new List<BenchResult>();
        try
        {
            results.Add(await EachOnceAsync("register", RegisterAsync, cancellation));
            foreach (var (name, call) in ((string, Func<int, CancellationToken, Task>)[])[
                ("beat", (i, stop) => api.BeatAsync(service, IdOf(i), null, stop)),
                ("resolve", (_, stop) => api.RouteesAsync(service, "?strategy=random", stop)),
                ("query", (_, stop) => api.InstancesAsync(service, "?limit=10", stop))])
            {
                results.Add(await ForAWhileAsync(name, call, cancellation));
            }
        }
        finally
        {
            results.Add(await EachOnceAsync("deregister", DeregisterAsync, CancellationToken.None));
        }

        return results;
    }

    private static string IdOf(int number) => $"bench-{number:00000}";

    private Task RegisterAsync(int number, CancellationToken stop)
    {
        var body = new RegistrationBody
        {
            Address = "127.0.0.1", Port = 1, Ttl = Ttl, Metadata = new Dictionary<string, string> { ["by"] = "akreg bench" },
        };
        return api.RegisterAsync(service, IdOf(number), body, "", TimeSpan.Zero, stop);
    }

    private async Task DeregisterAsync(int number, CancellationToken stop)
    {
        try
        {
            await api.DeregisterAsync(service, IdOf(number), "", TimeSpan.Zero, stop);
        }
        catch (CliFailure failure) when (failure.Code == ExitCode.NotFound)
        {
            // The bench was stopped before it was registered.
        }
    }

    private Task<BenchResult> EachOnceAsync(string name, Func<int, CancellationToken, Task> call, CancellationToken cancellation)
    {
        var next = -1;
        return MeasureAsync(name, call, () => Interlocked.Increment(ref next) is var i && i < plan.Instances ? i : null, cancellation);
    }

    private Task<BenchResult> ForAWhileAsync(string name, Func<int, CancellationToken, Task> call, CancellationToken cancellation)
    {
        var next = -1;
        var start = time.GetTimestamp();
        return MeasureAsync(
            name, call,
            () => time.GetElapsedTime(start) < plan.Duration ? (int)((uint)Interlocked.Increment(ref next) % (uint)plan.Instances) : null,
            cancellation);
    }

    /// <summary>Makes calls, so many at once, until there is no next one.</summary>
    private async Task<BenchResult> MeasureAsync(
        string name, Func<int, CancellationToken, Task> call, Func<int?> next, CancellationToken cancellation)
    {
        var latency = new LatencyHistogram();
        long errors = 0;
        string? firstError = null;
        var start = time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, plan.Concurrency).Select(_ => Task.Run(async () =>
        {
            while (next() is { } number)
            {
                cancellation.ThrowIfCancellationRequested();
                var began = time.GetTimestamp();
                try
                {
                    await call(number, cancellation);
                    latency.Record(time.GetElapsedTime(began));
                }
                catch (CliFailure failure)
                {
                    Interlocked.Increment(ref errors);
                    Interlocked.CompareExchange(ref firstError, failure.Message, null);
                }
            }
        }, cancellation)));
        return new BenchResult(name, latency.Total, errors, time.GetElapsedTime(start), latency, firstError);
    }
}
