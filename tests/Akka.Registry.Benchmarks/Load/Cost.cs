namespace Akka.Registry.Benchmarks.Load;

/// <summary>Processor time of who serves and of who asks, apart, over what was measured.</summary>
/// <param name="who">Who serves.</param>
/// <param name="server">Processor time of who serves, so far.</param>
internal sealed class Cost(string who, Func<TimeSpan> server)
{
    private TimeSpan _server;
    private TimeSpan _load;
    private double _operations;

    /// <summary>Measures, and counts what it cost.</summary>
    /// <param name="measure">The value that is measured, and how many operations were made for it.</param>
    public async Task<double> OverAsync(Func<Task<(double Value, double Operations)>> measure)
    {
        var (before, own) = (server(), Environment.CpuUsage.TotalTime);
        var (value, operations) = await measure();
        _server += server() - before;
        _load += Environment.CpuUsage.TotalTime - own;
        _operations += operations;
        return value;
    }

    /// <summary>As the other one, of a rate over a span.</summary>
    public Task<double> OverAsync(TimeSpan span, Func<Task<double>> rate) => OverAsync(async () =>
    {
        var value = await rate();
        return (value, value * span.TotalSeconds);
    });

    /// <summary>As the other one, of the rate at which so many operations were made.</summary>
    public Task<double> OverAsync(int operations, Func<Task<double>> rate) => OverAsync(async () => (await rate(), operations));

    /// <summary>A line for each side.</summary>
    public void Print(string operation)
    {
        Answer.PrintCost(who, _server, _operations, operation);
        Answer.PrintCost($"load at {who}", _load, _operations, operation);
    }
}
