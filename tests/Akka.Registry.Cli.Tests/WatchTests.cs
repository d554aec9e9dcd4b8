using System.Text;
using Akka.Registry.Cli.Http;
using Akka.Registry.Cli.Watching;

namespace Akka.Registry.Cli.Tests;

/// <summary>What a watcher makes of a stream.</summary>
public class WatchTests
{
    [Fact]
    public async Task Events_are_read_as_the_standard_has_them()
    {
        const string Text = ": keep-alive\n\nevent: snapshot\nid: c1\ndata: {\"a\":\ndata: 1}\n\nid:c2\nretry: 5\ndata:{}\n\ndata: {\"cut\":1}\n";
        using var stream = new OpenedStream(new Uri("http://a"), new HttpResponseMessage(), new MemoryStream(Encoding.UTF8.GetBytes(Text)));
        var events = new List<WatchEvent>();
        await foreach (var one in EventReader.ReadAsync(stream, TimeProvider.System, CancellationToken.None))
            events.Add(one);
        events.Select(one => (one.Cursor, one.Data.GetRawText())).ShouldBe([("c1", "{\"a\":\n1}"), ("c2", "{}")], "what is cut off is no event");
    }

    [Fact]
    public void A_view_tells_what_is_new_and_a_snapshot_takes_away_what_it_does_not_hold()
    {
        var view = new WatchView();
        Kinds(view.Apply(Batch("snapshot", Put("a", "1"), Put("b", "1")))).ShouldBe(["put a", "put b"]);
        Kinds(view.Apply(Batch("changes", Put("a", "1")))).ShouldBeEmpty("it was known");
        Kinds(view.Apply(Batch("changes", Put("a", "2"), Gone("b"), Gone("never there")))).ShouldBe(["put a", "removed b"]);
        Kinds(view.Apply(Batch("snapshot", Put("c", "1")))).ShouldBe(["removed a", "put c"]);
        view.Count.ShouldBe(1);
    }

    [Fact]
    public void A_change_of_trust_alone_is_told()
    {
        var view = new WatchView();
        view.Apply(Batch("snapshot", Put("a", "1")));
        var doubted = Put("a", "1") with { Kind = "verification", Instance = Entry("a", "1") with { Unverified = true } };
        Kinds(view.Apply(Batch("changes", doubted))).ShouldBe(["verification a"]);
    }

    [Fact]
    public void A_line_tells_when_what_who_and_where()
    {
        var line = new WatchLine("put", "orders", "a\n", Entry("a\n", "1"));
        line.TextAt(new DateTimeOffset(2026, 11, 22, 10, 31, 31, 376, TimeSpan.FromHours(2)))
            .ShouldBe("2026-11-22T08:31:31.376Z  put           orders/a\uFFFD  passing  10.0.0.7:80  node-1");
    }

    [Fact]
    public void A_table_counts_what_it_has_no_room_for()
    {
        var view = new WatchView();
        view.Apply(Batch("snapshot", [.. Enumerable.Range(0, 9).Select(i => Put($"i{i}", "1"))]));
        var lines = view.Table(4, new HashSet<(string, string)> { ("orders", "i0") }).Lines().ToList();
        lines.Count.ShouldBe(1 + 4 + 1);
        lines[1].ShouldStartWith("*");
        lines[^1].ShouldContain("... 5 more");
    }

    private static string[] Kinds(IReadOnlyList<WatchLine> lines) => [.. lines.Select(line => $"{line.Kind} {line.Id}")];

    private static ChangeBatch Batch(string kind, params Change[] changes) => new() { Kind = kind, Changes = changes };

    private static Change Put(string id, string stamp) => new() { Kind = "put", Service = "orders", Id = id, Instance = Entry(id, stamp) };

    private static Change Gone(string id) => new() { Kind = "removed", Service = "orders", Id = id };

    private static InstanceEntry Entry(string id, string stamp) =>
        new() { Service = "orders", Id = id, Stamp = stamp, Status = "passing", Address = "10.0.0.7", Port = 80, Owner = "node-1" };
}
