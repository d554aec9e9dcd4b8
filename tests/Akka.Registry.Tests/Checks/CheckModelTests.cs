using System.Text;
using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Checks;

public sealed class CheckModelTests
{
    private static readonly CheckDefinition[] EveryKind =
    [
        new CheckDefinition.Ttl
        {
            Id = "ttl", Name = "n", Notes = "o", TimeToLive = TimeSpan.FromSeconds(3), InitialStatus = InstanceStatus.Warning,
            SuccessBeforePassing = 2, FailuresBeforeWarning = 3, FailuresBeforeCritical = 4, DeregisterAfter = TimeSpan.FromMinutes(5),
        },
        new CheckDefinition.Manual { Id = "manual" },
        new CheckDefinition.Http
        {
            Id = "http", Url = "https://h:1/x", Method = "HEAD", Headers = [KeyValuePair.Create("A", "b"), KeyValuePair.Create("A", "c")],
            Body = "z", Expected = [new HttpStatusRange(200, 204), new HttpStatusRange(301, 301)], SkipTlsVerify = true, FollowRedirects = true,
            Interval = TimeSpan.FromSeconds(5), Timeout = TimeSpan.FromSeconds(2),
        },
        new CheckDefinition.Tcp { Id = "tcp", Host = "h", Port = 9 },
        new CheckDefinition.Grpc { Id = "grpc", Host = "::1", Port = 8, Service = "s", Tls = true, SkipTlsVerify = true },
        new CheckDefinition.Alias { Id = "alias", Service = "s", Instance = "i" },
    ];

    [Fact]
    public void A_check_of_every_kind_is_read_as_it_was_written()
    {
        var since = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123);
        var wires = EveryKind.Select(check => CheckCodec.ToWire(check).WithResult(InstanceStatus.Warning, "out", since)).ToList();

        CheckCodec.TryRead(wires, out var read).ShouldBeTrue();

