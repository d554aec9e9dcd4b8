using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Entries;

public class RegistrationValidatorTests
{
    private static readonly Registration Good = new() { Service = "orders.v1", Id = "a", Address = "host-1.example", Epoch = 1 };
    private static readonly LimitOptions Limits = new();
    private static readonly LeaseOptions Leases = new();

    public static TheoryData<string, Func<Registration, Registration>, string> Wrong => new()
    {
        { "service", r => r with { Service = "" }, "is missing" },
        { "service", r => r with { Service = null! }, "is missing" },
        { "service", r => r with { Service = "a b" }, "holds ' '" },
        { "service", r => r with { Service = "a..b" }, "DNS" },
        { "service", r => r with { Service = new('a', 64) }, "DNS" },
        { "service", r => r with { Service = new('a', 129) }, "has 129 characters; at most 128" },
        { "id", r => r with { Id = "" }, "is empty" },
        { "id", r => r with { Id = null! }, "is null" },
        { "id", r => r with { Id = "a\n" }, "holds U+000A" },
        { "id", r => r with { Id = new('a', 257) }, "at most 256" },
        { "id", r => r with { Id = "\uD800" }, "Unicode" },
        { "address", r => r with { Address = "http://host" }, "neither a host name nor an IP address" },
        { "address", r => r with { Address = "10.0.0.1:80" }, "neither" },
        { "address", r => r with { Address = "" }, "is empty" },
        { "address", r => r with { Address = null! }, "is null" },
        { "address", r => r with { Address = new('a', 256) }, "at most 255" },
        { "port", r => r with { Port = -1 }, "is -1; 0 to 65535" },
        { "port", r => r with { Port = 65_536 }, "is 65536" },
        { "weight", r => r with { Weight = 65_536 }, "0 to 65535" },
        { "methods[1]", r => r with { Methods = ["Get", ""] }, "is empty" },
        { "methods", r => r with { Methods = [.. Enumerable.Repeat("m", 257)] }, "holds 257; at most 256" },
        { "tags[3]", r => r with { Tags = ["a", "b", "c", new('x', 129)] }, "has 129 characters; at most 128" },
        { "tags[0]", r => r with { Tags = [null!] }, "is null" },
        { "tags", r => r with { Tags = null! }, "is null" },
        { "tags", r => r with { Tags = [.. Enumerable.Repeat("t", 65)] }, "holds 65; at most 64" },
        { "metadata.region", r => r with { Metadata = Pairs("region", new('x', 1_025)) }, "has 1025 characters; at most 1024" },
        { "metadata.region", r => r with { Metadata = Pairs("region", null!) }, "is null" },
        { "metadata.region", r => r with { Metadata = Pairs("region", "\uDC00") }, "base64" },
        { "metadata", r => r with { Metadata = Pairs(new('k', 129), "v") }, "at most 128" },
        { "metadata", r => r with { Metadata = Enumerable.Range(0, 65).ToDictionary(i => $"k{i}", i => "v") }, "holds 65 pairs; at most 64" },
        { "zone", r => r with { Zone = new('z', 129) }, "at most 128" },
        { "version", r => r with { Version = "1\0" }, "U+0000" },
        { "ttl", r => r with { Ttl = TimeSpan.FromMilliseconds(999) }, "is 0.999 s; 1 s to 86400 s" },
        { "ttl", r => r with { Ttl = TimeSpan.FromDays(2) }, "is 172800 s" },
        { "deregisterAfter", r => r with { DeregisterAfter = TimeSpan.FromSeconds(-1) }, "is -1 s; 0 s to 604800 s" },
        { "status", r => r with { Status = InstanceStatus.OutOfService }, "none that an instance may report" },
        { "status", r => r with { Status = (InstanceStatus)99 }, "none" },
        { "epoch", r => r with { Epoch = 0 }, "mint one" },
    };

    public static TheoryData<Func<Registration, Registration>> Right =>
    [
        r => r,
        r => r with { Service = new string('a', 63) + "." + new string('b', 63), Id = "ünïcode 😀 #1" },
        r => r with { Address = "::1", Port = 65_535, Weight = 0 },
        r => r with { Address = "192.0.2.7" },
        r => r with { Metadata = Pairs("k", ""), Tags = ["x"], Methods = ["orders.v1.Orders/Get"] },
        r => r with { Ttl = TimeSpan.FromSeconds(1), DeregisterAfter = TimeSpan.Zero, Status = InstanceStatus.Starting, Epoch = null },
    ];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_named_with_the_limit_and_the_way_out(string field, Func<Registration, Registration> change, string says)
    {
        var refusal = RegistrationValidator.Check(change(Good), Limits, Leases, new Akka.Registry.Checks.CheckOptions()).ShouldNotBeNull();
        (refusal.Error, refusal.Field).ShouldBe((RegistryError.Invalid, field));
        refusal.Message.ShouldContain(says);
        refusal.Message.ShouldEndWith(".");
    }

    [Theory]
    [MemberData(nameof(Right))]
    public void What_is_right_passes(Func<Registration, Registration> change) =>
        RegistrationValidator.Check(change(Good), Limits, Leases, new Akka.Registry.Checks.CheckOptions()).ShouldBeNull();

    [Fact]
    public void Terms_that_are_not_named_are_the_nodes_ttl_and_one_ttl_more()
    {
        RegistrationValidator.Terms(Good, Leases).ShouldBe(new LeaseTerms(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(30)));
        RegistrationValidator.Terms(Good with { Ttl = TimeSpan.FromSeconds(5) }, Leases)
            .ShouldBe(new LeaseTerms(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)));
    }

    private static Dictionary<string, string> Pairs(string key, string text) => new() { [key] = text };
}
