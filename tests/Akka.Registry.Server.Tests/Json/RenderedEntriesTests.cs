using System.Buffers;
using System.Text;
using System.Text.Json;
using Akka.Registry.Checks;
using Akka.Registry.Server.Json;
using Akka.Registry.Server.Tests.Fakes;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Json;

public sealed class RenderedEntriesTests
{
    private readonly FakeRegistry _registry = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_kept_reads_as_what_is_written_anew(bool withLease)
    {
        foreach (var entry in Entries())
        {
            var expiresIn = withLease ? _registry.ExpiresIn(entry) : null;
            var anew = Text(json =>
            {
                json.WriteStartObject();
                EntryJson.WriteMembers(json, entry, _registry, expiresIn);
                json.WriteEndObject();
            });
            for (var time = 0; time < 2; time++)
                Text(json => EntryJson.Write(json, entry, _registry, withLease)).ShouldBe(anew);
        }
    }

    [Fact]
    public void What_goes_on_by_itself_is_as_it_is_now()
    {
        var entry = _registry.Add("orders", "o-1");
        _registry.LeaseLeft = TimeSpan.FromSeconds(12);
        Written(entry).GetProperty("expiresIn").GetString().ShouldBe("12s");
        _registry.LeaseLeft = TimeSpan.FromMilliseconds(3_456);
        Written(entry).GetProperty("expiresIn").GetString().ShouldBe("3.4s");
        Written(entry with { Unverified = true }).GetProperty("unverified").GetBoolean().ShouldBeTrue();
        Written(entry).GetProperty("unverified").GetBoolean().ShouldBeFalse();
    }

    [Fact]
    public void An_owner_that_is_known_by_name_meanwhile_is_named()
    {
        var (table, entry) = (new RenderedEntries(), _registry.Add("orders", "o-1"));
        Encoding.UTF8.GetString(table.Beginning(entry, "00000000000000a1")).ShouldContain("\"owner\":\"00000000000000a1\"");
        Encoding.UTF8.GetString(table.Beginning(entry, "node-1")).ShouldContain("\"owner\":\"node-1\"");
    }

    [Fact]
    public void Entries_that_share_a_slot_take_turns()
    {
        var table = new RenderedEntries(slots: 1);
        var (one, other) = (_registry.Add("orders", "o-1"), _registry.Add("orders", "o-2"));
        for (var time = 0; time < 2; time++)
        {
            Encoding.UTF8.GetString(table.Beginning(one, "node-1")).ShouldContain("\"id\":\"o-1\"");
            Encoding.UTF8.GetString(table.Beginning(other, "node-1")).ShouldContain("\"id\":\"o-2\"");
        }
    }

    [Fact]
    public void What_is_asked_for_again_is_there()
    {
        var (table, entry) = (new RenderedEntries(), _registry.Add("orders", "o-1"));
        _ = table.Beginning(entry, "node-1");
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = table.Beginning(entry, "node-1");
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    /// <summary>With all members and few, without beats, with checks, of another node, and longer than what is kept.</summary>
    private IEnumerable<ServiceEntry> Entries() =>
    [
        _registry.Add("orders", "o-1"),
        _registry.Add("orders", "o-2", registration => registration with
        {
            Methods = ["Get", "Put"], Tags = ["a\"b", "ü"], Zone = "z", Version = "1.2", Port = 0,
            Metadata = new Dictionary<string, string> { ["commit"] = "3f78\n6850", ["empty"] = "" },
        }) with { Override = InstanceStatus.OutOfService },
        _registry.Add("orders", "o-3", registration => registration with { Lease = LeaseKind.None }),
        _registry.Add("orders", "o-4", owner: FakeRegistry.Other, epoch: ulong.MaxValue),
        _registry.Add("orders", "o-5", registration => registration with
        {
            Checks = [new CheckDefinition.Ttl { Id = "ttl", TimeToLive = TimeSpan.FromSeconds(5) }],
        }),
        _registry.Add("orders", "o-6", registration => registration with
        {
            Metadata = new Dictionary<string, string> { ["long"] = new('x', 2 * RenderedEntries.BytesMax) },
        }),
    ];

    private JsonElement Written(ServiceEntry entry) =>
        JsonDocument.Parse(Text(json => EntryJson.Write(json, entry, _registry, withLease: true))).RootElement[1];

    /// <summary>Within an array, between others: commas are the writer's.</summary>
    private static string Text(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, JsonAnswer.WriterOptions))
        {
            json.WriteStartArray();
            json.WriteNumberValue(1);
            write(json);
            json.WriteNumberValue(2);
            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
