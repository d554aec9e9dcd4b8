namespace Akka.Registry.DistributedData;

/// <summary>Readers that go on from a cursor.</summary>
internal sealed partial class ReplicatorMachine
{
    /// <summary>The whole state, for a new subscriber.</summary>
    public MapEvent.State ReadState() => new(ShownRecords(), ShownVector(), _hasServed);

    /// <summary>What is held, for the writer behind the map.</summary>
    public MapEvent.State ReadHeld() => new(_map.ToArray(), _map.Vector, _hasServed);

    /// <summary>Answers a reader who has what the cursor names.</summary>
    public MapEvent.Since ReadSince(MapCommand.ReadSince request)
    {
        var cursor = Unretired(request.Cursor);
        var outcome = Judge(cursor);
        var records = new List<MapRecord>();
        if (outcome == SinceOutcome.Delta)
            _map.CopySince(cursor.Vector, records);
        if (request.Service is not null || !cursor.Beyond.IsEmpty)
            records.RemoveAll(record => (request.Service is { } service && record.Key.Service != service) || cursor.Knows(record.Dot));
        if (outcome == SinceOutcome.Delta && _guards.Count > 0)
        {
            records.RemoveAll(record => IsGuarded(record.Key));
            // Who has seen what contests it elsewhere is told nothing older.
            records.AddRange(_guards.Values.Select(guard => guard.Record).Where(record =>
                !cursor.Knows(record.Dot) && !(_map.Find(record.Key) is { } held && cursor.Knows(held.Dot))
                && (request.Service is not { } service || record.Key.Service == service)));
        }

        return new MapEvent.Since(request.Token, outcome, [.. records], ShownVector());
    }

    private SinceOutcome Judge(ReadCursor cursor)
    {
        if (!IsServing)
            return SinceOutcome.Behind;
        var behind = false;
        foreach (var entry in cursor.Vector)
        {
            if (_map.Vector[entry.Origin] >= entry.Sequence)
                continue;
            if (!CanCome(new Dot(entry.Origin.Node, entry.Sequence, entry.Origin.Life)))
                return SinceOutcome.Ahead;
            behind = true;
        }

        foreach (var dot in cursor.Beyond)
        {
            if (_map.Vector.Covers(dot) || _map.Holds(dot))
                continue;
            if (!CanCome(dot))
                return SinceOutcome.Ahead;
            behind = true;
        }

        return behind ? SinceOutcome.Behind
            : !cursor.Vector.Covers(_map.Collected) ? SinceOutcome.TooOld
            : SinceOutcome.Delta;
    }

    /// <summary>
    /// Whether somebody may send it: a peer that has told to cover it, the writer itself in that life, or a peer that has told nothing.
    /// </summary>
    private bool CanCome(Dot dot)
    {
        foreach (var peer in _peers.Values)
        {
            if (peer.Told is null || peer.Vector.Covers(dot) || (peer.Uid == dot.Origin && !IsOver(dot.Writer, peer)) || peer.Told.Uncovered > 0)
                return true;
        }

        return false;
    }

    /// <summary>Whether the peer has told of a later life of its own.</summary>
    private static bool IsOver(Origin life, Peer peer)
    {
        foreach (var entry in peer.Vector)
        {
            if (entry.Origin.Node == life.Node && entry.Origin.Life > life.Life)
                return true;
        }

        return false;
    }
}
