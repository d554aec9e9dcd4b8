using Google.Protobuf;
using Shouldly;
using Xunit;

namespace Akka.Registry.Contracts.Tests;

public sealed class CommonFieldsTests
{
    private static InstanceValue Value => new()
    {
        Address = "10.0.0.1", Port = 8080, Tags = { "blue" }, Metadata = { ["a"] = "b" }, Zone = "eu", Version = "2", Weight = 1, TtlMs = 30_000,
        Reported = WireInstanceStatus.Passing, RegisteredAtMs = 1_700_000_000_000, Suspect = true,
    };

    [Fact]
    public void They_are_what_lies_between_the_port_and_the_time_of_registration()
    {
        var bytes = Value.ToByteArray();
        var (from, to) = CommonFields.Of(bytes);
        CommonFields.BeginIn(bytes).ShouldBe(from);
        InstanceValue.Parser.ParseFrom(bytes[..from]).ShouldBe(new InstanceValue { Address = "10.0.0.1", Port = 8080 });
        InstanceValue.Parser.ParseFrom(bytes[to..]).ShouldBe(new InstanceValue { RegisteredAtMs = 1_700_000_000_000, Suspect = true });
        var common = Value;
        (common.Address, common.Port, common.RegisteredAtMs, common.Suspect) = ("", 0, 0, false);
        InstanceValue.Parser.ParseFrom(bytes[from..to]).ShouldBe(common);
    }

    [Fact]
    public void What_has_its_fields_in_another_order_or_is_no_such_message_has_none()
    {
        var bytes = Value.ToByteArray();
        CommonFields.Of([]).ShouldBe((0, 0));
        CommonFields.Of(bytes.AsSpan(..^1)).ShouldBe((0, 0));
        CommonFields.Of([.. bytes, .. new InstanceValue { Zone = "us" }.ToByteArray()]).ShouldBe((0, 0));
        CommonFields.Of([.. new InstanceValue { Port = 1 }.ToByteArray(), .. new InstanceValue { Address = "a" }.ToByteArray()]).ShouldBe((0, 0));
    }

    [Fact]
    public void Where_there_are_none_nothing_lies_between()
    {
        var bytes = new InstanceValue { Address = "a", RegisteredAtMs = 1 }.ToByteArray();
        var (from, to) = CommonFields.Of(bytes);
        to.ShouldBe(from);
    }
}
