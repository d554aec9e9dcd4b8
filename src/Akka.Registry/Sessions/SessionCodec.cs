using System.Diagnostics;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Subscriptions;
using Google.Protobuf;

namespace Akka.Registry.Sessions;

/// <summary>A batch as frames: made once, sent to every session that wants it.</summary>
/// <param name="Rest">Its <see cref="SubscriptionBatch"/> but for what is the feed's own: the two fields that come first.</param>
/// <param name="Parts">What follows that.</param>
internal sealed record EncodedBatch(byte[] Rest, Frame[] Parts);

/// <summary>Between what clients say and what the registry understands. Pure.</summary>
internal static class SessionCodec
{
    /// <summary>Bytes after which a part ends: far below any limit of a frame, an entry more included.</summary>
    private const int PartBytes = 256 * 1024;

    private const int TimeoutMsMax = 60_000;

    /// <summary>How far a client wants its writes to reach; null when it says nothing that is known.</summary>
    public static WriteOptions? ToWriteOptions(uint consistency, uint timeoutMs) =>
        consistency <= (uint)WriteConsistency.All && timeoutMs is > 0 and <= TimeoutMsMax
            ? new WriteOptions((WriteConsistency)consistency, TimeSpan.FromMilliseconds(timeoutMs))
            : null;

    /// <summary>What a refusal is called on the wire, and why; <see cref="WireSessionError.None"/> for a defect.</summary>
    public static (WireSessionError Error, string Message, string Field) ToWire(Exception failure) =>
        RefusalOf(failure) is { } refusal ? (ToWire(refusal.Error), refusal.Message, refusal.Field ?? "") : (WireSessionError.None, "", "");

    /// <summary>A failure as a refusal; null for a defect.</summary>
    public static RegistryException? RefusalOf(Exception failure) => failure switch
    {
        RegistryException known => known,
        TimeoutException => new RegistryException(
            RegistryError.OwnerUnreachable, "This node is too busy to answer in time. The call may have counted."),
        ObjectDisposedException => new RegistryException(RegistryError.NotReady, "The session has ended."),
        _ => null,
    };

    /// <summary>A batch as frames: its beginning, of which the first fields are the feed's own, and the parts. All feeds share the rest.</summary>
    public static (Frame Beginning, Frame[] Parts) Frames(ulong subscription, ulong number, ChangeBatch batch)
    {
        var encoded = batch.Encoded(Encode);
        var own = ProtoWriter.NumberBytes(SubscriptionBatch.SubscriptionFieldNumber, subscription)
            + ProtoWriter.NumberBytes(SubscriptionBatch.NumberFieldNumber, number);
        var payload = new byte[own + encoded.Rest.Length];
        var writer = new ProtoWriter(payload);
        writer.Number(SubscriptionBatch.SubscriptionFieldNumber, subscription);
        writer.Number(SubscriptionBatch.NumberFieldNumber, number);
        encoded.Rest.CopyTo(payload, own);
        return (new Frame(FrameKind.SubscriptionBatch, payload), encoded.Parts);
    }

    private static WireSessionError ToWire(RegistryError error) => error switch
    {
        RegistryError.Invalid => WireSessionError.Invalid,
        RegistryError.NotFound => WireSessionError.NotFound,
        RegistryError.StaleEpoch => WireSessionError.StaleEpoch,
        // Both say: later, or at another node.
        RegistryError.LimitReached or RegistryError.Overloaded => WireSessionError.LimitReached,
        RegistryError.NotReady => WireSessionError.NotReady,
        RegistryError.OwnerUnreachable => WireSessionError.Unreachable,
        RegistryError.Unauthenticated or RegistryError.Forbidden => WireSessionError.Forbidden,
        _ => throw new UnreachableException($"No name for {error}."),
    };

    private static EncodedBatch Encode(ChangeBatch batch)
    {
        var frames = new List<Frame>();
        var part = new SubscriptionPart();
        var bytes = 0;
        foreach (var change in batch.Changes)
        {
            var wire = ToWire(change);
            part.Changes.Add(wire);
            bytes += wire.CalculateSize();
            if (bytes < PartBytes)
                continue;
            frames.Add(Frame.Of(FrameKind.SubscriptionPart, part));
            (part, bytes) = (new SubscriptionPart(), 0);
        }

        if (part.Changes.Count > 0)
            frames.Add(Frame.Of(FrameKind.SubscriptionPart, part));
        var rest = new SubscriptionBatch
        {
            Snapshot = batch.Kind == ChangeBatchKind.Snapshot,
            Cursor = batch.Cursor,
            Revision = batch.Revision,
            Parts = (uint)frames.Count,
        };
        return new EncodedBatch(rest.ToByteArray(), [.. frames]);
    }

    private static WireChange ToWire(Change change)
    {
        var wire = new WireChange { Service = change.Key.Service, Instance = change.Key.Instance, Epoch = change.Epoch };
        if (change.Entry is not { } entry)
            return wire;
        // The record's bytes never change: they are shared, not copied.
        wire.Value = UnsafeByteOperations.UnsafeWrap(entry.Record.Value.Memory);
        wire.Status = (WireInstanceStatus)entry.Status;
        wire.Unverified = entry.Unverified;
        return wire;
    }
}
