using System.Text.Json;
using Akka.Registry.Cluster;

namespace Akka.Registry.Etcd.Values;

/// <summary>Why an instance's key is gone, as it stands under <c>/registry/ended/</c>. Written in the transaction that takes the key away.</summary>
/// <param name="Epoch">The epoch that it was removed in.</param>
/// <param name="Deregistered">Whether the epoch has ended for good; else it was evicted for silence.</param>
/// <param name="By">The node that wrote it.</param>
internal sealed record EndedNote(ulong Epoch, bool Deregistered, NodeUid By)
{
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("epoch"u8, Epoch);
            json.WriteString("kind"u8, Deregistered ? "deregistered" : "evicted");
            json.WriteString("by"u8, By.ToString());
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static bool TryRead(ReadOnlyMemory<byte> json, out EndedNote note)
    {
        note = null!;
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            if (fields.Text("kind") is not { } kind || !NodeText.TryParse(fields.Text("by"), out var by))
                return false;
            note = new EndedNote(fields.Whole("epoch", 0), kind == "deregistered", by);
            return note.Epoch > 0;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>What this store is, under <c>/registry/store</c>: written by whoever finds it without, once in its life.</summary>
/// <param name="Generation">Tells its revisions from those of a store that stood here before; more than zero.</param>
/// <param name="StampBase">Unix milliseconds that stamps count revisions from: above every stamp that its writer knew.</param>
internal sealed record StoreIdentity(uint Generation, long StampBase)
{
    public byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("generation"u8, Generation);
            json.WriteNumber("stampBase"u8, StampBase);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    public static bool TryRead(ReadOnlyMemory<byte> json, out StoreIdentity identity)
    {
        identity = null!;
        try
        {
            using var document = JsonDocument.Parse(json);
            var fields = new JsonFields(document.RootElement);
            identity = new StoreIdentity((uint)fields.Whole("generation", 0, uint.MaxValue), (long)fields.Whole("stampBase", 0, 1UL << 47));
            return identity.Generation > 0;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return false;
        }
    }
}
