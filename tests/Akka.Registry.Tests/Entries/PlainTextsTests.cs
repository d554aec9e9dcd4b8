using System.Text;
using Akka.Registry.Checks;
using Akka.Registry.Contracts;
using Akka.Registry.Entries;
using Akka.Registry.Leases;
using Akka.Registry.Sessions;
using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Tests.Entries;

/// <summary>The short way from a client's bytes to an entry's ends where the long one does, in each error as well.</summary>
public class PlainTextsTests
{
    private static readonly LimitOptions Limits = new() { TagLength = 12, MetadataPairs = 40, MethodLength = 12, Tags = 5 };
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_800_000_000_000);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Any_registration_gets_the_verdict_and_the_bytes_that_its_texts_get(int seed)
    {
        var random = new Random(seed);
        var (valid, plain, ready) = (0, 0, 0);
        for (var trial = 0; trial < 2_000; trial++)
        {
            var bytes = Value(random).ToByteArray();
            var (read, unread) = (Registration(bytes), Registration(bytes));
            read.Tags.ShouldNotBeNull();                // Somebody looked: its texts are texts now.
            read.Unread.IsEmpty.ShouldBeTrue();
            var (wrong, expected) = (Check(unread), Check(read));
            wrong?.Message.ShouldBe(expected?.Message);
            (wrong is null).ShouldBe(expected is null);
            if (wrong is not null)
                continue;
            valid++;
            plain += unread.ArePlain ? 1 : 0;
            ready += unread.ReadyBytes > 0 ? 1 : 0;
            unread.Unread.IsEmpty.ShouldBe(!unread.ArePlain);
            Plan(unread).ShouldBe(Plan(read));
        }

        valid.ShouldBeInRange(300, 1_700);
        plain.ShouldBeInRange(valid / 4, valid - 50);
        ready.ShouldBeInRange(plain / 8, plain - 50);
    }

    [Theory]
    [InlineData("as it is", true)]
    [InlineData("a tag that comes twice is a tag that comes twice", true, "220161", "220161")]
    [InlineData("an unknown field is passed over", true, "A20601FF")]
    [InlineData("two addresses", false, "0A0831302E302E302E32")]
    [InlineData("a method behind the tags", false, "220161", "1A0162")]
    [InlineData("two zones", false, "320161", "320162")]
    [InlineData("a key that comes twice", false, "2A060A016B120131", "2A060A016B120132")]
    [InlineData("a pair without its key", false, "2A03120131")]
    [InlineData("a value before its key", false, "2A061201310A016B")]
    [InlineData("a key, twice, in one pair", false, "2A060A016B0A016B")]
    [InlineData("a pair that is none", false, "2A020A05")]
    [InlineData("a character that is none of ASCII", false, "2202C3A9")]
    [InlineData("a control character", false, "22010A")]
    [InlineData("a zone that is a number", false, "3001")]
    public void What_is_written_in_another_way_is_left_to_who_reads_texts(string what, bool isPlain, params string[] fields)
    {
        byte[] bytes = [.. Convert.FromHexString("0A0831302E302E302E31"), .. fields.SelectMany(Convert.FromHexString)];
        PlainTexts.TryRead(bytes, new LimitOptions(), out _, out _).ShouldBe(isPlain, what);
    }

    [Theory]
    [InlineData("an address alone", 10, "")]
    [InlineData("what comes behind the version is not theirs", 13, "3A0131", "4801")]
    [InlineData("pairs in their order", 26, "2A060A0161120131", "2A060A0162120131")]
    [InlineData("pairs in another order", 0, "2A060A0162120131", "2A060A0161120131")]
    [InlineData("a port", 13, "10904E")]
    [InlineData("a port that is none", 0, "1000")]
    [InlineData("a port, twice", 0, "1001", "1002")]
    [InlineData("a length in more bytes than it takes", 0, "22810061")]
    [InlineData("a zone that is empty", 0, "3200")]
    [InlineData("a pair whose value is empty", 0, "2A050A01611200")]
    public void Bytes_that_are_what_would_be_written_are_taken_as_they_are(string what, int ready, params string[] fields)
    {
        byte[] bytes = [.. Convert.FromHexString("0A0831302E302E302E31"), .. fields.SelectMany(Convert.FromHexString)];
        PlainTexts.TryRead(bytes, new LimitOptions(), out _, out var found).ShouldBeTrue();
        found.ShouldBe(ready, what);
    }

    [Fact]
    public void A_registration_that_is_given_another_port_is_written_with_that()
    {
        var registration = Registration(new InstanceValue
        {
            Address = "10.0.0.1", Port = 80, Zone = "a", Weight = 1, Reported = WireInstanceStatus.Passing,
        }.ToByteArray());
        registration.ReadyBytes.ShouldBeGreaterThan(0);
        InstanceValue.Parser.ParseFrom(Plan(registration)).Port.ShouldBe(80U);
        InstanceValue.Parser.ParseFrom(Plan(registration with { Port = 81 })).Port.ShouldBe(81U);
        InstanceValue.Parser.ParseFrom(Plan(registration with { Zone = "b" })).Zone.ShouldBe("b");
    }

    private static Registration Registration(byte[] value)
    {
        var wire = new WireRegistration { Service = "orders", Instance = "a", Epoch = 7, Value = InstanceValue.Parser.ParseFrom(value) };
        return RegistrationFrame.Read(wire, Limits);
    }

    private static RegistryException? Check(Registration registration) =>
        RegistrationValidator.Check(registration, Limits, new LeaseOptions(), new CheckOptions());

    private static byte[] Plan(Registration registration) =>
        RegistrationPlan.Build(registration, null, RegistrationValidator.Terms(registration, new LeaseOptions()), Now).Value.ToArray();

    private static InstanceValue Value(Random random)
    {
        var value = new InstanceValue
        {
            Address = random.Next(12) switch { 0 => "node-7.example", 1 => "2001:db8::1", 2 => "", _ => $"10.0.0.{random.Next(200)}" },
            Port = (uint)random.Next(65_600),
            Zone = random.Next(3) == 0 ? "" : Text(random, 0, 8),
            Version = random.Next(3) == 0 ? "" : Text(random, 0, 8),
            Weight = 1,
            Reported = WireInstanceStatus.Passing,
        };
        for (var i = random.Next(4); i > 0; i--)
            value.Methods.Add(Text(random, 1, 8));
        for (var i = random.Next(5); i > 0; i--)
            value.Tags.Add(Text(random, 1, random.Next(20) == 0 ? 20 : 8));
        for (var i = random.Next(15) == 0 ? random.Next(45) : random.Next(7); i > 0; i--)
            value.Metadata[Text(random, 1, 6)] = Text(random, 0, 10);
        return value;
    }

    private static string Text(Random random, int lengthMin, int lengthMax)
    {
        var text = new StringBuilder();
        for (var i = random.Next(lengthMin, lengthMax + 1); i > 0; i--)
            text.Append(random.Next(400) switch { 0 => "é", 1 => "\n", 2 => "💡", _ => ((char)random.Next(' ', 127)).ToString() });
        return text.ToString();
    }
}
