using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

namespace Akka.Registry.EndToEnd.Harness;

/// <summary>Instances that live: each beats every third of its TTL at the nodes in turn until one answers, as a client
/// with several endpoints does.</summary>
internal sealed class Beater : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly List<Task> _loops = [];
    private readonly ConcurrentQueue<string> _refused = new();

    /// <summary>Beats that no node took: what each node said instead.</summary>
    public IReadOnlyCollection<string> Refused => _refused;

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
        var answers = new List<string>();
        foreach (var node in nodes)
        {
            var asked = Stopwatch.GetTimestamp();
            string answer;
            try
            {
                var (status, body) = await node.BeatAsync(service, id);
                if (status == HttpStatusCode.OK)
                    return;
                answer = $"{(int)status} {body}";
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                answer = e.Message; // That node is gone: the next one.
            }

            answers.Add($"{node.Url}: {answer} after {Stopwatch.GetElapsedTime(asked).TotalSeconds:0.00} s");
        }

        _refused.Enqueue($"{DateTime.UtcNow:HH:mm:ss.fff} {service}/{id}: {string.Join("; ", answers)}");
    }
}
