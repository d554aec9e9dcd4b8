using System.Net;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>Asks one node again and again for all that it shows.</summary>
internal sealed class ChaosSampler(ChaosWorld world, int node, IReadOnlyList<string> services)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(400);

    public async Task RunAsync(CancellationToken end)
    {
        using var timer = new PeriodicTimer(Pause);
        try
        {
            do
            {
                await LookAsync();
            }
            while (await timer.WaitForNextTickAsync(end));
        }
        catch (OperationCanceledException)
        {
            // The end of the run.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            // A process that ends while it is asked gives no answer: who says its name answers what follows, or nobody does.
            var api = world.Nodes[node].Api;
            var process = await ProcessAsync(api);
            foreach (var service in services)
            {
                var asked = world.Now;
                var (status, body) = await api.GetAsync($"/api/v1/services/{service}");
                var at = world.Now;
                IReadOnlyList<HistoryEntry> entries = status == HttpStatusCode.OK
                    ? [.. body.GetProperty("instances").EnumerateArray().Select(ViewReader.Entry)]
                    : [];
                if (await ProcessAsync(api) != process)
                    return;
                world.History.Add(new HistoryEvent.Sampled(
                    at, asked, world.NameOf(node), process, status is HttpStatusCode.OK or HttpStatusCode.NotFound, service, entries));
            }
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            // Nobody answers: there is nothing to judge.
        }
    }

    private static async Task<string> ProcessAsync(NodeApi api) => (await api.ClusterAsync()).GetProperty("selfUid").GetString()!;
}
