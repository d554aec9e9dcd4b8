namespace Akka.Registry.Routing;

/// <summary>
/// Routees of equal standing, by id: what a routing logic chooses from, on nodes and clients alike. Of a fixed length,
/// never empty; read by any thread.
/// </summary>
/// <remarks>
/// What logics need more than once (hashes, sums of weights) is computed at the first use and kept. Which routee a key
/// hashes to is an agreement between all who choose, so ids and weights are all that a logic may take it from.
/// </remarks>
public abstract class RouteePool
{
    private ulong[]? _idHashes;
    private long[]? _weightsUpTo;

    /// <summary>How many there are; at least 1.</summary>
    public abstract int Count { get; }

    /// <summary>Whether calls are counted here: whether <see cref="OutstandingOf"/> says more than 0.</summary>
    public virtual bool CountsCalls => false;

    /// <summary>A hash of each routee's id, equal on every node and client.</summary>
    public ReadOnlySpan<ulong> IdHashes
    {
        get
        {
            var known = Volatile.Read(ref _idHashes);
            if (known is not null)
                return known;
            known = new ulong[Count];
            for (var i = 0; i < known.Length; i++)
                known[i] = StableHash.Of(IdOf(i));
            Volatile.Write(ref _idHashes, known);
            return known;
        }
    }

    /// <summary>The sum of the weights up to and including each routee.</summary>
    public ReadOnlySpan<long> WeightsUpTo
    {
        get
        {
            var known = Volatile.Read(ref _weightsUpTo);
            if (known is not null)
                return known;
            known = new long[Count];
            var sum = 0L;
            for (var i = 0; i < known.Length; i++)
                known[i] = sum += WeightOf(i);
            Volatile.Write(ref _weightsUpTo, known);
            return known;
        }
    }

    /// <summary>All weights together; 0 when every routee has weight 0.</summary>
    public long TotalWeight => WeightsUpTo[^1];

    /// <summary>A routee's id, unique within the pool.</summary>
    /// <param name="index">0 to one below <see cref="Count"/>; so for all that follow.</param>
    public abstract string IdOf(int index);

    /// <summary>A routee's share of calls, relative to the others'; 0 for none while there are others.</summary>
    public abstract int WeightOf(int index);

    /// <summary>A routee's zone; empty for none.</summary>
    public abstract string ZoneOf(int index);

    /// <summary>
    /// Calls to a routee that are under way from here; 0 where calls are not counted. Changes while it is looked at.
    /// </summary>
    public virtual int OutstandingOf(int index) => 0;
}
