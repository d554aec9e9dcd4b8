using System.Globalization;
using System.Net;
using Akka.Registry.EndToEnd.Harness;
using Akka.Registry.TestKit.History;

namespace Akka.Registry.Chaos.World;

/// <summary>An instance as a good client keeps it: it registers, beats each third of its TTL, goes to another node when one fails
/// it; and ends, in one way or another, to come back in a new epoch.</summary>
internal sealed class ChaosInstance(ChaosWorld world, HistoryKey key, TimeSpan ttl, int home, Random random)
{
    private int _home = home;
    private ulong _epoch;

    /// <summary>Lives one life after the other until told to settle; then the one it has, to the end.</summary>
    /// <param name="settle">No more comings and goings from then on.</param>
    /// <param name="end">Everything ends.</param>
    public async Task RunAsync(CancellationToken settle, CancellationToken end)
    {
        try
        {
            while (!settle.IsCancellationRequested)
            {
                await LiveAsync(settle, end);
                if (!settle.IsCancellationRequested && random.Next(3) > 0)
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(1_000, 9_000)), end);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The end of the run.
        }
    }

    private async Task LiveAsync(CancellationToken settle, CancellationToken end)
    {
        var before = _epoch;
        _epoch = Math.Max(_epoch + 1, (ulong)DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        var mark = _epoch.ToString(CultureInfo.InvariantCulture);
        world.History.Add(new HistoryEvent.Offered(world.Now, key, _epoch, mark, ttl, ttl));
        // A goodbye of the life before, that comes too late.
        var late = before != 0 && random.Next(3) == 0 ? TimeSpan.FromMilliseconds(random.Next(2_000)) : TimeSpan.MaxValue;
        var isRegistered = false;
        var until = world.Now + TimeSpan.FromMilliseconds(random.Next(4_000, 40_000));
        using var timer = new PeriodicTimer(ttl / 3);
        do
        {
            isRegistered = isRegistered ? await BeatAsync() : await RegisterAsync();
            if (late < TimeSpan.MaxValue && isRegistered)
            {
                await DeregisterAsync(before);
                late = TimeSpan.MaxValue;
            }
        }
        while ((world.Now < until || settle.IsCancellationRequested) && await timer.WaitForNextTickAsync(end));
        await EndAsync();
    }

    private async Task EndAsync()
    {
        switch (random.Next(3))
        {
            case 0:
                world.History.Add(new HistoryEvent.Ended(world.Now, key, _epoch, Ending.Silently));
                break;
            case 1:
                world.History.Add(new HistoryEvent.Ended(world.Now, key, _epoch, Ending.Deregistered));
                await DeregisterAsync(_epoch);
                break;
            default:
                world.History.Add(new HistoryEvent.Ended(world.Now, key, _epoch, Ending.Superseded));
                break;
        }
    }

    /// <returns>Whether a node took it.</returns>
    private async Task<bool> RegisterAsync()
    {
        var mark = _epoch.ToString(CultureInfo.InvariantCulture);
        var body = NodeApi.Body(ChaosSettings.Text(ttl), more: $",\"epoch\":{mark},\"version\":\"{mark}\"");
        var (status, at, asked) = await AskAsync(HttpMethod.Put, NodeApi.PathOf(key.Service, key.Id), body);
        if (status is HttpStatusCode.Created or HttpStatusCode.OK)
            world.History.Add(new HistoryEvent.Registered(world.Now, asked, key, _epoch, at));
        else if (status is HttpStatusCode.Conflict)
            world.History.Add(new HistoryEvent.Denied(world.Now, asked, key, _epoch, at));
        return status is HttpStatusCode.Created or HttpStatusCode.OK;
    }

    /// <returns>Whether it need not register again.</returns>
    private async Task<bool> BeatAsync()
    {
        var path = $"{NodeApi.PathOf(key.Service, key.Id)}/heartbeat?epoch={_epoch.ToString(CultureInfo.InvariantCulture)}";
        var (status, at, asked) = await AskAsync(HttpMethod.Put, path, null);
        switch (status)
        {
            case HttpStatusCode.OK:
                world.History.Add(new HistoryEvent.Beaten(world.Now, asked, key, _epoch, at));
                return true;
            case HttpStatusCode.NotFound or HttpStatusCode.Conflict:
                world.History.Add(new HistoryEvent.Denied(world.Now, asked, key, _epoch, at));
                return await RegisterAsync();
            default:
                return true;
        }
    }

    private async Task DeregisterAsync(ulong epoch)
    {
        var path = $"{NodeApi.PathOf(key.Service, key.Id)}?epoch={epoch.ToString(CultureInfo.InvariantCulture)}";
        var (status, at, asked) = await AskAsync(HttpMethod.Delete, path, null);
        if (status == HttpStatusCode.NoContent)
            world.History.Add(new HistoryEvent.Deregistered(world.Now, asked, key, epoch, at));
    }

    /// <summary>Asks the node that served last, and each other one when it fails.</summary>
    /// <returns>The first answer that decides, from whom, and when that one was asked; null when none does.</returns>
    private async Task<(HttpStatusCode? Status, string At, TimeSpan AskedAt)> AskAsync(HttpMethod method, string path, string? body)
    {
        for (var attempt = 0; attempt < world.Doors.Count; attempt++)
        {
            var node = _home % world.Doors.Count;
            var asked = world.Now;
            try
            {
                var (status, _) = await world.Doors[node].SendAsync(method, path, body);
                if ((int)status < 500)
                    return (status, world.NameOf(node), asked);
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
            {
                // Dead, frozen or cut off.
            }

            _home++;
        }

        return (null, "", default);
    }
}
