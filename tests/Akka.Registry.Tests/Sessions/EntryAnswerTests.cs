using Akka.Registry.Contracts;
using Akka.Registry.Sessions;
using Akka.Registry.Tests.Queries;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Sessions;

public class EntryAnswerTests
{
    [Theory]
    [InlineData(0, 0UL, 0L, "", "")]
    [InlineData(1, 1UL, 1L, "c", "")]
    [InlineData(10, 127UL, 4_711L, "a-cursor-of-some-length", "i-9")]
    [InlineData(300, ulong.MaxValue, (1L << 53) - 1, "größer", "i-299")]
    public void A_page_has_the_very_bytes_of_its_message(int count, ulong request, long revision, string cursor, string next)
    {
        var entries = Entries(count);
        var page = new WireInstancePage { Service = "orders", Revision = revision, Cursor = cursor, Next = next };
        page.Instances.AddRange(entries.Select(QueryCodec.ToWire));

        var frame = EntryAnswer.Instances(request, new InstancePage("orders", revision, cursor, next), entries);

        frame.Kind.ShouldBe(FrameKind.SessionAnswer);
        var expected = new SessionAnswer { Request = request, Instances = page }.ToByteArray();
        frame.Payload.ToArray().ShouldBe(expected);
        var encoded = EntryAnswer.TryEncode(entries, int.MaxValue)!;
        EntryAnswer.Instances(request, new InstancePage("orders", revision, cursor, next), encoded).Payload.ToArray().ShouldBe(expected);
        EntryAnswer.TryEncode(entries, encoded.Length).ShouldBe(encoded);
        EntryAnswer.TryEncode(entries, encoded.Length - 1).ShouldBeNull();
    }

    [Theory]
    [InlineData(0, 0UL, "", false)]
    [InlineData(1, 1UL, "round-robin", false)]
    [InlineData(300, 1UL << 40, "random", true)]
    public void Routees_have_the_very_bytes_of_their_message(int count, ulong request, string strategy, bool more)
    {
        var entries = Entries(count);
        var routees = new WireRoutees { Strategy = strategy };
        routees.Routees.AddRange(entries.Select(QueryCodec.ToWire));

        var frame = EntryAnswer.Routees(request, strategy, entries, more);

        frame.Kind.ShouldBe(FrameKind.SessionAnswer);
        frame.Payload.ToArray().ShouldBe(new SessionAnswer { Request = request, More = more, Routees = routees }.ToByteArray());
    }

    [Fact]
    public void An_answer_is_one_array()
    {
        var entries = Entries(10);
        _ = EntryAnswer.Instances(1, new InstancePage("orders", 1, "c", ""), entries);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var frame = EntryAnswer.Instances(1, new InstancePage("orders", 1, "c", ""), entries);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.ShouldBeInRange(1, frame.Payload.Length + 32, "an array's header, and the rounding to 8 bytes");
    }

    /// <summary>Of every status, some that nobody vouches for, and names that take more than a byte a character.</summary>
    private static List<ServiceEntry> Entries(int count) => [.. Enumerable.Range(0, count).Select(EntryOf)];

    private static ServiceEntry EntryOf(int i)
    {
        var entry = Sample.Entry($"i-{i}-ä", (InstanceStatus)(1 + (i % 4)), unverified: i % 3 == 0);
        var order = entry.Record.Order with { Epoch = (ulong)i * 97 };
        return entry with { Record = (entry.Record with { Order = order }).WithValue(new byte[i % 300]) };
    }
}
