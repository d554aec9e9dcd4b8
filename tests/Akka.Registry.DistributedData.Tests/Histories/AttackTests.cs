using Akka.Registry.TestKit;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests.Histories;

/// <summary>
/// Signed records against a member in wrong hands, on the real machines: <see cref="AttackHistory"/>. More seeds: set HISTORIES_TIMES to a
/// factor.
/// </summary>
public class AttackTests
{
    private static readonly Dictionary<string, ReplicationRules> Mutants = new()
    {
        ["signatures checked"] = ReplicationRules.All with { SignaturesChecked = false },
        ["bearers checked"] = ReplicationRules.All with { BearersChecked = false },
        ["owners asked"] = ReplicationRules.All with { OwnersAsked = false },
        ["rumours doubted"] = ReplicationRules.All with { RumoursDoubted = false },
        ["claims yield"] = ReplicationRules.All with { ClaimsYield = false },
    };

    [Fact]
    public void Nobody_takes_away_or_changes_what_another_node_keeps()
    {
        var seeds = 300 * (int.TryParse(Environment.GetEnvironmentVariable("HISTORIES_TIMES"), out var times) ? times : 1);
        AttackHistory.Attacks.Clear();
        for (var seed = 0; seed < seeds; seed++)
            AttackHistory.Run(seed).ShouldBeNull($"seed {seed}");
        AttackHistory.Attacks.Keys.Order().ShouldBe(
            ["claims", "forges", "forges a passport", "lets go for it", "removes", "replays", "rumours", "takes over"]);
        AttackHistory.Attacks.Values.ShouldAllBe(count => count > seeds);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_deregistered_and_collected_does_not_come_back_when_it_is_played_back(bool replaysDropped)
    {
        var rules = ReplicationRules.All with { ReplaysDropped = replaysDropped };
        var network = new MapNetwork(
            new Random(1), Replicator.Solo.Forgetful with { AwayGrace = TimeSpan.Zero }, rules, new SimulatedAuthority());
        var (owner, victim, attacker) = (network.Add(), network.Add(), network.Add());
        network.SeeAll();
        network.Run(TimeSpan.FromSeconds(3));
        var key = new RecordKey("s", "k");
        network.Write(owner, new MapWrite.Register(key, 7, new byte[] { 1 }));
        network.Run(TimeSpan.FromSeconds(1));
        var captured = attacker.Machine.Map.Find(key)!;
        network.Write(owner, new MapWrite.Deregister(key, 7));
        network.Run(TimeSpan.FromSeconds(10));
        victim.Machine.Map.Count.ShouldBe(0);

        network.Handle(victim, new ReplicatorInput.Received(attacker.Uid, new PeerFrame.Delta(ulong.MaxValue, attacker.Machine.Generation)
        {
            Interval = 0, Part = 0, Last = true, Records = [captured], AckWanted = false, ReceiverGeneration = victim.Machine.Generation,
        }));

        (victim.Machine.Shown(key) is null).ShouldBe(replaysDropped);
    }

    [Theory]
    [InlineData("signatures checked", 20)]
    [InlineData("bearers checked", 100)]
    [InlineData("owners asked", 10)]
    [InlineData("rumours doubted", 100)]
    [InlineData("claims yield", 100)]
    public void Without_a_rule_it_does_within_so_many_seeds(string rule, int seeds)
    {
        var seed = 0;
        while (seed < seeds && Fault(seed, Mutants[rule]) is null)
            seed++;
        seed.ShouldBeLessThan(seeds, $"Without {rule} no history of {seeds} failed.");
    }

    private static string? Fault(int seed, ReplicationRules rules)
    {
        try
        {
            return AttackHistory.Run(seed, rules);
        }
        catch (InvalidOperationException broken)
        {
            return broken.Message;
        }
    }
}
