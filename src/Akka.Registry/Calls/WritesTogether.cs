using System.Collections.Immutable;
using Akka.Registry.DistributedData;

namespace Akka.Registry.Calls;

/// <summary>Writes of calls that begin in one turn.</summary>
/// <param name="calls">About how many.</param>
internal sealed class WritesTogether(int calls)
{
    private readonly ImmutableArray<long>.Builder _calls = ImmutableArray.CreateBuilder<long>(calls);
    private readonly ImmutableArray<MapWrite>.Builder _operations = ImmutableArray.CreateBuilder<MapWrite>(calls);

    /// <summary>Adds the write of a call.</summary>
    public void Add(long call, MapWrite operation)
    {
        _calls.Add(call);
        _operations.Add(operation);
    }

    /// <summary>All of them; the calls in the order of their writes.</summary>
    public (ImmutableArray<long> Calls, ImmutableArray<MapWrite> Operations) Take() =>
        (_calls.DrainToImmutable(), _operations.DrainToImmutable());
}
