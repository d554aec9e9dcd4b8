using Akka.Registry.DistributedData.Durability;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

/// <summary>A node whose disk fails serves on, and says so to whoever looks.</summary>
public class DurabilityTests
{
    private static readonly DurabilityStatus Failing = new()
    {
        Place = "/data/registry.db",
        Problem = "The disk is full. Make room.",
        SetAside = "An older one is kept.",
        SavedAt = new DateTimeOffset(2026, 5, 1, 12, 0, 0, TimeSpan.Zero),
        Restored = 12,
        Pending = 3,
        Saves = 40,
        Failures = 7,
        DiskBytes = 8_192,
    };

    [Fact]
    public async Task A_node_whose_disk_fails_is_ready_and_tells_what_to_do()
    {
        await using var door = await Door.OpenAsync();
        door.Cluster.Durability = Failing;

        var answer = await door.GetAsync("/readyz");
        answer.Status.ShouldBe(200);
        answer.Body.ShouldBe("""
            {"status":"ready","durability":{"status":"failing","place":"/data/registry.db","problem":"The disk is full. Make room.",
            "setAside":"An older one is kept.","savedAt":"2026-05-01T12:00:00+00:00","restored":12,"pending":3,"diskBytes":8192}}
            """.ReplaceLineEndings(""));
        door.Cluster.Durability = Failing with { Problem = null, SetAside = null };
        (await door.GetAsync("/readyz")).Body.ShouldStartWith("""{"status":"ready","durability":{"status":"saving",""");
    }

    [Fact]
    public async Task The_metrics_tell_it_too_and_say_nothing_without_durability()
    {
        await using var door = await Door.OpenAsync();
        (await door.GetAsync("/metrics")).Body.ShouldNotContain("\nakka_registry_durability");
        door.Cluster.Durability = Failing;

        var metrics = (await door.GetAsync("/metrics")).Body;
        metrics.ShouldContain("akka_registry_durability_failing 1\n");
        metrics.ShouldContain("akka_registry_durability_pending 3\n");
        metrics.ShouldContain("akka_registry_durability_size_bytes 8192\n");
        metrics.ShouldContain("akka_registry_durability_saves_total 40\n");
        metrics.ShouldContain("akka_registry_durability_failures_total 7\n");
    }
}
