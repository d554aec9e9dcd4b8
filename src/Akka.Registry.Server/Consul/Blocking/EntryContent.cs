using Akka.Registry.Checks;
using Akka.Registry.Queries;

namespace Akka.Registry.Server.Consul.Blocking;

/// <summary>What of a change a Consul client can see.</summary>
[Flags]
internal enum ContentChange
{
    /// <summary>Nothing: a beat, a registration as it was, a note.</summary>
    None = 0,

    /// <summary>Checks, or how they are.</summary>
    Health = 1,

    /// <summary>An instance came, went, or is defined otherwise.</summary>
    Catalog = 2,
}

/// <summary>Compares entries and lists of them by what Consul's API shows. Pure.</summary>
internal static class EntryContent
{
    /// <summary>What differs between two states of a service.</summary>
    public static ContentChange Compare(InstanceList before, InstanceList after)
    {
        if (ReferenceEquals(before, after))
            return ContentChange.None;
        var change = ContentChange.None;
        using var old = before.After(null).GetEnumerator();
        using var now = after.After(null).GetEnumerator();
        var (hasOld, hasNow) = (old.MoveNext(), now.MoveNext());
        while (hasOld && hasNow)
        {
            if (!ReferenceEquals(old.Current, now.Current))
            {
                if (old.Current.Id != now.Current.Id)
                    return ContentChange.Catalog | ContentChange.Health;
                change |= Compare(old.Current, now.Current);
            }

            (hasOld, hasNow) = (old.MoveNext(), now.MoveNext());
        }

        return hasOld || hasNow ? ContentChange.Catalog | ContentChange.Health : change;
    }

    /// <summary>What differs between two states of an instance. What the catalog shows, health shows too.</summary>
    public static ContentChange Compare(ServiceEntry before, ServiceEntry after)
    {
        if (!HasEqualDefinition(before, after))
            return ContentChange.Catalog | ContentChange.Health;
        return HasEqualHealth(before, after) ? ContentChange.None : ContentChange.Health;
    }

    private static bool HasEqualDefinition(ServiceEntry a, ServiceEntry b) =>
        a.Address == b.Address && a.Port == b.Port && a.Weight == b.Weight && a.Owner == b.Owner
        && a.Zone == b.Zone && a.Version == b.Version && a.Tags.SequenceEqual(b.Tags) && AreEqual(a.Metadata, b.Metadata);

    private static bool HasEqualHealth(ServiceEntry a, ServiceEntry b) =>
        a.Status == b.Status && a.Override == b.Override && a.Unverified == b.Unverified && a.Reported == b.Reported
        && a.LeaseMissed == b.LeaseMissed && a.Lease == b.Lease && AreEqual(a.Checks, b.Checks);

    /// <summary>Outputs aside: what a check says wakes nobody, how it stands does.</summary>
    private static bool AreEqual(IReadOnlyList<CheckState> a, IReadOnlyList<CheckState> b)
    {
        if (a.Count != b.Count)
            return false;
        for (var i = 0; i < a.Count; i++)
        {
            if (a[i].Status != b[i].Status || !a[i].Definition.Equals(b[i].Definition))
                return false;
        }

        return true;
    }

    private static bool AreEqual(IReadOnlyDictionary<string, string> a, IReadOnlyDictionary<string, string> b)
    {
        if (a.Count != b.Count)
            return false;
        foreach (var (name, text) in a)
        {
            if (!b.TryGetValue(name, out var other) || other != text)
                return false;
        }

        return true;
    }
}
