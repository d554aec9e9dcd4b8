using System.Collections.Concurrent;

namespace Akka.Registry.Routing;

/// <summary>
/// One after the other, by id. Each service has a rotation of its own, and within it each filter, zone and tier.
/// </summary>
/// <remarks>
/// A shared counter would be unfair: of two callers with different filters that take turns, each would see every other
/// routee only. Rotations start at a random place, so that many fresh nodes do not all begin with the first instance.
/// At most <see cref="RotationsMax"/> rotations are kept; past that all begin anew, which nobody notices but by one
/// uneven round. Who has a place of its own for rotations hands them in (<see cref="RoutingContext.Rotation"/>), and none
/// is looked up.
/// </remarks>
public sealed class RoundRobinLogic(RoutingRandom random) : IRoutingLogic
{
    /// <summary>Rotations kept: 65,536.</summary>
    public const int RotationsMax = 65_536;

    private readonly ConcurrentDictionary<(string Service, ulong Scope), Rotation> _rotations = new();
    private int _rotationCount;

    /// <summary>Rotations kept now.</summary>
    internal int RotationCount => _rotations.Count;

    /// <inheritdoc/>
    public string Name => "round-robin";

    /// <inheritdoc/>
    public void Select(RouteePool pool, in RoutingContext context, Span<int> chosen)
    {
        var rotation = context.Rotation ?? RotationOf((context.Service, context.Scope));
        var index = rotation.Turn(chosen.Length, pool.Count);
        for (var i = 0; i < chosen.Length; i++)
        {
            chosen[i] = index;
            index = index + 1 == pool.Count ? 0 : index + 1;
        }
    }

    private Rotation RotationOf((string Service, ulong Scope) key)
    {
        if (_rotations.TryGetValue(key, out var rotation))
            return rotation;
        if (Interlocked.Increment(ref _rotationCount) > RotationsMax)
        {
            Volatile.Write(ref _rotationCount, 1);
            _rotations.Clear();
        }

        return _rotations.GetOrAdd(key, new Rotation(random.Below(int.MaxValue)));
    }
}
