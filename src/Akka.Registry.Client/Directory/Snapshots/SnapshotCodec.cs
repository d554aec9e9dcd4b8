using System.Buffers.Binary;
using System.Security.Cryptography;
using Akka.Registry.Contracts;
using Google.Protobuf;

namespace Akka.Registry.Client.Directory.Snapshots;

/// <summary>What a snapshot file holds, or why it is not used.</summary>
/// <param name="Views">What it keeps, each service once; empty when it is not used.</param>
/// <param name="Fault">Why it is not used, as the end of a sentence; null when it is.</param>
internal sealed record SnapshotReading(IReadOnlyList<KeptView> Views, string? Fault)
{
    public static SnapshotReading Faulty(string fault) => new([], fault);
}

/// <summary>Between views and the bytes of a snapshot file; the format is told in snapshot.proto. Pure.</summary>
internal static class SnapshotCodec
{
    /// <summary>The format that is written, and the only one that is read.</summary>
    public const int Version = 1;

    public const int HeaderBytes = 12;

    private const string Torn = "it cannot be read: a message in it is longer than what is there";

    private static ReadOnlySpan<byte> Magic => "AKREGDIR"u8;

    /// <summary>Writes a whole file.</summary>
    /// <param name="to">Where to.</param>
    /// <param name="cluster">The cluster that the client means.</param>
    /// <param name="now">The time.</param>
    /// <param name="views">What to keep, the more important first: what does not fit is left out.</param>
    /// <param name="bytesMax">The file's largest size.</param>
    /// <returns>How many were left out.</returns>
    public static int Write(Stream to, string cluster, DateTimeOffset now, IEnumerable<KeptView> views, int bytesMax)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[HeaderBytes];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[Magic.Length..], Version);
        Put(header);
        var written = HeaderBytes + SHA256.HashSizeInBytes;
        PutMessage(new SnapshotHead { Cluster = cluster, WrittenAtMs = now.ToUnixTimeMilliseconds() });
        var leftOut = 0;
        foreach (var view in views)
        {
            if (!PutMessage(ToWire(view)))
                leftOut++;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        to.Write(digest);
        return leftOut;

        void Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            to.Write(bytes);
        }

        bool PutMessage(IMessage message)
        {
            var size = message.CalculateSize();
            var whole = CodedOutputStream.ComputeUInt32Size((uint)size) + size;
            if (whole > bytesMax - written)
                return false;
            var bytes = new byte[whole];
            using (var output = new CodedOutputStream(bytes))
            {
                output.WriteMessage(message);
                output.Flush();
            }

            Put(bytes);
            written += whole;
            return true;
        }
    }

    /// <summary>Reads a whole file. Nothing in it is trusted; whatever it holds, this answers.</summary>
    /// <param name="file">All bytes.</param>
    /// <param name="cluster">The cluster that the client means.</param>
    public static SnapshotReading Read(ReadOnlyMemory<byte> file, string cluster)
    {
        var bytes = file.Span;
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || !bytes[..Magic.Length].SequenceEqual(Magic))
            return SnapshotReading.Faulty("it is no snapshot of this registry's clients");
        var version = BinaryPrimitives.ReadInt32LittleEndian(bytes[Magic.Length..]);
        if (version != Version)
            return SnapshotReading.Faulty($"its format is {version}, and {Version} is read here");
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..^SHA256.HashSizeInBytes], digest);
        if (!digest.SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            return SnapshotReading.Faulty("its checksum is wrong: it is damaged or not whole");
        try
        {
            return ReadMessages(file[HeaderBytes..^SHA256.HashSizeInBytes], cluster);
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or ArgumentOutOfRangeException)
        {
            return SnapshotReading.Faulty("it cannot be read: " + failure.Message.TrimEnd('.'));
        }
    }

    private static SnapshotReading ReadMessages(ReadOnlyMemory<byte> messages, string cluster)
    {
        var rest = messages.Span;
        if (rest.IsEmpty)
            return SnapshotReading.Faulty("it holds nothing");
        if (!UntrustedParsing.TryTake(ref rest, out var part))
            return SnapshotReading.Faulty(Torn);
        var head = SnapshotHead.Parser.ParseUntrusted(part);
        if (!string.Equals(head.Cluster, cluster, StringComparison.Ordinal))
            return SnapshotReading.Faulty($"it is of the cluster '{head.Cluster}', and '{cluster}' is meant");
        var views = new Dictionary<string, KeptView>(StringComparer.Ordinal);
        while (!rest.IsEmpty)
        {
            if (!UntrustedParsing.TryTake(ref rest, out part))
                return SnapshotReading.Faulty(Torn);
            var wire = KeptService.Parser.ParseUntrusted(part);
            views[wire.Service] = FromWire(wire);
        }

        return new SnapshotReading([.. views.Values], Fault: null);
    }

    private static KeptService ToWire(KeptView view)
    {
        var wire = new KeptService
        {
            Service = view.Service,
            Cursor = view.Cursor,
            Revision = view.Revision,
            ConfirmedAtMs = view.ConfirmedAt.ToUnixTimeMilliseconds(),
        };
        foreach (var instance in view.Instances)
            wire.Instances.Add(instance.ToWire());
        return wire;
    }

    private static KeptView FromWire(KeptService wire)
    {
        var instances = new ServiceInstance[wire.Instances.Count];
        for (var i = 0; i < instances.Length; i++)
            instances[i] = ServiceInstance.Read(wire.Instances[i]);
        // A view is sorted, each id once, whoever wrote the file.
        var sorted = instances.OrderBy(instance => instance.Id, StringComparer.Ordinal).DistinctBy(instance => instance.Id, StringComparer.Ordinal);
        return new KeptView(
            wire.Service, wire.Cursor, wire.Revision, DateTimeOffset.FromUnixTimeMilliseconds(wire.ConfirmedAtMs), [.. sorted]);
    }
}
