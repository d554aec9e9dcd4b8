using Akka.Registry.Queries;

namespace Akka.Registry.Sessions;

/// <summary>
/// The instances of small services as answers hold them: what many clients ask for is encoded once a change. Any thread.
/// </summary>
/// <remarks>Bounded: a service has one place, which it shares with all of the same hash, and the last one that was asked for is there.</remarks>
internal sealed class EncodedViews
{
    /// <summary>Bytes of a service that is kept; with the number of places some megabytes a node, at the most.</summary>
    internal const int BytesMax = 16 * 1024;

    private const int Places = 512;

    private readonly Encoded?[] _places = new Encoded?[Places];

    /// <summary>All instances of a service, encoded; null when they are too many bytes to be kept.</summary>
    public byte[]? Find(ServiceView view)
    {
        ref var place = ref _places[(uint)view.Name.GetHashCode(StringComparison.Ordinal) % Places];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.View, view))
            return known.Bytes;
        if (EntryAnswer.TryEncode([.. view.Instances], BytesMax) is not { } bytes)
            return null;
        Volatile.Write(ref place, new Encoded(view, bytes));
        return bytes;
    }

    private sealed record Encoded(ServiceView View, byte[] Bytes);
}
