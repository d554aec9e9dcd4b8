using Akka.Registry.Actors;
using Akka.Registry.DistributedData.Durability;

namespace Akka.Registry.DistributedData;

/// <summary>A node that starts with a picture of the map from before.</summary>
/// <remarks>
/// <para>It is a new incarnation with a uid of its own, so no sequence is ever used twice, whatever of the last life's writes was lost; what
/// the last life wrote keeps its dots, as the records of a node that died. The picture is the map of one moment, with its vector and its
/// collected marks, so the node is in the place of one that was cut off at that moment, and the rules for that hold: it exchanges what
/// either lacks; if peers have collected what its vector does not cover it takes everything anew (R2, R4).</para>
/// <para>It shows nothing and takes no writes before it holds all that the peers held which it found, or has found none; and nobody is
/// filled from it before that.</para>
/// <para>Marks tell who was away too long for as long as their origins count. A picture about as old as the retention of departed origins
/// proves nothing any more: with it the node joins as one that has nothing, and goes by it only if nobody has more.</para>
/// </remarks>
internal sealed partial class ReplicatorMachine
{
    /// <summary>The share of the retention that a picture may be old: clocks differ, and a picture may be dated a little too late.</summary>
    private const double RetentionShare = 0.9;

    private MapPicture? _picture;
    private bool _isRestored;
    private Instant? _collectFrom;

    /// <summary>Begins with a picture of the map. Before the first input.</summary>
    public void Restore(MapPicture picture)
    {
        _isRestored = true;
        _picture = picture;
        foreach (var record in picture.Records)
        {
            if (record.IsLive || _rules.TombstonesRestored)
                _map.Merge(record, out _);
        }

        _map.Cover(picture.Marks.Vector);
        if (_rules.MarksRestored)
            _map.MarkCollected(picture.Marks.Collected);
        _clock.Resume(picture.Marks.Clock);
    }

    /// <summary>Whether the picture is still to be judged: that waits until this node belongs to a cluster.</summary>
    private bool BeginsFromPicture()
    {
        if (_picture is not { } picture || !_hasJoined)
            return false;
        _picture = null;
        var age = TimeSpan.FromMilliseconds(_world.UnixMilliseconds) - (picture.At - DateTimeOffset.UnixEpoch);
        Report(new ReplicatorReport.Restored(_map.LiveEntries, _map.Tombstones, age, _clock.Last.UnixMilliseconds - _world.UnixMilliseconds));
        // Who was down along with this node may be back soon, and is to find the tombstones that it lacks.
        _collectFrom = _world.Now + _options.AwayGrace;
        if (age.Duration() >= _options.DepartedRetention * RetentionShare && _rules.OldPicturesYield)
            return false;
        IsSynchronized = true;
        _showAt = _rules.ComparedBeforeShown ? _world.Now + (2 * _options.AckTimeout) : _world.Now;
        foreach (var peer in _peers.Values)
        {
            peer.AwaitAnswer(hasGivenAll: false);
            Greet(peer, replyWanted: true);
        }

        return true;
    }
}
