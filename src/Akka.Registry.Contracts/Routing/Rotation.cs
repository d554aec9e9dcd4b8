namespace Akka.Registry.Routing;

/// <summary>Where a rotation stands. Any thread.</summary>
public sealed class Rotation
{
    private long _position;

    /// <summary>Begins at a place.</summary>
    /// <param name="position">Not below 0.</param>
    public Rotation(long position) => _position = position;

    /// <summary>Moves on.</summary>
    /// <param name="steps">How far; at least 1.</param>
    /// <returns>Where it stood before, as an index.</returns>
    /// <param name="count">Indices that there are; at least 1.</param>
    public int Turn(int steps, int count) =>
        (int)((ulong)(Interlocked.Add(ref _position, steps) - steps) % (ulong)count);
}
