using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Akka.Registry.Server.Json;
using Akka.Registry.Subscriptions;

namespace Akka.Registry.Server.Streams;

/// <summary>One batch as one server-sent event: made once, written to every stream that wants it.</summary>
/// <param name="bytes">The event, its empty line included.</param>
internal sealed class EventFrame(ReadOnlyMemory<byte> bytes)
{
    /// <summary>The event's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; } = bytes;
}

/// <summary>Encodes batches as server-sent events (WHATWG HTML, section 9.2).</summary>
internal sealed class EventEncoder
{
    private readonly IServiceRegistry _registry;
    private readonly Func<ChangeBatch, EventFrame> _encode;

    /// <summary>Encodes what this registry tells.</summary>
    public EventEncoder(IServiceRegistry registry)
    {
        _registry = registry;
        _encode = Encode;
    }

    /// <summary>The batch's event.</summary>
    public EventFrame FrameOf(ChangeBatch batch) => batch.Encoded(_encode);

    private EventFrame Encode(ChangeBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>(256 + (batch.Changes.Length * 384));
        buffer.Write("event: "u8);
        buffer.Write(KindOf(batch.Kind));
        buffer.Write("\nid: "u8);
        Encoding.ASCII.GetBytes(batch.Cursor, buffer);
        buffer.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.WriterOptions))
            Write(json, batch);
        buffer.Write("\n\n"u8);
        return new EventFrame(buffer.WrittenMemory);
    }

    private void Write(Utf8JsonWriter json, ChangeBatch batch)
    {
        json.WriteStartObject();
        json.WriteString("kind"u8, KindOf(batch.Kind));
        json.WriteNumber("revision"u8, batch.Revision);
        json.WriteStartArray("changes"u8);
        foreach (var change in batch.Changes)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, KindOf(change.Kind));
            json.WriteString("service"u8, change.Key.Service);
            json.WriteString("id"u8, change.Key.Instance);
            EntryJson.WriteWhole(json, "epoch"u8, change.Epoch);
            if (change.Entry is { } entry)
            {
                json.WritePropertyName("instance"u8);
                EntryJson.Write(json, entry, _registry, withLease: false);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ReadOnlySpan<byte> KindOf(ChangeBatchKind kind) => kind switch
    {
        ChangeBatchKind.Snapshot => "snapshot"u8,
        ChangeBatchKind.Changes => "changes"u8,
        _ => throw new UnreachableException($"No name for {kind}."),
    };

    private static ReadOnlySpan<byte> KindOf(ChangeKind kind) => kind switch
    {
        ChangeKind.Put => "put"u8,
        ChangeKind.Removed => "removed"u8,
        ChangeKind.Verification => "verification"u8,
        _ => throw new UnreachableException($"No name for {kind}."),
    };
}
