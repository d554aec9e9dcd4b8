using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Api;

/// <summary>What an answer says of its age while the engine's store is silent.</summary>
public sealed class StaleTests
{
    [Fact]
    public async Task Answers_from_memory_say_how_old_they_may_be_and_others_say_nothing()
    {
        await using var door = await Door.OpenAsync();
        (await door.GetAsync("/api/v1/services")).Headers.Contains("Registry-Stale-Seconds").ShouldBeFalse();
        (await door.GetAsync("/readyz")).Body.ShouldBe("""{"status":"ready"}""");

        door.Cluster.Status = door.Cluster.Status with
        {
            StaleSince = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(120), Trouble = "The store sleeps: wake it.",
        };
        var seconds = long.Parse((await door.GetAsync("/api/v1/services")).Headers.GetValues("Registry-Stale-Seconds").Single(), null);
        seconds.ShouldBeInRange(120, 300);
        var ready = await door.GetAsync("/readyz");
        (ready.Status, ready.Names).ShouldBe((200, "status staleFor writesRefused"));
        ready.Json.GetProperty("writesRefused").GetString().ShouldBe("The store sleeps: wake it.");
    }
}
