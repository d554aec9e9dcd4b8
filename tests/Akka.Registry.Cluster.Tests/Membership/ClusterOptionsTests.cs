using System.ComponentModel.DataAnnotations;
using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

public sealed class ClusterOptionsTests
{
    private static List<ValidationResult> Validate(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results;
    }

    [Fact]
    public void Defaults_are_valid()
    {
        Validate(new ClusterOptions()).ShouldBeEmpty();
        foreach (var preset in Enum.GetValues<FailureDetectorPreset>())
            Validate(new FailureDetectorOptions { Preset = preset }).ShouldBeEmpty();
    }

    [Fact]
    public void Every_seed_that_is_no_address_is_named()
    {
        var results = Validate(new ClusterOptions { SeedNodes = ["a:1", "b", "c:99999", "[::1]:5"] });

        results.Select(result => result.ErrorMessage).ShouldBe(
        [
            "'b' is no seed node: host:port or [v6]:port is.",
            "'c:99999' is no seed node: host:port or [v6]:port is.",
        ]);
    }

    [Fact]
    public void An_ack_timeout_has_to_end_before_the_probe_does()
    {
        Validate(new FailureDetectorOptions { AckTimeout = TimeSpan.FromSeconds(1) }).ShouldHaveSingleItem();
        Validate(new FailureDetectorOptions { ProbeInterval = TimeSpan.FromMilliseconds(500) }).ShouldHaveSingleItem();
        Validate(new FailureDetectorOptions { ProbeInterval = TimeSpan.FromMilliseconds(501) }).ShouldBeEmpty();
    }

    [Fact]
    public void Bounds_are_held()
    {
        Validate(new ClusterOptions { MembersMax = 0 }).ShouldHaveSingleItem();
        Validate(new ClusterOptions { Secret = "short" }).ShouldHaveSingleItem();
        Validate(new ClusterOptions { SeedRetryInterval = TimeSpan.Zero }).ShouldHaveSingleItem();
        Validate(new FailureDetectorOptions { IndirectProbes = 33 }).ShouldHaveSingleItem();
        Validate(new FailureDetectorOptions { RumourBytesMax = 100 }).ShouldHaveSingleItem();
    }

    [Fact]
    public void What_is_set_replaces_the_presets_value_and_nothing_else()
    {
        var wan = new FailureDetectorOptions { Preset = FailureDetectorPreset.Wan };

        SwimSettings.Of(wan with { GossipFanout = 7, SuspicionMaxMultiplier = 9 })
            .ShouldBe(SwimSettings.Of(wan) with { GossipFanout = 7, SuspicionMaxMultiplier = 9 });
        var all = new FailureDetectorOptions
        {
            ProbeInterval = TimeSpan.FromSeconds(2),
            AckTimeout = TimeSpan.FromSeconds(1),
            IndirectProbes = 2,
            SuspicionMultiplier = 8,
            BrokenLinkMultiplier = 5,
            RetransmitMultiplier = 6,
            GossipInterval = TimeSpan.FromMilliseconds(10),
            RumourBytesMax = 600,
            SyncInterval = TimeSpan.FromSeconds(3),
        };
        SwimSettings.Of(all).ShouldBe(SwimSettings.Of(new FailureDetectorOptions()) with
        {
            ProbeInterval = TimeSpan.FromSeconds(2),
            AckTimeout = TimeSpan.FromSeconds(1),
            IndirectProbes = 2,
            SuspicionMultiplier = 8,
            BrokenLinkMultiplier = 5,
            RetransmitMultiplier = 6,
            GossipInterval = TimeSpan.FromMilliseconds(10),
            RumourBytesMax = 600,
            SyncInterval = TimeSpan.FromSeconds(3),
        });
    }
}