        read.Select(state => state.Definition).ShouldBe(EveryKind);
        read.ShouldAllBe(state => state.Status == InstanceStatus.Warning && state.Output == "out" && state.Since == since);
        typeof(CheckDefinition).GetNestedTypes().Count(type => !type.IsAbstract).ShouldBe(EveryKind.Length);
    }

    [Fact]
    public void Without_a_result_a_check_is_as_it_begins()
    {
        CheckCodec.TryRead([.. EveryKind.Select(CheckCodec.ToWire)], out var read).ShouldBeTrue();

        read.ShouldBe(EveryKind.Select(CheckState.Initial));
    }

    [Theory]
    [InlineData(0UL, WireInstanceStatus.Passing)]
    [InlineData(1UL, WireInstanceStatus.Draining)]
    [InlineData(1UL, WireInstanceStatus.Unspecified)]
    [InlineData(ulong.MaxValue, WireInstanceStatus.Passing)]
    public void What_makes_no_sense_is_not_read(ulong intervalMs, WireInstanceStatus status) =>
        CheckCodec.TryRead([new WireCheck { Id = "a", Tcp = new WireTcpCheck(), IntervalMs = intervalMs, Status = status }], out _)
            .ShouldBeFalse();

    [Fact]
    public void A_kind_of_a_newer_node_counts_by_its_status()
    {
        var unknown = new byte[] { 0xFA, 0x01, 0x00 }; // Field 31, empty.
        var wire = WireCheck.Parser.ParseFrom([.. EncodedManual(), .. unknown]);

        CheckCodec.TryRead([wire], out var read).ShouldBeTrue();

        read[0].Definition.ShouldBeOfType<CheckDefinition.Manual>();
        wire.CalculateSize().ShouldBe(EncodedManual().Length + unknown.Length);
    }

    [Theory]
    [InlineData(InstanceStatus.Passing, InstanceStatus.Passing, InstanceStatus.Passing)]
    [InlineData(InstanceStatus.Passing, InstanceStatus.Warning, InstanceStatus.Warning)]
    [InlineData(InstanceStatus.Warning, InstanceStatus.Passing, InstanceStatus.Warning)]
    [InlineData(InstanceStatus.Critical, InstanceStatus.Passing, InstanceStatus.Critical)]
    [InlineData(InstanceStatus.Starting, InstanceStatus.Warning, InstanceStatus.Starting)]
    [InlineData(InstanceStatus.Draining, InstanceStatus.Warning, InstanceStatus.Draining)]
    [InlineData(InstanceStatus.Draining, InstanceStatus.Critical, InstanceStatus.Critical)]
    [InlineData(InstanceStatus.Starting, InstanceStatus.Critical, InstanceStatus.Critical)]
    public void The_worse_of_what_is_reported_and_what_is_seen_counts(InstanceStatus reported, InstanceStatus checks, InstanceStatus expected) =>
        CheckStatuses.Combine(reported, checks).ShouldBe(expected);

    [Theory]
    [InlineData("abc", 4, "abc")]
    [InlineData("abc", 2, "ab")]
    [InlineData("äöü", 4, "äö")]
    [InlineData("äöü", 3, "ä")]
    [InlineData("a😀b", 4, "a")]
    [InlineData("a😀b", 5, "a😀")]
    [InlineData("abc", 0, "")]
    public void An_output_is_cut_at_a_whole_character(string text, int bytes, string expected)
    {
        var cut = OutputText.Cut(text, bytes);

        cut.ShouldBe(expected);
        Encoding.UTF8.GetByteCount(cut).ShouldBeLessThanOrEqualTo(bytes);
    }

    [Fact]
    public void Half_a_character_becomes_the_sign_for_none() => OutputText.Cut("a\uD83D", 10).ShouldBe("a\uFFFD");

    [Fact]
    public void Everything_that_is_wrong_is_named_at_once()
    {
        CheckDefinition[] checks =
        [
            new CheckDefinition.Http { Id = "a", Url = "ftp://x", Method = "G T", Interval = TimeSpan.Zero },
            new CheckDefinition.Tcp { Id = "a", Host = "", Port = 0 },
            new CheckDefinition.Ttl { Id = "", TimeToLive = TimeSpan.Zero, DeregisterAfter = TimeSpan.FromSeconds(10) },
            new CheckDefinition.Alias { Id = "self", Service = "orders", Instance = "o-1" },
            null!,
        ];

        var wrong = CheckValidator.Check("orders", "o-1", checks, new CheckOptions())!;

        wrong.Error.ShouldBe(RegistryError.Invalid);
        wrong.Field.ShouldBe("checks[0].interval");
        foreach (var field in new[]
        {
            "checks[0].url", "checks[0].method", "checks[1].id", "checks[1].host", "checks[1].port", "checks[2].id", "checks[2].ttl",
            "checks[2].deregisterAfter", "checks[3]", "checks[4]",
        })
            wrong.Message.ShouldContain($"'{field}'");
    }

    [Fact]
    public void What_is_right_is_taken() =>
        CheckValidator.Check("orders", "o-1", EveryKind, new CheckOptions()).ShouldBeNull();

    [Fact]
    public void With_active_checks_switched_off_they_are_refused_by_name()
    {
        var options = new CheckOptions { Enabled = false };

        CheckValidator.Check("orders", "o-1", [EveryKind[0], EveryKind[1], EveryKind[5]], options).ShouldBeNull();
        CheckValidator.Check("s", "i", [EveryKind[3]], options)!.Message.ShouldContain("checks.enabled");
    }

    private static byte[] EncodedManual()
    {
        var wire = CheckCodec.ToWire(EveryKind[1]);
        var bytes = new byte[wire.CalculateSize()];
        Google.Protobuf.MessageExtensions.WriteTo(wire, bytes.AsSpan());
        return bytes;
    }
}
