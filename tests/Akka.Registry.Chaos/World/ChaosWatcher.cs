using System.Net;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>Follows the event stream, and goes on with its cursor at another node when one fails it, or now and then for no reason.</summary>
internal sealed class ChaosWatcher(ChaosWorld world, string name, int home, Random random)
{
    // Three comments that did not come.
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(3);

    private string? _cursor;
    private int _refusals;

    /// <summary>Follows until the end.</summary>
    /// <param name="settle">It goes elsewhere no more without need.</param>
    /// <param name="end">Everything ends.</param>
    public async Task RunAsync(CancellationToken settle, CancellationToken end)
    {
        for (var at = home; !end.IsCancellationRequested; at++)
        {
            try
            {
                await FollowAsync(at % world.Nodes.Count, settle, end);
            }
            catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                // Not ready, or behind the cursor. When all say so in turn, what it was told has died with its teller.
                if (++_refusals >= 2 * world.Nodes.Count && _cursor is not null)
                    Forget();
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // Dead, frozen, cut off, or time to go elsewhere.
            }

            await Task.Delay(50, CancellationToken.None);
        }
    }

    private async Task FollowAsync(int node, CancellationToken settle, CancellationToken end)
    {
        using var left = CancellationTokenSource.CreateLinkedTokenSource(end);
        var stay = settle.IsCancellationRequested ? TimeSpan.MaxValue : world.Now + TimeSpan.FromSeconds(random.Next(5, 40));
        left.CancelAfter(SilenceMax);
        var events = EventStream.ReadAsync(world.Nodes[node].Api, "/api/v1/watch", _cursor, Heard, left.Token);
        var isFirst = true;
        await foreach (var told in events)
        {
            _refusals = 0;
            var kind = told.Name == "snapshot" ? HistoryBatch.Snapshot : isFirst ? HistoryBatch.Resumption : HistoryBatch.Changes;
            isFirst = false;
            world.History.Add(new HistoryEvent.Told(
                world.Now, name, world.NameOf(node), kind,
                [.. told.Data.GetProperty("changes").EnumerateArray().Select(ViewReader.Change)], told.Id!));
            _cursor = told.Id;
        }

        void Heard()
        {
            if (world.Now > stay && !settle.IsCancellationRequested)
                left.Cancel();
            else
                left.CancelAfter(SilenceMax);
        }
    }

    private void Forget()
    {
        (_cursor, _refusals) = (null, 0);
        world.History.Add(new HistoryEvent.Forgot(world.Now, name));
    }
}
