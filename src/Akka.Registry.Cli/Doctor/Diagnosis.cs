using Akka.Registry.Cli.Http;

namespace Akka.Registry.Cli.Doctor;

/// <summary>Judges what was seen. The same examination always gives the same findings.</summary>
internal static class Diagnosis
{
    // The nodes' default for akka.registry.replication.max-clock-offset: a clock further ahead is not followed any more.
    private static readonly TimeSpan OffsetDoubtful = TimeSpan.FromMilliseconds(500);

    // Stamps order what different nodes write to one entry: "later" now loses against "earlier" for as long as people notice.
    private static readonly TimeSpan OffsetBad = TimeSpan.FromSeconds(5);

    // An HTTP date is a second coarse, and the answer takes its time.
    private static readonly TimeSpan OwnClockDoubtful = TimeSpan.FromSeconds(3);

    /// <summary>Findings, check by check; each check has at least one.</summary>
    public static IReadOnlyList<Finding> Of(Examination seen) =>
    [
        .. Check("reachable", $"{Count(seen.Nodes.Count, "HTTP door")} answered", Reachable(seen)),
        .. Check("ready", "each node holds the whole registry", Ready(seen)),
        .. Check("members", "every member is up", Members(seen)),
        .. Check("views", "all nodes see the same members", Views(seen)),
        .. Check("convergence", "all nodes hold the same", Convergence(seen)),
        .. Check("clocks", "clocks agree", Clocks(seen)),
        .. Check("versions", $"all of version {seen.OwnVersion}, and so is akreg", Versions(seen)),
        .. Check("ports", $"{Count(seen.Ports.Count, "port")} for peers and sessions take connections", Ports(seen)),
        .. Check("services", $"{Count(seen.Services.Count, "service")}, each with instances that may be called", Services(seen)),
    ];

