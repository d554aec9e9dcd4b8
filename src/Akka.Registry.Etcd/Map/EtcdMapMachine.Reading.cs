using Akka.Registry.Actors;
using Akka.Registry.Cluster;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Etcd.Map;

/// <summary>Readers that go on from a cursor, which is a revision of the store.</summary>
internal sealed partial class EtcdMapMachine
{
    /// <summary>How long a reader waits here for this node to follow the store to its cursor.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    private readonly List<(MapCommand.ReadSince Request, Instant Until)> _behind = [];
    private Instant _askedUnchangedAt = new(long.MinValue);

    private void OnReadSince(MapCommand.ReadSince request)
    {
        if (!TryAnswer(request))
            _behind.Add((request, _world.Now + ReadPatience));
    }

    /// <summary>Up to that revision nothing concerns this registry that it has not followed.</summary>
    private void OnUnchanged(ulong since, long revision)
    {
        if (since == _shown)
            _verified = Math.Max(_verified, (ulong)revision);
    }

    private void SettleReads()
    {
        for (var i = _behind.Count - 1; i >= 0; i--)
        {
            var (request, until) = _behind[i];
            if (TryAnswer(request))
            {
                _behind.RemoveAt(i);
            }
            else if (_world.Now >= until)
            {
                _behind.RemoveAt(i);
                Answer(request, SinceOutcome.Behind, []);
            }
        }

        // A revision that other keys of the store have moved to brings no event here.
        if (_behind.Count == 0 || _world.Now < _askedUnchangedAt + RetryInterval || !HasState)
            return;
        _askedUnchangedAt = _world.Now;
        _effects.Add(new EtcdEffect.AskUnchanged(_shown, _records.All.Count(held => held.EntryAt > 0)));
    }

    private bool TryAnswer(MapCommand.ReadSince request)
    {
        if (!HasState)
            return false;
        var cursor = request.Cursor;
        if (cursor.Vector[new Origin(NodeUid.Outside, _store!.Generation)] == 0)
        {
            // Of a store that stood here before, or of another engine.
            Answer(request, SinceOutcome.TooOld, []);
            return true;
        }

        var (from, to) = (ulong.MaxValue, 0UL);
        foreach (var entry in cursor.Vector)
        {
            if (entry.Origin.Life == _store.Generation)
                (from, to) = (Math.Min(from, entry.Sequence), Math.Max(to, entry.Sequence));
        }

        if (to > _verified)
            return false;
        if (from < _collected)
            Answer(request, SinceOutcome.TooOld, []);
        else
            Answer(request, SinceOutcome.Delta, [.. Since(request, cursor, from)]);
        return true;
    }

    private IEnumerable<MapRecord> Since(MapCommand.ReadSince request, ReadCursor cursor, ulong from) =>
        _records.Since(from, _store!.Generation)
            .Where(record => (request.Service is null || record.Key.Service == request.Service) && !cursor.Knows(record.Dot));

    private void Answer(MapCommand.ReadSince request, SinceOutcome outcome, IEnumerable<MapRecord> records) =>
        _effects.Add(new EtcdEffect.Answer(request.Subscriber, new MapEvent.Since(request.Token, outcome, [.. records], Vector)));
}
