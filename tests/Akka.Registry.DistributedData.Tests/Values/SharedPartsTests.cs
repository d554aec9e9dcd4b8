using System.Text;
using Akka.Registry.DistributedData.Values;
using Shouldly;
using Xunit;

namespace Akka.Registry.DistributedData.Tests.Values;

public sealed class SharedPartsTests
{
    [Fact]
    public void A_part_is_held_once_from_the_second_time_on()
    {
        var parts = new SharedParts();
        parts.Find(Part(1)).ShouldBeNull();
        var part = parts.Find(Part(1)).ShouldNotBeNull();
        part.Bytes.SequenceEqual(Part(1)).ShouldBeTrue();
        parts.Find(Part(1)).ShouldBeSameAs(part);
        parts.Find(Part(2)).ShouldBeNull();
    }

    [Fact]
    public void What_comes_once_pushes_nothing_out()
    {
        var parts = new SharedParts(places: 2);
        parts.Find(Part(0));
        var part = parts.Find(Part(0)).ShouldNotBeNull();
        for (var i = 1; i < 1_000; i++)
            parts.Find(Part(i)).ShouldBeNull();
        parts.Find(Part(0)).ShouldBeSameAs(part);
    }

    [Fact]
    public void Two_for_one_place_do_not_push_each_other_out_and_a_third_takes_the_place_of_the_older()
    {
        var parts = new SharedParts(places: 2);
        SharedPart Hold(int number)
        {
            parts.Find(Part(number));
            return parts.Find(Part(number)).ShouldNotBeNull();
        }

        var (first, second) = (Hold(1), Hold(2));
        parts.Find(Part(1)).ShouldBeSameAs(first);
        parts.Find(Part(2)).ShouldBeSameAs(second);
        var third = Hold(3);
        parts.Find(Part(2)).ShouldBeSameAs(second);
        parts.Find(Part(3)).ShouldBeSameAs(third);
        Hold(1).ShouldNotBeSameAs(first);
    }

    [Theory]
    [InlineData(SharedParts.LengthMin - 1, false)]
    [InlineData(SharedParts.LengthMin, true)]
    [InlineData(SharedParts.LengthMax, true)]
    [InlineData(SharedParts.LengthMax + 1, false)]
    public void Short_ones_and_long_ones_are_left_alone(int length, bool isHeld)
    {
        var parts = new SharedParts();
        parts.Find(new byte[length]);
        (parts.Find(new byte[length]) is not null).ShouldBe(isHeld);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void The_number_of_places_is_a_power_of_two(int places) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SharedParts(places)).Message.ShouldContain("power of two");

    private static byte[] Part(int number) => Encoding.UTF8.GetBytes($"the part of number {number:0000000}");
}