    private static List<Finding> Check(string name, string good, IEnumerable<Finding> found)
    {
        var list = found.ToList();
        return list.Count > 0 ? list : [new Finding(name, Severity.Good, "cluster", $"{char.ToUpperInvariant(good[0])}{good[1..]}.")];
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    private static IEnumerable<Finding> Reachable(Examination seen)
    {
        foreach (var node in seen.Nodes)
        {
            if (node.Failure is { } failure)
            {
                yield return new Finding(
                    "reachable", Severity.Bad, node.Name, failure,
                    "Is its process up, and does http.urls listen where this machine reaches it? A firewall in between?");
            }
        }

        foreach (var member in seen.Silent)
        {
            yield return new Finding(
                "reachable", Severity.Doubtful, member.Name, $"It does not tell of an HTTP door ('{member.HttpUrl}'), and was not examined.",
                "Name its door with --url.");
        }
    }

    private static IEnumerable<Finding> Ready(Examination seen) =>
        from node in seen.Nodes
        where node.Last is { Ready: false }
        select new Finding(
            "ready", Severity.Bad, node.Name, $"It does not serve: {node.Last!.NotReadyReason ?? "it does not say why"}",
            "A node that waits for a seed: are cluster.seed-nodes right, the seeds up, cluster.name and cluster.secret the same? One that takes "
            + "the registry over needs a while.");

    private static IEnumerable<Finding> Members(Examination seen)
    {
        var told = new HashSet<(string, string)>();
        foreach (var node in seen.Nodes)
        {
            foreach (var member in node.Last?.Members ?? [])
            {
                if (member.State is "up" or "left" or "leaving" || !told.Add((member.Uid, member.State)))
                    continue;
                // A process that was restarted is a member anew; the one before it stays listed as down for a day.
                var isReplaced = node.Last!.Members.Any(other => other.Uid != member.Uid && other.Name == member.Name && other.IsCurrent);
                if (member.State == "down" && isReplaced)
                    continue;
                yield return OfState(node, member);
            }

            foreach (var twins in (node.Last?.Members ?? []).Where(member => member.IsCurrent).GroupBy(member => member.Name))
            {
                if (twins.Count() > 1 && told.Add((twins.Key, "twins")))
                {
                    yield return new Finding(
                        "members", Severity.Doubtful, twins.Key, $"{twins.Count()} members have this name.", "Give each its own node.name.");
                }
            }
        }
    }

    private static Finding OfState(NodeReport node, ClusterMember member) => member.State switch
    {
        "down" => new Finding(
            "members", Severity.Doubtful, member.Name, $"{node.Name} calls it down ({member.Address}).",
            "Start it again, or mend the network in between: it merges by itself. One that is gone for good is forgotten after "
            + "cluster.departed-retention."),
        "suspect" => new Finding(
            "members", Severity.Doubtful, member.Name, $"{node.Name} suspects it ({member.Address}).",
            "It answers late or not at all: look at its load, its pauses, its network. Look again in a few seconds."),
        _ => new Finding(
            "members", Severity.Doubtful, member.Name, $"It is {member.State} ({member.Address}).", "Look again in a few seconds."),
    };

    private static IEnumerable<Finding> Views(Examination seen)
    {
        var answered = seen.Nodes.Where(node => node.Last is not null).ToList();
        if (answered.Count < 2)
            yield break;
        var first = answered[0];
        var firstView = ViewOf(first);
        foreach (var node in answered.Skip(1))
        {
            if (node.Last!.SelfUid == first.Last!.SelfUid)
                continue;
            var view = ViewOf(node);
            if (view.SetEquals(firstView))
                continue;
            var missing = firstView.Except(view).Concat(view.Except(firstView)).Select(each => each.Name).Distinct();
            yield return new Finding(
                "views", Severity.Bad, node.Name, $"It and {first.Name} do not see the same members; they differ in {string.Join(", ", missing)}.",
                "A cut between them, or two clusters: can each reach the other's transport.port? Nodes merge by themselves once they can, if they "
                + "have a seed in common.");
        }
    }

    private static HashSet<(string Uid, string Name)> ViewOf(NodeReport node) =>
        [.. node.Last!.Members.Where(member => member.IsCurrent).Select(member => (member.Uid, member.Name))];

    private static IEnumerable<Finding> Convergence(Examination seen)
    {
        var ready = seen.Nodes.Where(node => node.Last is { Ready: true }).ToList();
        if (ready.Count == 0)
            yield break;
        var looks = ready.Min(node => node.Looks.Count);
        for (var look = 0; look < looks; look++)
        {
            var index = look;
            if (ready.TrueForAll(node => node.Looks[index].Converged) && ready.Select(node => node.Looks[index].StateHash).Distinct().Count() == 1)
                yield break;
        }

        var stands = ready.TrueForAll(node => node.Looks.Select(look => look.StateHash).Distinct().Count() == 1);
        var hashes = string.Join(", ", ready.Select(node => $"{node.Name} {node.Last!.StateHash} ({node.Last.LiveEntries} entries)"));
        yield return stands
            ? new Finding(
                "convergence", Severity.Bad, "cluster", $"The nodes do not hold the same, and nothing moves: {hashes}.",
                "Look for errors in the nodes' logs, and at the members and ports above; a node that was restarted takes everything anew.")
            : new Finding(
                "convergence", Severity.Doubtful, "cluster", $"The nodes were not seen to hold the same: {hashes}.",
                "Under constant writes that is how it looks. Look again when it is quieter, or for longer: --patience 30s.");
    }

    private static IEnumerable<Finding> Clocks(Examination seen)
    {
        foreach (var node in seen.Nodes)
        {
            foreach (var member in node.Last?.Members ?? [])
            {
                if (!member.IsCurrent || member.ClockOffset is not { } text || !DurationText.TryParse(text, out var offset))
                    continue;
                if (offset.Duration() < OffsetDoubtful)
                    continue;
                yield return new Finding(
                    "clocks", offset.Duration() < OffsetBad ? Severity.Doubtful : Severity.Bad, member.Name,
                    $"By {node.Name}'s clock, its clock is {DurationText.Format(offset.Duration())} {(offset > TimeSpan.Zero ? "ahead" : "behind")}.",
                    "Run NTP or chrony on every node.");
            }

            if (node.ClockAhead is { } ahead && ahead.Duration() >= OwnClockDoubtful)
            {
                yield return new Finding(
                    "clocks", Severity.Doubtful, node.Name,
                    $"Its clock is about {DurationText.Format(TimeSpan.FromSeconds(Math.Round(ahead.Duration().TotalSeconds)))} "
                    + $"{(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's.",
                    "One of the two is wrong: run NTP or chrony.");
            }
        }
    }

    private static IEnumerable<Finding> Versions(Examination seen)
    {
        var versions = seen.Nodes.SelectMany(node => node.Last?.Members ?? []).Where(member => member.IsCurrent)
            .GroupBy(member => member.Version).OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => (Version: group.Key, Names: group.Select(member => member.Name).Distinct().ToList())).ToList();
        if (versions.Count > 1)
        {
            var list = string.Join("; ", versions.Select(each => $"{each.Version}: {string.Join(", ", each.Names)}"));
            yield return new Finding(
                "versions", Severity.Doubtful, "cluster", $"The members run {versions.Count} versions: {list}.",
                "In the midst of an upgrade that is as it should be: finish it, one node after the other.");
        }
        else if (versions.Count == 1 && versions[0].Version != seen.OwnVersion)
        {
            yield return new Finding(
                "versions", Severity.Doubtful, "akreg", $"akreg is {seen.OwnVersion}, the members are {versions[0].Version}.",
                "dotnet tool update --global Akka.Registry.Cli");
        }
    }

    private static IEnumerable<Finding> Ports(Examination seen) =>
        from port in seen.Ports
        where port.Failure is not null
        select new Finding(
            "ports", Severity.Doubtful, port.Member.Name, $"{port.Member.Address} takes no connection from here: {port.Failure}",
            "Peers and clients need it. If only this machine cannot reach it, all is well; else look at transport.host, transport.port and "
            + "firewalls.");

    private static IEnumerable<Finding> Services(Examination seen)
    {
        foreach (var service in seen.Services)
        {
            if (service.Unverified > 0)
            {
                yield return new Finding(
                    "services", Severity.Doubtful, service.Service, $"{Count(service.Unverified, "instance")} unverified.",
                    "Their node is gone and they have not beaten since, or too many fell silent at once to be true: "
                    + $"akreg explain {service.Service} ID");
            }

            if (service.Instances > 0 && service.Passing + service.Warning == 0)
            {
                yield return new Finding(
                    "services", Severity.Doubtful, service.Service, $"None of its {Count(service.Instances, "instance")} may be called.",
                    $"akreg instances {service.Service}");
            }
        }
    }
}
