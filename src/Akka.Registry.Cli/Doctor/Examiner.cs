using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Doctor;

/// <summary>Looks at a cluster from outside: at the doors that are named, and at those of the members that they tell of.</summary>
/// <param name="doors">The doors that are named.</param>
/// <param name="time">The clock.</param>
/// <param name="patience">How long to wait until all nodes are seen to hold the same.</param>
internal sealed class Examiner(NodeDoors doors, TimeProvider time, TimeSpan patience)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Looks.</summary>
    public async Task<Examination> LookAsync(CancellationToken cancellation)
    {
        var nodes = await DoorsAsync(cancellation);
        nodes = await UntilEqualAsync(nodes, cancellation);
        var members = nodes.SelectMany(node => node.Last?.Members ?? []).Where(member => member.IsCurrent)
            .DistinctBy(member => member.Uid).ToList();
        var ports = await Task.WhenAll(members.Select(async member => new PortReport(member, await PortProbe.TryAsync(
            member.Address, doors.AnswerTimeout, time, cancellation))));
        var silent = members.Where(member => MemberDoor.Of(member) is null && nodes.TrueForAll(node => node.Last?.SelfUid != member.Uid));
        return new Examination(nodes, [.. silent], ports, await ServicesAsync(nodes, cancellation), ProductVersion.Text);
    }

    /// <summary>The doors that are named, then those that they tell of; a node that has two is looked at once.</summary>
    private async Task<List<NodeReport>> DoorsAsync(CancellationToken cancellation)
    {
        var named = await Task.WhenAll(doors.Nodes.Select(door => LookAtAsync(door, cancellation)));
        var seen = named.Where(node => node.Last is not null).Select(node => node.Last!.SelfUid).ToHashSet();
        var told = named.SelectMany(node => node.Last?.Members ?? [])
            .Where(member => member.IsCurrent && !seen.Contains(member.Uid)).DistinctBy(member => member.Uid)
            .Select(MemberDoor.Of).OfType<Uri>().Where(door => !doors.Nodes.Contains(door)).Distinct();
        var found = await Task.WhenAll(told.Select(door => LookAtAsync(door, cancellation)));
        return [.. named, .. found];
    }

    private async Task<NodeReport> LookAtAsync(Uri door, CancellationToken cancellation)
    {
        try
        {
            var answer = await doors.SendToAsync(door, new ApiCall(HttpMethod.Get, "/api/v1/cluster"), cancellation);
            var now = time.GetUtcNow();
            return new NodeReport
            {
                Door = door,
                Looks = [Answer<ClusterPicture>.Read(answer, ApiJson.Default.ClusterPicture).Value],
                ClockAhead = answer.Date - now,
            };
        }
        catch (CliFailure failure)
        {
            return new NodeReport { Door = door, Failure = failure.Message };
        }
    }

    /// <summary>Looks again until all hold the same, or patience ends: in a cluster that is written to, a moment tells nothing.</summary>
    private async Task<List<NodeReport>> UntilEqualAsync(List<NodeReport> nodes, CancellationToken cancellation)
    {
        var start = time.GetTimestamp();
        while (!AreEqual(nodes) && time.GetElapsedTime(start) < patience)
        {
            await Task.Delay(LookInterval, time, cancellation);
            nodes = [.. await Task.WhenAll(nodes.Select(async node =>
            {
                if (node.Last is null)
                    return node;
                var again = await LookAtAsync(node.Door, cancellation);
                return again.Last is { } look ? node with { Looks = [.. node.Looks, look] } : again;
            }))];
        }

        return nodes;
    }

    private static bool AreEqual(List<NodeReport> nodes)
    {
        var ready = nodes.Where(node => node.Last is { Ready: true }).ToList();
        return ready.TrueForAll(node => node.Last!.Converged) && ready.Select(node => node.Last!.StateHash).Distinct().Count() <= 1;
    }

    private async Task<IReadOnlyList<ServiceCounts>> ServicesAsync(List<NodeReport> nodes, CancellationToken cancellation)
    {
        if (nodes.Find(node => node.Last is { Ready: true }) is not { } ready)
            return [];
        try
        {
            var answer = await doors.SendToAsync(ready.Door, new ApiCall(HttpMethod.Get, "/api/v1/services"), cancellation);
            return Answer<ServiceList>.Read(answer, ApiJson.Default.ServiceList).Value.Services;
        }
        catch (CliFailure)
        {
            // It was ready a moment ago: the other checks tell.
            return [];
        }
    }
}

/// <summary>Tries whether a port takes a connection, and says nothing on it.</summary>
internal static class PortProbe
{
    /// <summary>Connects and hangs up.</summary>
    /// <returns>Null when it took the connection; else why not.</returns>
    public static async Task<string?> TryAsync(string address, TimeSpan timeout, TimeProvider time, CancellationToken cancellation)
    {
        var connected = false;
        using var handler = new SocketsHttpHandler
        {
            // The connection stands, and nothing has been sent yet: a node must not log a request on its port for peers.
            PlaintextStreamFilter = (_, _) =>
            {
                connected = true;
                throw new IOException("Connected, which is all that was to be known.");
            },
        };
        using var http = new HttpClient(handler);
        using var patience = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://{address}/"), either.Token);
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or UriFormatException)
        {
            return connected ? null : e.Message;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return $"no answer within {DurationText.Format(timeout)}.";
        }
    }
}
