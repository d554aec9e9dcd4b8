using Akka.Registry.DistributedData;
using Akka.Registry.Ownership;
using Akka.Registry.Tests.World;
using Shouldly;
using Xunit;
using static Akka.Registry.Tests.World.RegistryWorld;

namespace Akka.Registry.Tests;

/// <summary>Many leases that fall at once, and the calls that come meanwhile.</summary>
public class VerdictTests
{
    private readonly RegistryWorld _world = new(new RegistryNodeOptions { Ownership = new OwnershipOptions { EntriesPerTurn = 16 } });

    public VerdictTests()
    {
        for (var i = 0; i < 100; i++)
            _world.Register(Registration($"i{i}", $"service-{i % 5}"));
        _world.Map.Log.Clear();
    }

    [Fact]
    public void All_are_written_in_batches_of_bounded_size()
    {
        _world.RunFor(31);

        Batches().ShouldAllBe(batch => batch <= 16);
        Batches().Sum().ShouldBe(100);
        Unverified().ShouldBe(100);
    }

    [Fact]
    public void No_batch_is_written_before_the_map_has_the_one_before_in_hand()
    {
        _world.Map.IsSilent = true;
        _world.RunFor(31);
        Batches().ShouldBe([16]);

        // What is lost between the two does not end all writing.
        _world.RunFor(10);
        Batches().ShouldBe([16, 16]);
        _world.Map.IsSilent = false;
        _world.RunFor(10);
        Batches().Sum().ShouldBe(100);
    }

    [Fact]
    public void What_beats_while_it_is_judged_stands()
    {
        _world.Map.IsSilent = true;
        _world.RunFor(31);
        Unverified().ShouldBe(16);
        _world.Map.IsSilent = false;
        for (var i = 0; i < 100; i++)
            _world.Call(registry => registry.HeartbeatAsync(Key($"i{i}", $"service-{i % 5}"), 7));

        _world.RunFor(15);

        Unverified().ShouldBe(0);
    }

    private int Unverified() => _world.Registry.Services().Sum(summary => summary.Unverified);

    private int[] Batches() => [.. _world.Map.Log.OfType<MapCommand.WriteMany>().Select(many => many.Operations.Length)];
}
