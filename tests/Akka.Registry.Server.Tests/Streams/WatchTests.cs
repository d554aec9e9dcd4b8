using System.Collections.Immutable;
using Akka.Registry.Subscriptions;
using Shouldly;
using Xunit;

namespace Akka.Registry.Server.Tests.Streams;

public sealed class WatchTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_stream_begins_with_a_snapshot_and_goes_on_with_changes()
    {
        await using var door = await Door.OpenAsync();
        var entry = door.Registry.Add("orders", "1");
        door.Registry.Subscription.Tell(Batch(ChangeBatchKind.Snapshot, "c1", 1, new Change(ChangeKind.Put, entry.Record.Key, entry, entry.Epoch)));
        door.Registry.Subscription.Tell(Batch(ChangeBatchKind.Changes, "c2", 2, new Change(ChangeKind.Removed, entry.Record.Key, null, entry.Epoch)));

        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch?service=orders");

        stream.Response.Content.Headers.ContentType!.ToString().ShouldBe("text/event-stream");
        stream.Response.Headers.CacheControl!.NoStore.ShouldBeTrue();
        (await stream.NextAsync()).ShouldBe(
            Answer.OneLine("""
            event: snapshot|id: c1|data: {"kind":"snapshot","revision":1,"changes":[{"kind":"put","service":"orders","id":"1","epoch":5,
            "instance":{"service":"orders","id":"1","address":"10.0.0.1","port":80,"methods":[],"tags":[],"metadata":{},"zone":"","version":"",
            "weight":1,"ttl":"30s","deregisterAfter":"30s","status":"passing","reported":"passing","unverified":false,"suspect":false,"epoch":5,
            "owner":"node-1","ownerUid":"00000000000000a1","stamp":"1767323045678.7@00000000000000a1",
            "registeredAt":"2026-01-02T03:04:05.678Z","expiresIn":null}}]}
            """));
        (await stream.NextAsync()).ShouldBe(
            """event: changes|id: c2|data: {"kind":"changes","revision":2,"changes":[{"kind":"removed","service":"orders","id":"1","epoch":5}]}""");
        door.Registry.LastSubscription.ShouldBe(new SubscriptionRequest { Service = "orders", Name = "watch", AcknowledgesExplicitly = true });
    }

    [Fact]
    public async Task A_changed_trust_is_told_as_verification()
    {
        await using var door = await Door.OpenAsync();
        var entry = door.Registry.Put(door.Registry.Add("orders", "1") with { Unverified = true });
        door.Registry.Subscription.Tell(Batch(ChangeBatchKind.Changes, "c1", 1, new Change(ChangeKind.Verification, entry.Record.Key, entry, 5)));

        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch");
        var told = await stream.NextAsync();

        told.ShouldStartWith("""event: changes|id: c1|data: {"kind":"changes","revision":1,"changes":[{"kind":"verification",""");
        told.ShouldContain("\"unverified\":true");
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("?cursor=c7", null, "c7")]
    [InlineData("", "c8", "c8")]
    [InlineData("?cursor=c7", "c8", "c8")]
    public async Task A_stream_resumes_from_the_last_event(string? query, string? lastEventId, string? cursor)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Subscription.End();

        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch" + query, lastEventId);

        (await stream.NextAsync()).ShouldBeNull();
        door.Registry.LastSubscription.ShouldBe(new SubscriptionRequest { Cursor = cursor, Name = "watch", AcknowledgesExplicitly = true });
    }

    [Fact]
    public async Task One_batch_is_encoded_once_for_every_stream()
    {
        await using var door = await Door.OpenAsync();
        var encoder = new Server.Streams.EventEncoder(door.Registry);
        var batch = Batch(ChangeBatchKind.Snapshot, "c1", 1);

        var first = encoder.FrameOf(batch);

        encoder.FrameOf(batch).ShouldBeSameAs(first);
    }

    [Fact]
    public async Task A_snapshot_larger_than_a_piece_arrives_whole()
    {
        await using var door = await Door.OpenOnSocketAsync();
        var changes = ImmutableArray.CreateBuilder<Change>();
        for (var i = 0; i < 2000; i++)
        {
            var entry = door.Registry.Add("big", $"{i:D5}");
            changes.Add(new Change(ChangeKind.Put, entry.Record.Key, entry, entry.Epoch));
        }

        door.Registry.Subscription.Tell(Batch(ChangeBatchKind.Snapshot, "c", 1, changes.ToImmutable()));
        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch");
        var told = (await stream.NextAsync())!;

        var data = System.Text.Json.JsonDocument.Parse(told[(told.IndexOf("data: ", StringComparison.Ordinal) + 6)..]).RootElement;
        data.GetProperty("changes").GetArrayLength().ShouldBe(2000);
        data.GetProperty("changes")[1999].GetProperty("id").GetString().ShouldBe("01999");
    }

    [Fact]
    public async Task An_idle_stream_is_kept_alive_by_comments()
    {
        var time = new ManualTime();
        await using var door = await Door.OpenAsync(time: time);
        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch");
        await time.TimerArmed;

        time.Fire();

        (await stream.NextAsync()).ShouldBe(": keep-alive");
        time.Period.ShouldBe(TimeSpan.FromSeconds(15));
    }

    [Fact]
    public async Task A_stream_ends_cleanly_when_the_server_stops()
    {
        await using var door = await Door.OpenOnSocketAsync();
        using var stream = await EventReader.OpenAsync(door, "/api/v1/watch");

        var stopped = door.StopAsync();

        (await stream.NextAsync()).ShouldBeNull();
        await stopped.WaitAsync(Patience);
        await door.Registry.Subscription.Disposed.WaitAsync(Patience);
    }

    [Fact]
    public async Task The_subscription_ends_when_the_client_goes()
    {
        await using var door = await Door.OpenOnSocketAsync();
        var stream = await EventReader.OpenAsync(door, "/api/v1/watch");

        stream.Dispose();

        await door.Registry.Subscription.Disposed.WaitAsync(Patience);
    }

    [Theory]
    [InlineData(RegistryError.Invalid, 400, "/problems/invalid")]
    [InlineData(RegistryError.LimitReached, 429, "/problems/limit-reached")]
    [InlineData(RegistryError.NotReady, 503, "/problems/not-ready")]
    public async Task A_subscription_that_is_refused_is_a_problem(RegistryError error, int status, string type)
    {
        await using var door = await Door.OpenAsync();
        door.Registry.Refusal = new RegistryException(error, "No.", error == RegistryError.Invalid ? "cursor" : null);

        var answer = await door.GetAsync("/api/v1/watch?cursor=x");

        answer.Status.ShouldBe(status);
        answer.ContentType.ShouldBe("application/problem+json");
        answer.Json.GetProperty("type").GetString().ShouldBe(type);
    }

    private static ChangeBatch Batch(ChangeBatchKind kind, string cursor, long revision, params ImmutableArray<Change> changes) =>
        new() { Kind = kind, Changes = changes, Cursor = cursor, Revision = revision };
}
