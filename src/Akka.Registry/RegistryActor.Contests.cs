using System.Collections.Immutable;
using Akka.Registry.Actors;
using Akka.Registry.DistributedData;

namespace Akka.Registry;

/// <summary>
/// Where records are signed: whether this node stands by entries of its own that records of other nodes would take away. Told again about
/// once a second, so that a lease which falls silent is let go as soon.
/// </summary>
internal sealed partial class RegistryActor
{
    /// <summary>
    /// The share of its TTL that a lease must still run to be kept: who beats every third of it has missed one whole beat below that.
    /// </summary>
    private const double KeptShare = 1.0 / 3;

    private void OnContested(MapEvent.Contested contested)
    {
        var now = Now;
        var yields = ImmutableArray.CreateBuilder<RecordKey>();
        foreach (var (own, by) in contested.Entries)
        {
            if (!Keeps(own!, now))
                yields.Add(own!.Key);
            else if (by is { Order.Deregistered: false } && by.Order.Epoch == own!.Order.Epoch)
                _ledger.Writes.Enqueue(new MapWrite.Replace(own.Key, by.Order, Revive: true, own.Value)); // Above it: then all is as before.
        }

        if (yields.Count > 0)
            _surroundings.Map.Commands.Tell(new MapCommand.Yield(yields.ToImmutable()));
    }

    /// <summary>
    /// Whether the instance is here: it beats on time, in a session that is still open if it is in one. Who leaves hands everything over.
    /// </summary>
    private bool Keeps(MapRecord own, Instant now)
    {
        if (_departure is not null || !_codec.TryDecode(own, out var entry))
            return false;
        if (!entry.NeedsBeats)
            return true;                            // Nothing but its own word ends it.
        if (_ledger.IsGranting(own.Key))
            return true;
        return !entry.LeaseMissed && _surroundings.Leases.ExpiresAt(own.Key, own.Order.Epoch) is { } until
            && until - now >= entry.Ttl * KeptShare
            && (_surroundings.Leases.SessionOf(own.Key) is not { } session || _surroundings.IsSessionOpen(session));
    }
}
