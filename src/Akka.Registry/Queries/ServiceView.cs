using System.Diagnostics;
using Akka.Registry.Routing;

namespace Akka.Registry.Queries;

/// <summary>One service at one moment. Immutable; read by any thread.</summary>
public sealed class ServiceView
{
    private StatusTally? _tally;
    private ServiceSummary? _summary;
    private RouteeTiers? _routees;

    /// <summary>The service's name.</summary>
    public required string Name { get; init; }

    /// <summary>Grows with every change of this service; comparable between nodes; below 2^53.</summary>
    public required long Revision { get; init; }

    /// <summary>All entries, by id.</summary>
    public required InstanceList Instances { get; init; }

    /// <summary>
    /// How many entries there are of each status. Counted once, then carried from view to view by what changed.
    /// </summary>
    public ServiceSummary Summary
    {
        get
        {
            var known = Volatile.Read(ref _summary);
            if (known is null)
                Volatile.Write(ref _summary, known = Tally.Summarize(Name, Revision));
            return known;
        }
    }

    /// <summary>The entries that may be routed to, best first. Chosen once a view, at the first request.</summary>
    internal RouteeTiers Routees
    {
        get
        {
            var known = Volatile.Read(ref _routees);
            if (known is null)
                Volatile.Write(ref _routees, known = RouteeTiers.Of(Instances));
            return known;
        }
    }

    private StatusTally Tally
    {
        get
        {
            var known = Volatile.Read(ref _tally);
            if (known is not null)
                return known;
            known = new StatusTally();
            foreach (var entry in Instances)
                known.Count(entry, 1);
            Volatile.Write(ref _tally, known);
            return known;
        }
    }

    /// <summary>The view of a service that has no entry yet.</summary>
    public static ServiceView Empty(string name, long revision) =>
        new() { Name = name, Revision = revision, Instances = InstanceList.Empty };

    /// <summary>The view after these changes.</summary>
    /// <param name="changes">In order; of two for one id the later one stands.</param>
    /// <param name="revision">The new view's revision; greater than this one's.</param>
    public ServiceView Apply(ReadOnlySpan<InstanceChange> changes, long revision)
    {
        Debug.Assert(revision > Revision, "A revision never goes back.");
        var tally = new StatusTally(Tally);
        InstanceList instances;
        if (changes.Length == 1)
        {
            var change = changes[0];
            tally.Count(Instances.Find(change.Id), -1);
            tally.Count(change.Entry, 1);
            instances = change.Entry is null ? Instances.Without(change.Id) : Instances.With(change.Entry);
        }
        else
        {
            var builder = Instances.ToBuilder();
            foreach (var change in changes)
            {
                var before = change.Entry is null ? builder.Remove(change.Id) : builder.Put(change.Entry);
                tally.Count(before, -1);
                tally.Count(change.Entry, 1);
            }

            instances = builder.ToList();
        }

        return new ServiceView { Name = Name, Revision = revision, Instances = instances, _tally = tally };
    }
}

/// <summary>One entry's change within a service.</summary>
/// <param name="Id">The instance's id.</param>
/// <param name="Entry">As it stands from now on; null when it is gone.</param>
public readonly record struct InstanceChange(string Id, ServiceEntry? Entry);

/// <summary>A service and how its instances are.</summary>
/// <param name="Name">The service's name.</param>
/// <param name="Revision">The service's revision.</param>
/// <param name="Instances">All entries.</param>
/// <param name="Starting">Entries that start.</param>
/// <param name="Passing">Entries that pass.</param>
/// <param name="Warning">Entries with a warning.</param>
/// <param name="Critical">Entries that are critical.</param>
/// <param name="Draining">Entries that drain.</param>
/// <param name="OutOfService">Entries taken out.</param>
/// <param name="Unverified">Entries that nobody can vouch for now, whatever their status.</param>
/// <param name="Suspect">Entries that clients report as failing, whatever their status.</param>
public sealed record ServiceSummary(
    string Name, long Revision, int Instances,
    int Starting, int Passing, int Warning, int Critical, int Draining, int OutOfService, int Unverified, int Suspect);
