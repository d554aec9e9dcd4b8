namespace Akka.Registry.Leases;

/// <summary>Names one lease of one node by its place: what a session beats with. Fixed width: 64 bits.</summary>
/// <remarks>
/// Good as long as the lease lives, on the node that granted it and no longer than its process. The generation makes the id of a lease
/// that has ended worthless: whoever gets the slot next has another one.
/// </remarks>
/// <param name="Value">The slot in the lower 32 bits, its generation in the upper 32. 0 is no lease: a live generation is odd.</param>
public readonly record struct LeaseId(ulong Value)
{
    internal LeaseId(int slot, uint generation)
        : this(((ulong)generation << 32) | (uint)slot)
    {
    }

    internal int Slot => (int)(uint)Value;

    internal uint Generation => (uint)(Value >> 32);

    /// <summary>Whether it can name a lease at all: the generations of free slots are even.</summary>
    internal bool MayLive => (Generation & 1) == 1;

    /// <summary><c>slot.generation</c>.</summary>
    public override string ToString() => $"{Slot}.{Generation}";
}
