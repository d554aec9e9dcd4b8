using System.Runtime.InteropServices;
using Akka.Registry.Contracts;

namespace Akka.Registry.Sessions;

/// <summary>
/// Writes answers that hold entries, the bytes of a <see cref="SessionAnswer"/>, without one: look-ups are what clients ask for most.
/// </summary>
internal static class EntryAnswer
{
    /// <summary>A page of a service's instances.</summary>
    /// <param name="request">The client's number of its question.</param>
    /// <param name="page">What the page says beside them.</param>
    /// <param name="entries">In order.</param>
    public static Frame Instances(ulong request, in InstancePage page, List<ServiceEntry> entries)
    {
        var writer = Begin(request, page, EntriesBytes(WireInstancePage.InstancesFieldNumber, entries), out var payload);
        Write(ref writer, WireInstancePage.InstancesFieldNumber, entries);
        writer.Text(WireInstancePage.NextFieldNumber, page.Next);
        return new Frame(FrameKind.SessionAnswer, payload);
    }

    /// <summary>As the other, of entries that <see cref="TryEncode"/> has encoded.</summary>
    public static Frame Instances(ulong request, in InstancePage page, ReadOnlySpan<byte> entries)
    {
        var writer = Begin(request, page, entries.Length, out var payload);
        writer.Encoded(entries);
        writer.Text(WireInstancePage.NextFieldNumber, page.Next);
        return new Frame(FrameKind.SessionAnswer, payload);
    }

    /// <summary>Entries as they stand within a page; null when they are more bytes than that.</summary>
    public static byte[]? TryEncode(List<ServiceEntry> entries, int bytesMax)
    {
        var bytes = EntriesBytes(WireInstancePage.InstancesFieldNumber, entries);
        if (bytes > bytesMax)
            return null;
        var encoded = new byte[bytes];
        var writer = new ProtoWriter(encoded);
        Write(ref writer, WireInstancePage.InstancesFieldNumber, entries);
        return encoded;
    }

    /// <summary>Routees, or a part of them.</summary>
    /// <param name="request">The client's number of its question.</param>
    /// <param name="strategy">How they were chosen.</param>
    /// <param name="entries">The preferred first.</param>
    /// <param name="more">Whether another part follows.</param>
    public static Frame Routees(ulong request, string strategy, List<ServiceEntry> entries, bool more)
    {
        var bytes = ProtoWriter.TextBytes(WireRoutees.StrategyFieldNumber, strategy)
            + EntriesBytes(WireRoutees.RouteesFieldNumber, entries);
        var payload = new byte[
            ProtoWriter.NumberBytes(SessionAnswer.RequestFieldNumber, request)
            + ProtoWriter.NumberBytes(SessionAnswer.MoreFieldNumber, more ? 1UL : 0)
            + ProtoWriter.MessageBytes(SessionAnswer.RouteesFieldNumber, bytes)];
        var writer = new ProtoWriter(payload);
        writer.Number(SessionAnswer.RequestFieldNumber, request);
        writer.Number(SessionAnswer.MoreFieldNumber, more ? 1UL : 0);
        writer.Begin(SessionAnswer.RouteesFieldNumber, bytes);
        writer.Text(WireRoutees.StrategyFieldNumber, strategy);
        Write(ref writer, WireRoutees.RouteesFieldNumber, entries);
        return new Frame(FrameKind.SessionAnswer, payload);
    }

    /// <summary>Bytes that an entry takes in an answer, but for its tag and length.</summary>
    public static int EntryBytes(ServiceEntry entry) =>
        ProtoWriter.TextBytes(WireChange.ServiceFieldNumber, entry.Service)
        + ProtoWriter.TextBytes(WireChange.InstanceFieldNumber, entry.Id)
        + ProtoWriter.NumberBytes(WireChange.EpochFieldNumber, entry.Epoch)
        + ProtoWriter.BytesBytes(WireChange.ValueFieldNumber, entry.Record.Value.Length)
        + ProtoWriter.NumberBytes(WireChange.StatusFieldNumber, (ulong)entry.Status)
        + ProtoWriter.NumberBytes(WireChange.UnverifiedFieldNumber, entry.Unverified ? 1UL : 0);

    /// <summary>Writes what comes before the entries.</summary>
    private static ProtoWriter Begin(ulong request, in InstancePage page, int entriesBytes, out byte[] payload)
    {
        var bytes = ProtoWriter.TextBytes(WireInstancePage.ServiceFieldNumber, page.Service)
            + ProtoWriter.NumberBytes(WireInstancePage.RevisionFieldNumber, (ulong)page.Revision)
            + ProtoWriter.TextBytes(WireInstancePage.CursorFieldNumber, page.Cursor)
            + ProtoWriter.TextBytes(WireInstancePage.NextFieldNumber, page.Next)
            + entriesBytes;
        payload = new byte[
            ProtoWriter.NumberBytes(SessionAnswer.RequestFieldNumber, request)
            + ProtoWriter.MessageBytes(SessionAnswer.InstancesFieldNumber, bytes)];
        var writer = new ProtoWriter(payload);
        writer.Number(SessionAnswer.RequestFieldNumber, request);
        writer.Begin(SessionAnswer.InstancesFieldNumber, bytes);
        writer.Text(WireInstancePage.ServiceFieldNumber, page.Service);
        writer.Number(WireInstancePage.RevisionFieldNumber, (ulong)page.Revision);
        writer.Text(WireInstancePage.CursorFieldNumber, page.Cursor);
        return writer;
    }

    private static int EntriesBytes(int field, List<ServiceEntry> entries)
    {
        var bytes = 0;
        foreach (var entry in CollectionsMarshal.AsSpan(entries))
            bytes += ProtoWriter.MessageBytes(field, EntryBytes(entry));
        return bytes;
    }

    private static void Write(ref ProtoWriter writer, int field, List<ServiceEntry> entries)
    {
        foreach (var entry in CollectionsMarshal.AsSpan(entries))
        {
            writer.Begin(field, EntryBytes(entry));
            writer.Text(WireChange.ServiceFieldNumber, entry.Service);
            writer.Text(WireChange.InstanceFieldNumber, entry.Id);
            writer.Number(WireChange.EpochFieldNumber, entry.Epoch);
            entry.Record.Value.WriteTo(ref writer, WireChange.ValueFieldNumber);
            writer.Number(WireChange.StatusFieldNumber, (ulong)entry.Status);
            writer.Number(WireChange.UnverifiedFieldNumber, entry.Unverified ? 1UL : 0);
        }
    }
}

/// <summary>What a page of a service's instances says beside them.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Revision">Its revision.</param>
/// <param name="Cursor">A subscription from it misses nothing after this page.</param>
/// <param name="Next">The last id when there are more; empty when these are the last.</param>
internal readonly record struct InstancePage(string Service, long Revision, string Cursor, string Next);
