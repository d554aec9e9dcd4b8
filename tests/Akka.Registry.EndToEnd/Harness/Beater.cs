namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Instances that live: each beats every third of its TTL at the nodes in turn until one answers, as a client
/// with several endpoints does.</summary>
internal sealed class Beater : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _loops = [];

    /// <summary>Beats that no node took although at least one was asked; the instance registered anew after each.</summary>
    public int Refused => _refused;

    private int _refused;

    public void Add(string service, string id, TimeSpan ttl, params NodeApi[] nodes) => _loops.Add(LoopAsync(service, id, ttl, nodes));

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_loops);
        _end.Dispose();
    }

    private async Task LoopAsync(string service, string id, TimeSpan ttl, NodeApi[] nodes)
    {
        using var timer = new PeriodicTimer(ttl / 3);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
                await BeatAsync(service, id, nodes);
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }

    private async Task BeatAsync(string service, string id, NodeApi[] nodes)
    {
        foreach (var node in nodes)
        {
            try
            {
                var status = await node.BeatAsync(service, id);
                if (status == System.Net.HttpStatusCode.OK)
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // That node is gone: the next one.
            }
        }

        Interlocked.Increment(ref _refused);
    }
}
