using System.Buffers;
using System.Text.Json;

namespace Akka.Registry.Server.Json;

/// <summary>
/// The JSON of entries that are asked for often, but for what goes on by itself: a direct-mapped table, so that it is bounded and each
/// look-up touches one slot. What is pushed out is only written anew.
/// </summary>
/// <remarks>
/// Any thread: who loses a race for a slot has written an entry once more, no more. An entry never changes; what changes is another.
/// </remarks>
/// <param name="slots">How many entries it keeps; a power of two.</param>
internal sealed class RenderedEntries(int slots = 4096)
{
    /// <summary>A longer one is not kept: there may be entries of hundreds of kilobytes.</summary>
    public const int BytesMax = 1024;

    private readonly Rendered?[] _slots = new Rendered?[slots];

    /// <summary>Of all doors of this process.</summary>
    public static RenderedEntries Shared { get; } = new();

    /// <summary>The entry's members, but for the brace that ends them.</summary>
    /// <param name="entry">One without checks: their outputs change without it.</param>
    /// <param name="owner">The name of its owner.</param>
    public ReadOnlySpan<byte> Beginning(ServiceEntry entry, string owner)
    {
        ref var slot = ref _slots[entry.Record.Key.GetHashCode() & (_slots.Length - 1)];
        var known = slot;
        if (known is not null && ReferenceEquals(known.Entry, entry) && string.Equals(known.Owner, owner, StringComparison.Ordinal))
            return known.Beginning;
        var buffer = new ArrayBufferWriter<byte>(512);
        using var json = new Utf8JsonWriter(buffer, JsonAnswer.WriterOptions);
        json.WriteStartObject();
        EntryJson.WriteKept(json, entry, [], owner);
        json.Flush();
        if (buffer.WrittenCount <= BytesMax)
            slot = new Rendered(entry, owner, buffer.WrittenSpan.ToArray());
        return buffer.WrittenSpan;
    }

    private sealed record Rendered(ServiceEntry Entry, string Owner, byte[] Beginning);
}
