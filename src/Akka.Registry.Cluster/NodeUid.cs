using System.Globalization;

namespace Akka.Registry.Cluster;

/// <summary>Names one incarnation of a node: 64 random bits drawn at process start, or the persisted ones of a durable node. Never 0.</summary>
/// <param name="Value">The bits; compared as an unsigned number.</param>
public readonly record struct NodeUid(ulong Value) : IComparable<NodeUid>
{
    /// <summary>Whether this is no node.</summary>
    public bool IsNone => Value == 0;

    /// <summary>
    /// No node, and never drawn: who wrote what other programs have put straight into the store that an engine keeps the entries in. Nobody
    /// holds its leases.
    /// </summary>
    public static NodeUid Outside { get; } = new(ulong.MaxValue);

    /// <summary>Draws a uid.</summary>
    /// <param name="random">The chance that is handed in.</param>
    public static NodeUid Draw(Random random)
    {
        Span<byte> bytes = stackalloc byte[8];
        ulong value;
        do
        {
            random.NextBytes(bytes);
            value = BitConverter.ToUInt64(bytes);
        }
        while (value is 0 or ulong.MaxValue);

        return new NodeUid(value);
    }

    /// <inheritdoc/>
    public int CompareTo(NodeUid other) => Value.CompareTo(other.Value);

    /// <summary>16 lower-case hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", CultureInfo.InvariantCulture);
}
