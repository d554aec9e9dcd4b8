using Akka.Registry.Actors;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.DistributedData;

/// <summary>What subscribers are told, and when.</summary>
/// <remarks>
/// Who has taken everything anew shows it when it holds all that its peers held when they heard of it: the one it was filled from may
/// have known less than what was shown before, and what was removed would be back in sight until the others had sent what they hold.
/// Until then subscribers keep what they have, and writes are refused; a peer that does not answer is waited for no longer than two
/// timeouts. Writes of its own that nobody had from it are lost, as those of a node that dies.
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    private VersionVector _shown = VersionVector.Empty;
    private Instant? _showAt;

    /// <summary>Whether this is the whole registry, and subscribers have been told so.</summary>
    public bool IsServing => IsSynchronized && _showAt is null;

    /// <summary>What the records say together; null while they say more than was told.</summary>
    public MapMarks? Marks => _showAt is not null || _changes.Count > 0 ? null
        : new MapMarks(_map.Vector, _map.Collected, _clock.Last, _map.StateHash, _map.Count) { Passports = _signing?.Passports ?? [] };

    /// <summary>Tells what changed, and also a vector that moved over nothing but superseded records: readers wait for it.</summary>
    private void PublishChanges()
    {
        if (_showAt is not null || (_changes.Count == 0 && !_viewsDiffer && _map.Vector.Equals(_shown)))
            return;
        _shown = _map.Vector;
        var held = new MapEvent.Changed(_changes.Take(), _map.Vector);
        if (_views is null)
        {
            _effects.Add(new ReplicatorEffect.Publish(held));
            return;
        }

        var shown = new MapEvent.Changed(_views.Take(), ShownVector());
        _effects.Add(new ReplicatorEffect.Publish(shown) { Held = _viewsDiffer || _guards.Count > 0 ? held : null });
        _viewsDiffer = false;
        foreach (var ended in _endedViews)
        {
            var gone = new MapEvent.Changed([new RecordChange(ended, null)], shown.Vector);
            _effects.Add(new ReplicatorEffect.Publish(gone) { Held = new MapEvent.Changed([], _map.Vector) });
        }

        _endedViews.Clear();
    }

    /// <summary>Shows a state that was taken anew as soon as nobody has more of what was shown before.</summary>
    private void ShowWhenCaughtUp()
    {
        if (_showAt is not { } latest || !IsSynchronized || (_rules.NoOlderView && _world.Now < latest && !HasCaughtUp()))
            return;
        _showAt = null;
        _shown = _map.Vector;
        _ = _changes.Take();
        _ = _views?.Take();
        _endedViews.Clear();
        _viewsDiffer = false;
        _effects.Add(new ReplicatorEffect.Publish(new MapEvent.State(ShownRecords(), ShownVector(), Synchronized: true))
        {
            Held = _guards.Count == 0 ? null : new MapEvent.State(_map.ToArray(), _map.Vector, Synchronized: true),
        });
        if (_hasServed)
            return;
        _hasServed = true;
        _effects.Add(new ReplicatorEffect.AnnounceUp());
    }

    private bool HasCaughtUp()
    {
        foreach (var peer in _peers.Values)
        {
            if (!peer.HasAnswered || (peer.IsSynchronized && !HasAllOf(peer, peer.Told!)))
                return false;
        }

        return true;
    }

    /// <summary>Whether it holds all that the peer held when it last told, parts of incomplete intervals included.</summary>
    private bool HasAllOf(Peer peer, PeerFrame.Digest told) =>
        _map.Vector.Covers(told.Vector) && (told.Uncovered == 0 || peer.HasGivenAll);
}
