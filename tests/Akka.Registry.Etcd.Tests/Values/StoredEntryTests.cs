using System.Text;
using Akka.Registry.Cluster;
using Akka.Registry.Contracts;
using Akka.Registry.DistributedData;
using Akka.Registry.Etcd.Values;
using Google.Protobuf;

namespace Akka.Registry.Etcd.Tests.Values;

public class StoredEntryTests
{
    [Fact]
    public void What_is_written_is_read_as_it_was()
    {
        var value = new InstanceValue
        {
            Address = "10.0.0.7", Port = 8080, Zone = "b", Version = "1.2", Weight = 7, TtlMs = 2_500, DeregisterAfterMs = 60_000,
            Reported = WireInstanceStatus.Draining, Override = WireInstanceStatus.OutOfService, LeaseMissed = true, Unverified = true, Suspect = true,
            NoLease = true, RegisteredAtMs = 1_795_948_248_025,
            Methods = { "Orders.Place" }, Tags = { "blau", "<\"größe\">" }, Metadata = { ["z"] = "1", ["a"] = "" },
            Checks =
            {
                new WireCheck
                {
                    Id = "c", Http = new WireHttpCheck { Url = "http://x/" }, Status = WireInstanceStatus.Critical, Output = "no", IntervalMs = 5_000,
                },
            },
        };
        var entry = new StoredEntry(value, 18_000_000_000_000_000_001, new NodeUid(0xAB));
        StoredEntry.TryRead(entry.ToJson(), out var read, out _).ShouldBeTrue();
        read.ShouldBe(entry);
        read.Value.ToByteArray().ShouldBe(value.ToByteArray(), "the order of pairs too");
        // An empty-handed one as well: absent fields are defaults.
        var least = new StoredEntry(
            new InstanceValue { Address = "a", Weight = 1, TtlMs = 1_000, Reported = WireInstanceStatus.Passing }, 1, new NodeUid(1));
        StoredEntry.TryRead(least.ToJson(), out read, out _).ShouldBeTrue();
        read.ShouldBe(least);
    }

    [Theory]
    [InlineData("{}", "address")]
    [InlineData("[]", "")]
    [InlineData("7", "")]
    [InlineData("{\"address\":\"\"}", "address")]
    [InlineData("{\"address\":\"a\",\"port\":70000}", "port")]
    [InlineData("{\"address\":\"a\",\"port\":-1}", "")]
    [InlineData("{\"address\":\"a\",\"status\":\"fine\"}", "fine")]
    [InlineData("{\"address\":\"a\",\"ttl\":\"long\"}", "long")]
    [InlineData("{\"address\":\"a\",\"ttl\":\"99999999999999999999s\"}", "")]
    [InlineData("{\"address\":\"a\",\"tags\":\"x\"}", "")]
    [InlineData("{\"address\":\"a\",\"epoch\":0}", "epoch")]
    [InlineData("{\"address\":\"a\"", "")]
    [InlineData("", "")]
    public void What_is_not_as_documented_is_none_and_says_why(string json, string why)
    {
        StoredEntry.TryRead(Encoding.UTF8.GetBytes(json), out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(why);
        problem.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("orders", "orders-1", "/services/orders/orders-1")]
    [InlineData("orders", "10.0.0.1:80", "/services/orders/10.0.0.1:80")]
    [InlineData("o", "a/b", "/services/o/a%2Fb")]
    [InlineData("o", "100%", "/services/o/100%25")]
    [InlineData("o", "größe 1\u00a0", "/services/o/größe%201%C2%A0")]
    public void A_key_is_one_instance_and_an_instance_one_key(string service, string instance, string text)
    {
        var keys = new EtcdKeys("/p");
        var key = new RecordKey(service, instance);
        keys.EntryOf(key).ToStringUtf8().ShouldBe("/p" + text);
        EtcdKeys.TryRead(keys.Services, keys.EntryOf(key), out var read).ShouldBeTrue();
        read.ShouldBe(key);
    }

    [Theory]
    [InlineData("/services/a")]
    [InlineData("/services//b")]
    [InlineData("/services/a/")]
    [InlineData("/services/a/b/c")]
    [InlineData("/services/a/b%2f")]
    [InlineData("/services/a/%41")]
    [InlineData("/services/a/b c")]
    [InlineData("/services/a/%FF")]
    [InlineData("/other/a/b")]
    public void A_key_that_is_written_otherwise_is_none(string text) =>
        EtcdKeys.TryRead("/services/", ByteString.CopyFromUtf8(text), out _).ShouldBeFalse();

    [Theory]
    [InlineData(30, 5, 15, 128)]
    [InlineData(1, 5, 15, 128)]
    [InlineData(60, 5, 15, 256)]
    [InlineData(30, 5, 120, 512)]
    [InlineData(3_600, 5, 15, 8_192)]
    public void The_shared_lease_outlives_its_node_by_all_that_others_need(int ttl, int nodeTtl, int graceMin, int seconds) =>
        Etcd.Leases.EntryLeases.SharedTtl(TimeSpan.FromSeconds(ttl), TimeSpan.FromSeconds(nodeTtl), TimeSpan.FromSeconds(graceMin))
            .ShouldBe(TimeSpan.FromSeconds(seconds));
}
