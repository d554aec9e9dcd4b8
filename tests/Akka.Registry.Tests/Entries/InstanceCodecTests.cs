using Akka.Registry.Actors.Virtual;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.DistributedData.Values;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Entries;

public class InstanceCodecTests
{
    private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20));

    private static readonly Registration Full = new()
    {
        Service = "orders",
        Id = "a",
        Address = "10.0.0.1",
        Port = 8080,
        Methods = ["Get", "Put"],
        Tags = ["blue"],
        Metadata = new Dictionary<string, string> { ["os"] = "linux", ["arch"] = "x64" },
        Zone = "eu-1",
        Version = "2.1",
        Weight = 3,
        Status = InstanceStatus.Warning,
        Epoch = 7,
    };

    private readonly InstanceCodec _codec = new();

    public static TheoryData<string, Action<InstanceValue>> Malformed => new()
    {
        { "no address", value => value.Address = "" },
        { "a port too high", value => value.Port = 65_536 },
        { "a weight too high", value => value.Weight = 70_000 },
        { "no ttl", value => value.TtlMs = 0 },
        { "an endless ttl", value => value.TtlMs = ulong.MaxValue },
        { "an endless deregister-after", value => value.DeregisterAfterMs = ulong.MaxValue },
        { "no status", value => value.Reported = WireInstanceStatus.Unspecified },
        { "a status of tomorrow", value => value.Reported = (WireInstanceStatus)42 },
        { "an override that only operators of tomorrow know", value => value.Override = (WireInstanceStatus)42 },
        { "a registration at the end of time", value => value.RegisteredAtMs = ulong.MaxValue },
    };

    [Fact]
    public void An_entry_is_what_was_registered()
    {
        var record = RecordOf(RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value);

        _codec.TryDecode(record, out var entry).ShouldBeTrue();

        (entry.Service, entry.Id, entry.Address, entry.Port, entry.Zone, entry.Version, entry.Weight)
            .ShouldBe(("orders", "a", "10.0.0.1", 8080, "eu-1", "2.1", 3));
        entry.Methods.ShouldBe(["Get", "Put"]);
        entry.Tags.ShouldBe(["blue"]);
        entry.Metadata.ShouldBe(Full.Metadata, ignoreOrder: true);
        (entry.Ttl, entry.DeregisterAfter).ShouldBe((Terms.Ttl, Terms.DeregisterAfter));
        (entry.Reported, entry.Override, entry.LeaseMissed, entry.Unverified).ShouldBe((InstanceStatus.Warning, null, false, false));
        entry.RegisteredAt.ShouldBe(VirtualScheduler.Epoch);
        entry.Record.ShouldBeSameAs(record);
    }

    [Fact]
    public void Pairs_in_another_order_make_the_same_bytes()
    {
        var other = Full with { Metadata = new Dictionary<string, string> { ["arch"] = "x64", ["os"] = "linux" } };
        RegistrationPlan.Build(other, null, Terms, VirtualScheduler.Epoch).Value.ToArray()
            .ShouldBe(RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value.ToArray());
    }

    [Fact]
    public void What_is_written_is_what_protobuf_writes()
    {
        var bytes = RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value;
        InstanceValue.Parser.ParseFrom(bytes.Span).ToByteArray().ShouldBe(bytes.ToArray());
    }

    [Fact]
    public void Strings_that_come_again_are_held_once()
    {
        var bytes = RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value;
        _codec.TryDecode(RecordOf(bytes), out var first);
        _codec.TryDecode(RecordOf(bytes), out var second);
        second.Zone.ShouldBeSameAs(first.Zone);
        second.Tags[0].ShouldBeSameAs(first.Tags[0]);
        second.Metadata.Keys.First().ShouldBeSameAs(first.Metadata.Keys.First());
    }

    [Theory]
    [MemberData(nameof(Malformed))]
    public void What_makes_no_sense_is_not_read(string what, Action<InstanceValue> spoil)
    {
        var value = InstanceValue.Parser.ParseFrom(RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value.Span);
        _codec.TryDecode(RecordOf(InstanceCodec.Encode(value)), out _).ShouldBeTrue(what);
        spoil(value);
        _codec.TryDecode(RecordOf(InstanceCodec.Encode(value)), out _).ShouldBeFalse(what);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        for (var i = 0; i < 2_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            _codec.TryDecode(RecordOf(bytes), out _);
        }
    }

    [Fact]
    public void An_edit_keeps_what_a_newer_node_has_written()
    {
        var bytes = new List<byte>(RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value.ToArray());
        bytes.AddRange([0xA2, 0x06, 0x03, (byte)'n', (byte)'e', (byte)'w']); // Field 100, of tomorrow.
        var value = InstanceCodec.Parse(RecordOf(bytes.ToArray()));
        value.LeaseMissed = true;
        var edited = InstanceCodec.Encode(value).ToArray();
        edited[^6..].ShouldBe([0xA2, 0x06, 0x03, (byte)'n', (byte)'e', (byte)'w']);
    }

    [Fact]
    public void What_a_node_writes_has_in_common_what_it_reads_from_others()
    {
        foreach (var registration in new[] { Full, Full with { Metadata = new Dictionary<string, string>(), Status = InstanceStatus.Starting } })
        {
            RegistrationPlan.Build(registration, null, Terms, VirtualScheduler.Epoch);
            var written = RegistrationPlan.Build(registration, null, Terms, VirtualScheduler.Epoch).Value;
            RecordValue.CopyOf(written.Span).Shared.ShouldNotBeNull().ShouldBeSameAs(written.Shared);
        }
    }

    /// <summary>
    /// Protobuf's own reading is the measure: whatever bytes, the entry's texts and facts are those, also when they came before and are shared.
    /// </summary>
    [Fact]
    public void What_is_read_is_what_protobuf_reads()
    {
        var random = new Random(11);
        var bytes = RegistrationPlan.Build(Full, null, Terms, VirtualScheduler.Epoch).Value.ToArray();
        var (compared, shared) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var other = bytes.ToArray();
            for (var changes = random.Next(3); changes > 0; changes--)
                other[random.Next(other.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                other = [.. other, .. bytes.AsSpan(random.Next(bytes.Length))];
            var (first, again) = (RecordOf(other), RecordOf(other));
            var isRead = _codec.TryDecode(first, out var entry);
            _codec.TryDecode(again, out var entryAgain).ShouldBe(isRead);
            if (!isRead)
                continue;
            IsAsProtobufReads(entry, InstanceValue.Parser.ParseFrom(other));
            IsAsProtobufReads(entryAgain, InstanceValue.Parser.ParseFrom(other));
            compared++;
            shared += again.Value.Shared is null ? 0 : 1;
        }

        compared.ShouldBeGreaterThan(2_000);
        shared.ShouldBeGreaterThan(1_000);
    }

    private static void IsAsProtobufReads(ServiceEntry entry, InstanceValue value)
    {
        // What is read with the texts comes first: it has to be there before them as well.
        entry.RegisteredAt.ToUnixTimeMilliseconds().ShouldBe((long)value.RegisteredAtMs);
        entry.Checks.Count.ShouldBe(value.Checks.Count);
        entry.Address.ShouldBe(value.Address);
        entry.Methods.ShouldBe(value.Methods);
        entry.Tags.ShouldBe(value.Tags);
        entry.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .ShouldBe(value.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        (entry.Zone, entry.Version, (uint)entry.Port, (uint)entry.Weight).ShouldBe((value.Zone, value.Version, value.Port, value.Weight));
        ((ulong)entry.Ttl.TotalMilliseconds, (ulong)entry.DeregisterAfter.TotalMilliseconds).ShouldBe((value.TtlMs, value.DeregisterAfterMs));
        ((int)entry.Reported, (int?)entry.Override ?? 0).ShouldBe(((int)value.Reported, (int)value.Override));
        (entry.LeaseMissed, entry.Unverified, entry.Suspect, !entry.NeedsBeats)
            .ShouldBe((value.LeaseMissed, value.Unverified, value.Suspect, value.NoLease));
        entry.RegisteredAt.ToUnixTimeMilliseconds().ShouldBe((long)value.RegisteredAtMs);
        entry.Checks.Count.ShouldBe(value.Checks.Count);
    }

    private static MapRecord RecordOf(RecordValue value) => MapRecord.Of(
        new RecordKey("orders", "a"), new RecordOrder(7, false, default, false), new Dot(new NodeUid(1), 1), value);
}
