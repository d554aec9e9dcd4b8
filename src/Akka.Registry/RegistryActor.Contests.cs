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

    /// <summary>Entries without beats that this node has adopted, and nobody has registered here since.</summary>
    private readonly HashSet<RecordKey> _adopted = [];

    private enum Stance
    {
        LetGo,
        Wait,
        Stand,
    }

    private void OnContested(MapEvent.Contested contested)
    {
        var now = Now;
        var letGo = ImmutableArray.CreateBuilder<RecordKey>();
        var stand = ImmutableArray.CreateBuilder<RecordKey>();
        foreach (var contest in contested.Entries)
        {
            var stance = StanceOf(contest, now);
            if (stance == Stance.LetGo)
                letGo.Add(contest.Own.Key);
            if (stance != Stance.Stand)
                continue;
            stand.Add(contest.Own.Key);
            if (contest.By is { Order.Deregistered: false } by && by.Order.Epoch == contest.Own.Order.Epoch && (!by.IsLive || HasBeaten(contest)))
                _ledger.Writes.Enqueue(new MapWrite.Replace(by.Key, by.Order, Revive: true, contest.Own.Value)); // Above it: then it is over.
        }

        if (letGo.Count > 0)
            _surroundings.Map.Commands.Tell(new MapCommand.Yield(letGo.ToImmutable()));
        if (stand.Count > 0)
            _surroundings.Map.Commands.Tell(new MapCommand.StandBy(stand.ToImmutable()));
    }

    /// <summary>
    /// Whether the instance is here: it has beaten since, in a session that is still open if it is in one. Who leaves hands everything over.
    /// </summary>
    private Stance StanceOf(Contest contest, Instant now)
    {
        var own = contest.Own;
        if (_departure is not null || !_codec.TryDecode(own, out var entry))
            return Stance.LetGo;
        if (!entry.NeedsBeats)
        {
            // Nothing but its own word ends it; of two nodes that have adopted it, the greater record has it.
            return contest.By is { IsLive: true } && _adopted.Contains(own.Key) ? Stance.LetGo : Stance.Stand;
        }

        if (_ledger.IsGranting(own.Key))
            return Stance.Wait;
        if (entry.LeaseMissed || _surroundings.Leases.ExpiresAt(own.Key, own.Order.Epoch) is not { } until)
            return Stance.LetGo;
        if (_surroundings.Leases.SessionOf(own.Key) is { } session && !_surroundings.IsSessionOpen(session))
            return Stance.LetGo;
        return HasBeaten(contest) ? Stance.Stand
            : until - now < entry.Ttl * KeptShare ? Stance.LetGo
            : Stance.Wait;
    }

    private bool HasBeaten(Contest contest) =>
        _codec.TryDecode(contest.Own, out var entry) && entry.NeedsBeats
        && _surroundings.Leases.ExpiresAt(contest.Own.Key, contest.Own.Order.Epoch) is { } until && until - entry.Ttl > contest.Since;
}
