using Akka.Registry.Cluster.Membership;
using Akka.Registry.Cluster.Seeds;
using Shouldly;
using Xunit;

namespace Akka.Registry.Cluster.Tests.Membership;

/// <summary>Who forms the first cluster where seeds come by DNS, whatever DNS shows to whom, and when.</summary>
public sealed class BootstrapTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Three_nodes_in_any_order_with_answers_of_parts_and_late_ones_form_one_cluster(int seed)
    {
        var random = new Random(seed);
        var swim = new SimulatedSwim(seed);
        var order = Shuffled(random, 3);
        foreach (var number in order)
        {
            Start(swim, number, expect: 3);
            swim.RunFor(TimeSpan.FromMilliseconds(random.Next(4_000)));
        }

        ShowParts(swim, random, count: 3, rounds: 6);
        swim.Running.Count(member => member.Machine.HasJoined).ShouldBeOneOf(0, 3);
        ShowAll(swim, 3);

        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), Limit);
        swim.Members.Sum(Formed).ShouldBe(1);
        Formed(swim.Members.Single(member => member.Address == SimulatedSwim.AddressOf(0))).ShouldBe(1, "the lowest address");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void With_more_than_half_expected_nodes_that_see_different_parts_form_one_cluster_and_who_is_missing_joins_it(int seed)
    {
        var random = new Random(seed);
        var swim = new SimulatedSwim(seed);
        foreach (var number in Shuffled(random, 5))
        {
            Start(swim, number, expect: 3);
            // Each sees itself and two others, which see it or not.
            Show(swim, number, [number, (number + 1 + random.Next(4)) % 5, (number + 1 + random.Next(4)) % 5]);
            swim.RunFor(TimeSpan.FromMilliseconds(random.Next(2_500)));
        }

        swim.RunFor(TimeSpan.FromSeconds(20));
        ShowAll(swim, 5);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), Limit);

        swim.Members.Sum(Formed).ShouldBe(1);
    }

    [Fact]
    public void Fewer_than_are_expected_wait_and_the_first_that_makes_them_enough_ends_the_wait()
    {
        var swim = new SimulatedSwim(1);
        Start(swim, 1, expect: 3);
        Start(swim, 2, expect: 3);
        ShowAll(swim, 3);
        swim.RunFor(TimeSpan.FromMinutes(10));
        swim.Running.ShouldAllBe(member => !member.Machine.HasJoined);

        Start(swim, 0, expect: 3);
        Show(swim, 0, [0, 1, 2]);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(10));

        swim.Members.Sum(Formed).ShouldBe(1);
    }

    [Fact]
    public void A_node_that_finds_a_cluster_joins_it_however_low_its_address_and_whoever_waits_with_it()
    {
        var swim = new SimulatedSwim(2);
        foreach (var number in (int[])[3, 4, 5])
            Start(swim, number, expect: 3);
        ShowAll(swim, 6);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(10));

        foreach (var number in (int[])[0, 1, 2])
            Start(swim, number, expect: 3);
        // The three that are new see each other at once, and the cluster a moment later.
        foreach (var number in (int[])[0, 1, 2])
            Show(swim, number, [0, 1, 2]);
        swim.RunFor(TimeSpan.FromSeconds(2));
        ShowAll(swim, 6);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(10));

        swim.Members.Sum(Formed).ShouldBe(1);
    }

    [Fact]
    public void One_that_died_while_it_waited_counts_no_more_and_the_next_lowest_forms()
    {
        var swim = new SimulatedSwim(3);
        foreach (var number in (int[])[0, 1, 2])
            Start(swim, number, expect: 2);
        ShowAll(swim, 3);
        swim.RunFor(TimeSpan.FromSeconds(1.5));
        swim.CutPower(swim.Members.Single(member => member.Address == SimulatedSwim.AddressOf(0)));
        var left = swim.Running.ToList();
        left.ShouldAllBe(member => !member.Machine.HasJoined);

        swim.RunUntil(() => left.TrueForAll(member => member.Machine.HasJoined), TimeSpan.FromSeconds(15));

        Formed(left.Single(member => member.Address == SimulatedSwim.AddressOf(1))).ShouldBe(1);
        swim.Members.Sum(Formed).ShouldBe(1);
    }

    [Fact]
    public void Two_clusters_that_came_of_too_few_expected_merge_once_DNS_shows_them_to_each_other()
    {
        var swim = new SimulatedSwim(4);
        foreach (var number in (int[])[0, 1, 2, 3])
            Start(swim, number, expect: 2);
        foreach (var number in (int[])[0, 1])
            Show(swim, number, [0, 1]);
        foreach (var number in (int[])[2, 3])
            Show(swim, number, [2, 3]);
        swim.RunUntil(() => swim.Running.All(member => member.Machine.HasJoined), TimeSpan.FromSeconds(20));
        swim.Members.Sum(Formed).ShouldBe(2, "nothing tells one pair of the other");
        foreach (var member in swim.Members)
            swim.Input(member, new SwimInput.AnnounceUp());

        ShowAll(swim, 4);

        swim.RunUntil(swim.IsWhole, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void One_that_is_expected_alone_forms_after_it_has_looked_and_given_others_time_to_answer()
    {
        var swim = new SimulatedSwim(5);
        var alone = Start(swim, 0, expect: 1);
        swim.RunFor(TimeSpan.FromMinutes(5));
        alone.Machine.HasJoined.ShouldBeFalse("DNS has not answered");

        Show(swim, 0, [0]);
        swim.RunFor(TimeSpan.FromSeconds(2));
        alone.Machine.HasJoined.ShouldBeFalse();
        swim.RunFor(TimeSpan.FromSeconds(3));
        Formed(alone).ShouldBe(1);
    }

    [Fact]
    public void A_record_that_is_this_node_by_another_name_is_no_other_node_until_it_leads_elsewhere()
    {
        var swim = new SimulatedSwim(6);
        var other = new NodeAddress("node-0.example", 4053);
        swim.AddAlias(other, 0);
        var alone = Start(swim, 0, expect: 1);
        swim.Input(alone, new SwimInput.SeedsFound([other]));
        swim.RunFor(TimeSpan.FromSeconds(10));
        Formed(alone).ShouldBe(1);
        alone.Events.Count(each => each.What is SwimEvent.SeedIsSelf).ShouldBe(1);

        // Named again, it is known; gone and there again, it is looked at anew.
        swim.Input(alone, new SwimInput.SeedsFound([other]));
        swim.RunFor(TimeSpan.FromMinutes(1));
        alone.Events.Count(each => each.What is SwimEvent.SeedIsSelf).ShouldBe(1);
        swim.Input(alone, new SwimInput.SeedsFound([]));
        swim.Input(alone, new SwimInput.SeedsFound([other]));
        swim.RunFor(TimeSpan.FromMinutes(1));
        alone.Events.Count(each => each.What is SwimEvent.SeedIsSelf).ShouldBe(2);
    }

    private static SimulatedMember Start(SimulatedSwim swim, int number, int expect) => swim.Start(
        number, [], new ClusterOptions { SeedDns = new SeedDnsOptions { Names = ["nodes.example:4053"], BootstrapExpect = expect } });

    private static int Formed(SimulatedMember member) => member.Events.Count(each => each.What is SwimEvent.ClusterFormed);

    private static void Show(SimulatedSwim swim, int number, IEnumerable<int> nodes)
    {
        var member = swim.Running.Single(each => each.Address == SimulatedSwim.AddressOf(number));
        swim.Input(member, new SwimInput.SeedsFound([.. nodes.Distinct().Select(SimulatedSwim.AddressOf)]));
    }

    private static void ShowAll(SimulatedSwim swim, int count)
    {
        foreach (var member in swim.Running.ToList())
            swim.Input(member, new SwimInput.SeedsFound([.. Enumerable.Range(0, count).Select(SimulatedSwim.AddressOf)]));
    }

    /// <summary>Answers that hold any part of the nodes, this one or not, now for one and then for another.</summary>
    private static void ShowParts(SimulatedSwim swim, Random random, int count, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var part = Enumerable.Range(0, count).Where(_ => random.Next(2) == 0).ToList();
            if (part.Count > 0)
                Show(swim, random.Next(count), part);
            swim.RunFor(TimeSpan.FromMilliseconds(random.Next(3_000)));
        }
    }

    private static int[] Shuffled(Random random, int count)
    {
        var numbers = Enumerable.Range(0, count).ToArray();
        random.Shuffle(numbers);
        return numbers;
    }
}
