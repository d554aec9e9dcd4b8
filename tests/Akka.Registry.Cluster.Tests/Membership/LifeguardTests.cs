using Akka.Registry.Cluster.Membership;
using Shouldly;
using Xunit;
using Xunit.Abstractions;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>
/// "Lifeguard [...] reduce[s] by 50x the false positives produced by the failure detector" (HashiCorp Research on
/// arXiv:1707.00788): the same runs with the three rules and without, all else equal.
/// </summary>
public sealed class LifeguardTests(ITestOutputHelper output)
{
    private const int Members = 100;
    private const int FewerBy = 20;

    private static readonly TimeSpan Length = TimeSpan.FromMinutes(2);

    /// <summary>
    /// With the preset of one data centre a rumour is repeated so often that a fifth of lossy members costs next to nobody
    /// his life in either way: two in forty minutes without Lifeguard, none with it, when that was counted.
    /// </summary>
    [Theory]
    [InlineData(FailureDetectorPreset.Local, true)]
    [InlineData(FailureDetectorPreset.Lan, false)]
    public void A_fifth_of_the_members_loses_a_fifth_of_all_messages(FailureDetectorPreset preset, bool plainFails)
    {
        var options = OptionsOf(preset);
        LifeguardCounts Run(MembershipRules rules) => Sum(
            seeds: 2, seed => LifeguardExperiment.Lossy(seed, Members, 0.2, Length, options, rules));

        var plain = Run(MembershipRules.PlainSwim);
        var lifeguard = Run(MembershipRules.All);

        Print($"20 % loss, preset {preset}", plain, lifeguard);
        if (plainFails)
        {
            plain.FalsePositives.ShouldBeGreaterThan(200);
            plain.AboutHealthy.ShouldBeGreaterThan(100);
            plain.AtHealthy.ShouldBeGreaterThan(50);
        }

        (lifeguard.FalsePositives * FewerBy).ShouldBeLessThanOrEqualTo(plain.FalsePositives);
        (lifeguard.AboutHealthy * FewerBy).ShouldBeLessThanOrEqualTo(plain.AboutHealthy);
        (lifeguard.AtHealthy * FewerBy).ShouldBeLessThanOrEqualTo(plain.AtHealthy);
    }

    /// <summary>
    /// The paper's own ailment: messages are processed late. Sixteen seconds of each seventeen neither come nor go; what is
    /// counted is about the others, for whoever is silent for so long is rightly given up meanwhile.
    /// </summary>
    [Theory]
    [InlineData(FailureDetectorPreset.Local)]
    [InlineData(FailureDetectorPreset.Lan)]
    public void A_fifth_of_the_members_processes_messages_late(FailureDetectorPreset preset)
    {
        var options = OptionsOf(preset);
        LifeguardCounts Run(MembershipRules rules) => LifeguardExperiment.Slow(
            1, Members, TimeSpan.FromMilliseconds(16_384), TimeSpan.FromMilliseconds(1_024), Length, options, rules);

        var plain = Run(MembershipRules.PlainSwim);
        var lifeguard = Run(MembershipRules.All);

        Print($"late messages, preset {preset}", plain, lifeguard);
        plain.AboutHealthy.ShouldBeGreaterThan(1_000);
        plain.AtHealthy.ShouldBeGreaterThan(1_000);
        (lifeguard.AboutHealthy * FewerBy).ShouldBeLessThanOrEqualTo(plain.AboutHealthy);
        (lifeguard.AtHealthy * FewerBy).ShouldBeLessThanOrEqualTo(plain.AtHealthy);
    }

    /// <summary>A process that stands still as a whole accuses nobody when it goes on: its mailbox holds the answers.</summary>
    [Fact]
    public void A_fifth_of_the_members_stands_still_again_and_again()
    {
        LifeguardCounts Run(MembershipRules rules) => LifeguardExperiment.Paused(
            1, Members, TimeSpan.FromMilliseconds(16_384), TimeSpan.FromMilliseconds(1_024), Length, new(), rules);

        var plain = Run(MembershipRules.PlainSwim);
        var lifeguard = Run(MembershipRules.All);

        Print("paused processes, preset Lan", plain, lifeguard);
        plain.AboutHealthy.ShouldBe(0);
        lifeguard.AboutHealthy.ShouldBe(0);
    }

    private static ClusterOptions OptionsOf(FailureDetectorPreset preset) =>
        new() { FailureDetector = new FailureDetectorOptions { Preset = preset } };

    private static LifeguardCounts Sum(int seeds, Func<int, LifeguardCounts> run)
    {
        var sum = new LifeguardCounts(0, 0, 0, 0, 0);
        for (var seed = 1; seed <= seeds; seed++)
            sum += run(seed);
        return sum;
    }

    private void Print(string what, LifeguardCounts plain, LifeguardCounts lifeguard)
    {
        output.WriteLine($"{what}: {Members} members, a fifth of them ailing");
        output.WriteLine($"  plain SWIM: {plain}");
        output.WriteLine($"  Lifeguard:  {lifeguard}");
    }
}
